import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { copyStore } from "../../../../src/exports/copy/copy-store.js";
import { S3Storage } from "../../../../src/stores/artifacts/s3/s3-storage.js";
import { openStore, resolveUri } from "../../../../src/stores/open.js";
import { ThreadedStore } from "../../../../src/stores/sql/threaded-store.js";
import { TrackingClient } from "../../../../src/tracking/client.js";
import { mainPath, runCli } from "../../../cli/run-cli.js";
import { filled } from "../../../exports/filled-store.js";
import { freePort } from "../../../free-port.js";
import { artifactsConformance } from "../../conformance/artifacts.js";
import { StorePlace } from "../../conformance/store-place.js";
import { MlflowServer } from "../../rest/mlflow-server.js";
import { motoForTests, noMoto } from "./moto-server.js";

const moto = motoForTests();

describe("runs whose files are in S3", { skip: noMoto }, () => {
  const storage = new S3Storage();
  let bucket = "";
  let folder = "";
  before(async () => {
    bucket = await moto.newBucket();
    folder = await mkdtemp(join(tmpdir(), "runlab-s3-stores-"));
  });
  after(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });
  /** The keys below a prefix of the bucket. */
  const keys = async (key: string): Promise<string[]> => {
    const { files, folders } = await storage.list({ bucket, key });
    const below = await Promise.all(folders.map((name) => keys(`${key}/${name}`)));
    return [...files.map(({ name }) => `${key}/${name}`), ...below.flat()].sort();
  };

  describe("a database with artifacts in S3, as a tracking store", () => {
    artifactsConformance(
      new StorePlace((place) => {
        const uri = `sqlite:///${place}.db`;
        return new ThreadedStore(uri, { artifacts: `s3://${bucket}/conformance` });
      }),
    );
  });

  test("RUNLAB_ARTIFACTS names a bucket; a run is removed with its objects, and a copy of the store has them all", async () => {
    process.env.RUNLAB_ARTIFACTS = `s3://${bucket}/own/`;
    const client = new TrackingClient(openStore(resolveUri(`sqlite:///${join(folder, "own.db")}`)));
    delete process.env.RUNLAB_ARTIFACTS;
    const { parent, child } = await filled(client);
    const { artifactUri, experimentId } = (await client.getRun(parent)).info;
    const own = `own/${experimentId}`;
    assert.equal(artifactUri, `s3://${bucket}/${own}/${parent}/artifacts`);
    assert.deepEqual(await keys(`${own}/${parent}`), [
      `${own}/${parent}/artifacts/notes/deep/a.txt`,
      `${own}/${parent}/artifacts/tree/MLmodel`,
    ]);
    const copy = new TrackingClient(openStore(join(folder, "copy", "runlab")));
    const { copied, differ, leftOut } = await copyStore(client, copy);
    assert.deepEqual([copied, differ, leftOut], [2, [], []]);
    assert.equal(Buffer.from(await copy.readArtifact(parent, "notes/deep/a.txt")).toString(), "häßlich");
    await client.logText(child, "x", "x.txt");
    await client.deleteRun(parent);
    await client.purgeRun(parent);
    assert.deepEqual(await keys("own"), [`${own}/${child}/artifacts/x.txt`]);
    await client.store.close();
  });

  test("an experiment says where its files go: a bucket, or a folder as file:///", async () => {
    const client = new TrackingClient(openStore(resolveUri(`sqlite:///${join(folder, "chosen.db")}`)));
    const inBucket = await client.createExperiment("bucket", { artifactLocation: `s3://${bucket}/chosen` });
    const inFolder = await client.createExperiment("folder", { artifactLocation: `file://${folder}/chosen` });
    const runs = [await client.createRun(inBucket), await client.createRun(inFolder)];
    for (const { info } of runs) await client.logText(info.runId, "x", "x.txt");
    const [first = "", second = ""] = runs.map(({ info }) => info.runId);
    assert.deepEqual(await keys("chosen"), [`chosen/${first}/artifacts/x.txt`]);
    assert.equal(await readFile(join(folder, "chosen", second, "artifacts", "x.txt"), "utf8"), "x");
    await client.store.close();
  });

  test("`runlab server --artifacts s3://…` keeps files there and passes them on; clients need no access of their own", async () => {
    const [uri, place] = [`sqlite:///${join(folder, "served.db")}`, `s3://${bucket}/served`];
    const args = ["server", "--port", "0", "--json", "--tracking-uri", uri, "--artifacts", place];
    const server = spawn(process.execPath, [mainPath, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const spool = process.env.RUNLAB_SPOOL;
    process.env.RUNLAB_SPOOL = join(folder, "spool");
    try {
      const remote = new TrackingClient(openStore(await urlOf(server)));
      const { info } = await remote.createRun("0");
      const content = Buffer.alloc(9 * 1024 * 1024, "runlab");
      const file = join(folder, "large.bin");
      await writeFile(file, content);
      await remote.logArtifact(info.runId, file, "models");
      assert.deepEqual(await keys("served"), [`served/0/${info.runId}/artifacts/models/large.bin`]);
      const out = await remote.downloadArtifacts(info.runId, "models", join(folder, "out"));
      assert.ok((await readFile(join(out, "large.bin"))).equals(content));
      await remote.store.close();
    } finally {
      process.env.RUNLAB_SPOOL = spool ?? "";
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    }
    const other = await runCli(["server", "--tracking-uri", join(folder, "runs"), "--artifacts", place]);
    assert.equal(other.code, 2);
    assert.match(other.err, /keeps the files of its runs itself[\s\S]*choose a database/);
    const odd = await runCli(["server", "--tracking-uri", uri, "--artifacts", "gs://bucket"]);
    assert.equal(odd.code, 2);
    assert.match(odd.err, /cannot be kept in 'gs:\/\/bucket'/);
  });

  test("MLflow's server: files go straight to an s3:// location that it names, and in parts to the bucket behind its proxy", async () => {
    const server = new MlflowServer(join(folder), await freePort(), [
      "--artifacts-destination",
      `s3://${bucket}/proxied`,
    ]);
    Object.assign(process.env, { RUNLAB_SPOOL: join(folder, "spool"), AWS_DEFAULT_REGION: "us-east-1" });
    // MLflow's smallest part is 5 MB.
    process.env.MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE = String(6 * 1024 * 1024);
    process.env.MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE = String(5 * 1024 * 1024);
    try {
      // Since 3.18 it offers uploads in parts only when it is told to.
      await server.start({ MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD: "true" });
      const remote = new TrackingClient(openStore(server.address));
      const content = Buffer.alloc(11 * 1024 * 1024, "runlab");
      const file = join(folder, "parts.bin");
      await writeFile(file, content);
      const direct = await remote.createExperiment("direct", { artifactLocation: `s3://${bucket}/direct` });
      for (const [experimentId, start] of [
        ["0", "proxied/0"],
        [direct, "direct"],
      ] as const) {
        const { info } = await remote.createRun(experimentId);
        await remote.logArtifact(info.runId, file, "deep");
        await remote.logText(info.runId, "häßlich", "a.txt");
        assert.deepEqual(await keys(start), [
          `${start}/${info.runId}/artifacts/a.txt`,
          `${start}/${info.runId}/artifacts/deep/parts.bin`,
        ]);
        const key = `${start}/${info.runId}/artifacts/deep/parts.bin`;
        const head = await fetch(`${moto.address}/${bucket}/${key}`, { method: "HEAD" });
        assert.match(head.headers.get("etag") ?? "", start === "direct" ? /-2"$/ : /-3"$/);
        const out = await remote.downloadArtifacts(info.runId, "deep", join(folder, `from-${start}`));
        assert.deepEqual(await readdir(out), ["parts.bin"]);
        assert.ok((await readFile(join(out, "parts.bin"))).equals(content));
        assert.equal(Buffer.from(await remote.readArtifact(info.runId, "a.txt")).toString(), "häßlich");
      }
      await remote.store.close();
    } finally {
      delete process.env.RUNLAB_SPOOL;
      await server.kill();
    }
  });
});

async function urlOf(server: ChildProcess): Promise<string> {
  let said = "";
  let wrong = "";
  server.stderr?.on("data", (text: Buffer) => {
    wrong += text.toString();
  });
  for await (const text of server.stdout ?? []) {
    said += text;
    if (said.includes("}")) return (JSON.parse(said) as { url: string }).url;
  }
  throw new Error(`The server has not started: ${wrong}`);
}

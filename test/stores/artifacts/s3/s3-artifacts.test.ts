import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import Module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, describe, test } from "node:test";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { S3Artifacts } from "../../../../src/stores/artifacts/s3/s3-artifacts.js";
import { parseS3Uri, S3Storage } from "../../../../src/stores/artifacts/s3/s3-storage.js";
import { isError } from "../../../is-error.js";
import { artifactConformance } from "../conformance.js";
import { motoForTests, noMoto, secret } from "./moto-server.js";

const moto = motoForTests();
const runId = "ab".repeat(16);

describe("with moto's S3 server", { skip: noMoto }, () => {
  const storage = new S3Storage();
  let bucket = "";
  let folder = "";
  let count = 0;
  before(async () => {
    bucket = await moto.newBucket();
    folder = await mkdtemp(join(tmpdir(), "runlab-s3-"));
  });
  after(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });
  const newUri = () => `s3://${bucket}/team a/${count++}/${runId}/artifacts`;
  const open = (uri = newUri(), from = storage) => new S3Artifacts(from, { uri, runId, checkOpen: () => undefined });

  artifactConformance("S3", (_, checkOpen) => new S3Artifacts(storage, { uri: newUri(), runId, checkOpen }));

  test("a large file goes in parts and comes back as a stream, byte by byte the same", async () => {
    const uri = newUri();
    const artifacts = open(uri);
    const content = randomBytes(20 * 1024 * 1024 + 7);
    const file = join(folder, "large.bin");
    await writeFile(file, content);
    await artifacts.put("models/large.bin", { file });
    assert.deepEqual(await artifacts.list("models"), [
      { path: "models/large.bin", isDir: false, fileSize: content.length },
    ]);
    // Of an object that came in parts the tag counts them.
    const { key } = parseS3Uri(`${uri}/models/large.bin`);
    const head = await fetch(`${moto.address}/${bucket}/${key}`, { method: "HEAD" });
    assert.match(head.headers.get("etag") ?? "", /-3"$/);
    const hash = createHash("sha256");
    await pipeline(await artifacts.stream("models/large.bin"), hash);
    const digest = createHash("sha256").update(content).digest("hex");
    assert.equal(hash.digest("hex"), digest);
    const copy = await artifacts.download("models", join(folder, "out"));
    assert.deepEqual(await readdir(copy), ["large.bin"]);
    const again = createHash("sha256");
    await pipeline(createReadStream(join(copy, "large.bin")), again);
    assert.equal(again.digest("hex"), digest);
  });

  test("a part that does not get there discards the upload: no object, and no parts that are kept", async () => {
    let parts = 0;
    // In front of moto, which sees none of the second parts.
    const proxy = createServer((incoming, outgoing) => {
      if (incoming.url?.includes("partNumber=2")) {
        parts++;
        incoming.resume().on("end", () => outgoing.writeHead(403).end());
        return;
      }
      const { method, url, headers } = incoming;
      const passed = request(moto.address + url, { method: method ?? "GET", headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(passed);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => proxy.once("listening", resolve));
    const { port } = proxy.address() as { port: number };
    process.env.MLFLOW_S3_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    const behind = new S3Storage();
    try {
      const artifacts = open(newUri(), behind);
      const file = join(folder, "parts.bin");
      await writeFile(file, "");
      await truncate(file, 9 * 1024 * 1024);
      await assert.rejects(artifacts.put("parts.bin", { file }), isError("PERMISSION_DENIED", /credentials/));
      assert.equal(parts, 1);
      assert.deepEqual(await artifacts.list(), []);
      const uploads = await (await fetch(`${moto.address}/${bucket}?uploads`)).text();
      assert.doesNotMatch(uploads, /<UploadId>/);
    } finally {
      process.env.MLFLOW_S3_ENDPOINT_URL = moto.address;
      await behind.close();
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  test("a folder of more objects than a page has is listed and removed whole", async () => {
    const uri = newUri();
    const artifacts = open(uri);
    const { key } = parseS3Uri(uri);
    const names = Array.from({ length: 1003 }, (_, at) => `many/${String(at).padStart(4, "0")} +%&.txt`);
    const left = [...names];
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let name = left.pop(); name !== undefined; name = left.pop())
          await storage.put({ bucket, key: `${key}/${name}` }, Buffer.from("x"));
      }),
    );
    assert.deepEqual(
      (await artifacts.list("many")).map(({ path }) => path),
      names,
    );
    await artifacts.put("other.txt", Buffer.from("y"));
    await artifacts.remove("many");
    assert.deepEqual(
      (await artifacts.list()).map(({ path }) => path),
      ["other.txt"],
    );
  });

  test("an object whose key would lead out of a folder is neither listed nor copied out", async () => {
    const uri = newUri();
    const artifacts = open(uri);
    await artifacts.put("good.txt", Buffer.from("x"));
    const { key } = parseS3Uri(uri);
    await storage.put({ bucket, key: `${key}/../evil.txt` }, Buffer.from("y"));
    await storage.put({ bucket, key: `${key}/deep/..\\evil.txt` }, Buffer.from("y"));
    await artifacts.put("deep/good.txt", Buffer.from("z"));
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.message);
    process.on("warning", note);
    assert.deepEqual(
      (await artifacts.list()).map(({ path }) => path),
      ["deep", "good.txt"],
    );
    const copy = await artifacts.download("deep", join(folder, "safe"));
    assert.deepEqual(await readdir(copy), ["good.txt"]);
    await new Promise(setImmediate);
    process.off("warning", note);
    assert.match(warnings.join("\n"), /evil\.txt.* is left out/);
  });

  test("the files of a run are removed with the run, and no others", async () => {
    const artifacts = open();
    const other = open();
    await artifacts.put("a/b.txt", Buffer.from("x"));
    await other.put("a.txt", Buffer.from("x"));
    await artifacts.removeAll();
    assert.deepEqual([await artifacts.list(), (await other.list()).length], [[], 1]);
    const foreign = open(`s3://${bucket}/foreign`);
    await foreign.put("kept.txt", Buffer.from("x"));
    await foreign.removeAll();
    assert.equal((await foreign.list()).length, 1);
  });

  test("errors say what to do: no bucket, no server, no credentials, no package; a secret is in none of them", async () => {
    const put = (uri: string, from: S3Storage) => open(uri, from).put("a.txt", Buffer.from("x"));
    const withVariables = async (
      variables: Record<string, string>,
      uri: string,
      ...[code, text]: Parameters<typeof isError>
    ) => {
      const before = { ...process.env };
      Object.assign(process.env, variables);
      const other = new S3Storage();
      try {
        await assert.rejects(put(uri, other), (error: Error & { hint?: string }) => {
          assert.doesNotMatch(`${error.message}${error.hint}${error.stack}`, new RegExp(secret));
          return isError(code, text)(error);
        });
      } finally {
        process.env = before;
        await other.close();
      }
    };
    const uri = newUri();
    await withVariables({}, "s3://no-such-bucket/x", "RESOURCE_DOES_NOT_EXIST", /no-such-bucket/);
    const nobody = { MLFLOW_S3_ENDPOINT_URL: "http://127.0.0.1:9", AWS_MAX_ATTEMPTS: "1" };
    await withVariables(nobody, uri, "TEMPORARILY_UNAVAILABLE", /MLFLOW_S3_ENDPOINT_URL/);
    const none = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_SHARED_CREDENTIALS_FILE: "/nothing" };
    await withVariables(none, uri, "UNAUTHENTICATED", /AWS_ACCESS_KEY_ID/);
    await withVariables({ MLFLOW_S3_UPLOAD_EXTRA_ARGS: "[" }, uri, "INVALID_PARAMETER_VALUE", /JSON object/);
    assert.throws(() => parseS3Uri("s3:///x"), isError("INVALID_PARAMETER_VALUE", /bucket/));

    const loader = Module as unknown as { _resolveFilename(name: string, ...rest: unknown[]): string };
    const resolve = loader._resolveFilename;
    loader._resolveFilename = (name, ...rest) => {
      if (name === "@aws-sdk/client-s3") throw new Error("Cannot find module");
      return resolve.call(loader, name, ...rest);
    };
    try {
      await withVariables({}, uri, "INVALID_STATE", /npm i --ignore-scripts @aws-sdk\/client-s3/);
    } finally {
      loader._resolveFilename = resolve;
    }
  });

  test("settings of MLFLOW_S3_UPLOAD_EXTRA_ARGS go with every file", async () => {
    process.env.MLFLOW_S3_UPLOAD_EXTRA_ARGS = JSON.stringify({ Metadata: { team: "a" } });
    try {
      const uri = newUri();
      await open(uri).put("a.txt", Buffer.from("x"));
      const { key } = parseS3Uri(`${uri}/a.txt`);
      const client = new S3Client({ endpoint: moto.address, forcePathStyle: true });
      const { Metadata } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      client.destroy();
      assert.deepEqual(Metadata, { team: "a" });
      assert.equal(await readFile(await open(uri).download("a.txt", join(folder, "settings")), "utf8"), "x");
    } finally {
      delete process.env.MLFLOW_S3_UPLOAD_EXTRA_ARGS;
    }
  });
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { runCli } from "../../cli/run-cli.js";
import { isError } from "../../is-error.js";
import { PostgresCluster, password, postgresql, skipWithoutPostgresql } from "../sql/postgres-cluster.js";
import { fillMlflow, mlflowReads, noMlflow } from "./mlflow-database.js";

const open = (uri: string) => new TrackingClient(openStore(resolveUri(uri)));
const text = async (bytes: Promise<Uint8Array>) => Buffer.from(await bytes).toString();

describe("a SQLite database that MLflow has made", { skip: noMlflow, timeout: 900_000 }, () => {
  let folder = "";
  let uri = "";
  let parent = "";
  let seen: Awaited<ReturnType<typeof mlflowReads>>;
  let digest = "";
  const sha256 = async () =>
    createHash("sha256")
      .update(await readFile(join(folder, "mlflow.db")))
      .digest("hex");
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "runlab-mlflow-db-"));
    uri = `sqlite:///${join(folder, "mlflow.db")}`;
    parent = await fillMlflow(uri, folder);
    seen = await mlflowReads(uri, folder);
    digest = await sha256();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("is read as MLflow's client reads it: runs, histories, datasets, models, the registry, files", async () => {
    const client = open(uri);
    const experiments = await client.searchExperiments();
    const cars = experiments.find(({ name }) => name === "cars");
    assert.deepEqual(experiments.map(({ name, tags }) => [name, tags]).sort(), seen.experiments.sort());
    const runs = await client.searchRuns({ experimentIds: experiments.map(({ experimentId }) => experimentId) });
    runs.sort((a, b) => (a.info.runName < b.info.runName ? -1 : 1));
    const number = (value: number) =>
      Number.isNaN(value) ? "nan" : Math.abs(value) > 1e300 ? `${value < 0 ? "-" : ""}1.7976931348623157e+308` : value;
    const told = await Promise.all(
      runs.map(async ({ info, data, inputs, outputs }) => {
        const history: Record<string, unknown> = {};
        for (const key of Object.keys(data.metrics)) {
          const points = await client.getMetricHistory(info.runId, key);
          history[key] = points.map(({ value, timestamp, step }) => [number(value), timestamp, step]);
        }
        return {
          id: info.runId,
          name: info.runName,
          status: info.status,
          start: info.startTime,
          end: info.endTime ?? null,
          user: info.userId,
          params: data.params,
          tags: data.tags,
          metrics: Object.fromEntries(Object.entries(data.metrics).map(([key, value]) => [key, number(value)])),
          history,
          inputs: inputs.datasetInputs.map(({ dataset, tags }) => [
            dataset.name,
            dataset.digest,
            dataset.sourceType,
            dataset.source,
            dataset.schema ?? null,
            dataset.profile ?? null,
            tags,
          ]),
          outputs: outputs.modelOutputs.map(({ modelId, step }) => [modelId, step]).sort(),
        };
      }),
    );
    const numbers = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_, item) =>
        typeof item === "string" && /^-?\d[\d.]*(?:e[+-]\d+)?$/.test(item) && Math.abs(Number(item)) < 1e300
          ? Number(item) + 0
          : item,
      );
    assert.deepEqual(numbers(told), numbers(seen.runs));

    const run = await client.getRun(parent);
    const { last, min, max, count } = run.metricSummaries.loss ?? {};
    assert.deepEqual([last?.step, min?.value, max?.value, count], [6, -Number.MAX_VALUE, Number.MAX_VALUE, 7]);
    assert.equal(run.metricSummaries["a/b c"]?.count, 1);
    const models = await client.searchLoggedModels({ experimentIds: [cars?.experimentId ?? ""] });
    const ofRun = models.filter(({ sourceRunId }) => sourceRunId === parent);
    assert.deepEqual(ofRun.map(({ artifactPath }) => artifactPath).sort(), ["tree", "tree-2"]);
    assert.deepEqual([ofRun[0]?.params, ofRun[0]?.metrics?.[0]?.key], [{ depth: "3" }, "acc"]);
    assert.deepEqual(
      (await client.listArtifacts(parent)).map(({ path, isDir }) => [path, isDir]),
      [
        ["notes", true],
        ["top.txt", false],
        ["tree", true],
        ["tree-2", true],
      ],
    );
    assert.equal(await text(client.readArtifact(parent, "notes/deep/a.txt")), "häßlich");
    assert.match(await text(client.readArtifact(parent, "tree-2/MLmodel")), /^model_id: m-/);
    assert.equal((await client.getModelVersion("Cars", 3)).currentStage, "Production");
    await assert.rejects(client.getModelVersion("Cars", 2), isError("RESOURCE_DOES_NOT_EXIST"));
    await client.store.close();
  });

  test("takes every filter and order of runlab's", async () => {
    const client = open(uri);
    const { experimentId = "" } = (await client.getExperimentByName("cars")) ?? {};
    const names = async (filterString: string | undefined, orderBy: string[], more = {}) =>
      (
        await client.searchRuns({
          experimentIds: [experimentId],
          orderBy,
          ...more,
          ...(filterString && { filterString }),
        })
      ).map(({ info }) => info.runName);
    assert.deepEqual(await names("params.alpha = '0.5'", []), ["parent"]);
    assert.deepEqual(await names("metrics.loss >= 4 OR tags.t = '1'", ["metrics.loss.min DESC"]), ["child", "parent"]);
    assert.deepEqual(await names("metrics.loss.min < 0 AND NOT (status = 'FAILED')", []), ["parent"]);
    assert.deepEqual(await names(undefined, ["run_name ASC"], { maxResults: 2 }), ["child", "failed"]);
    assert.deepEqual(await names(undefined, [], { viewType: "DELETED_ONLY" }), ["removed"]);
    await client.store.close();
  });

  test("is not changed by a byte; logging into it is refused, and the error names the way out", async () => {
    const client = open(uri);
    const refusal = isError(
      "INVALID_PARAMETER_VALUE",
      /MLflow's own schema[\s\S]*runlab copy sqlite:.*mlflow\.db \.\/runlab/,
    );
    await assert.rejects(client.createRun("0"), refusal);
    await assert.rejects(client.logMetric(parent, "a", 1), refusal);
    await assert.rejects(client.setTag(parent, "a", "1"), refusal);
    await assert.rejects(client.logText(parent, "a", "a.txt"), refusal);
    await assert.rejects(client.createRegisteredModel("b"), refusal);
    await assert.rejects(client.deleteRun(parent), refusal);
    await client.store.close();
    const own = join(folder, "own", "runlab");
    const other = open(own);
    await other.createRun("0");
    await other.store.close();
    const into = await runCli(["copy", own, uri]);
    assert.notEqual(into.code, 0);
    assert.match(into.err, /MLflow's own schema/);
    assert.equal(await sha256(), digest);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.startsWith("mlflow.db")),
      ["mlflow.db"],
    );
  });

  test("`runlab copy` takes it to a store and on to ./mlruns, where MLflow reads the same as in its database", async () => {
    const store = join(folder, "copied", "runlab");
    const first = await runCli(["copy", uri, store, "--json"]);
    assert.equal(first.code, 0, first.err);
    const { copied, differ, leftOut, versions } = JSON.parse(first.out);
    assert.deepEqual([copied, differ, versions], [3, [], 2]);
    assert.match(leftOut.join("\n"), /lone/);
    const again = JSON.parse((await runCli(["copy", uri, store, "--json"])).out);
    assert.deepEqual([again.copied, again.there, again.versions], [0, 3, 0]);
    const mlruns = join(folder, "copied", "mlruns");
    const second = await runCli(["copy", store, mlruns]);
    assert.equal(second.code, 0, second.err);
    const reread = await mlflowReads(`file://${mlruns}`, folder);
    assert.deepEqual(reread, seen);
    const some = join(folder, "some", "runlab");
    const part = await runCli(["copy", uri, some, "--where", "metrics.loss >= 4", "--json"]);
    assert.equal(JSON.parse(part.out).copied, 1, part.err);
    assert.equal(await sha256(), digest);
  });

  test("has its artifacts beside it after both were moved", async () => {
    const other = await mkdtemp(join(tmpdir(), "runlab-moved-"));
    await cp(folder, other, { recursive: true });
    await rename(join(folder, "mlruns"), join(folder, "away"));
    try {
      const client = open(`sqlite:///${join(other, "mlflow.db")}`);
      assert.equal(await text(client.readArtifact(parent, "notes/deep/a.txt")), "häßlich");
      await client.store.close();
    } finally {
      await rename(join(folder, "away"), join(folder, "mlruns"));
      await rm(other, { recursive: true });
    }
  });
});

describe("a PostgreSQL database that MLflow has made", {
  skip: noMlflow || skipWithoutPostgresql,
  timeout: 900_000,
}, () => {
  let cluster: PostgresCluster;
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "runlab-mlflow-postgres-"));
    cluster = await PostgresCluster.start(postgresql ?? "");
    process.env.PGPASSWORD = password;
  });
  after(async () => {
    await cluster.stop();
    delete process.env.PGPASSWORD;
    await rm(folder, { recursive: true, force: true });
  });

  test("is copied like one of SQLite's", async () => {
    const uri = await cluster.newUri();
    const parent = await fillMlflow(uri, folder);
    const seen = await mlflowReads(uri, folder);
    const store = join(folder, "runlab");
    const { code, err } = await runCli(["copy", uri, store]);
    assert.equal(code, 0, err);
    const mlruns = join(folder, "copied", "mlruns");
    assert.equal((await runCli(["copy", store, mlruns])).code, 0);
    assert.deepEqual(await mlflowReads(`file://${mlruns}`, folder), seen);
    const client = open(uri);
    await assert.rejects(client.setTag(parent, "a", "1"), isError("INVALID_PARAMETER_VALUE", /runlab copy postgresql/));
    await client.store.close();
  });
});

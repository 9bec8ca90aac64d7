import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { copyStore } from "../../../src/exports/copy/copy-store.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";

const python = process.env.RUNLAB_PYTHON;
const noMlflow = python === undefined && "needs Python with MLflow: npm test";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-mlruns-"));
});
after(() => rm(folder, { recursive: true }));

const open = (path: string) => new TrackingClient(openStore(resolveUri(path)));

/** A folder of files, by their paths. */
async function mlrunsOf(name: string, files: Record<string, string>): Promise<string> {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const runId = "d2".repeat(16);
const experiment =
  "artifact_location: file:///gone/1\nexperiment_id: '1'\nlifecycle_stage: active\nname: 'it''s: old'\n";
const run = `artifact_uri: file:///gone/1/${runId}/artifacts
end_time: null
experiment_id: '1'
lifecycle_stage: active
run_id: ${runId}
run_name: "h\\xE4\\xDFlich\\
  \\ name"
start_time: 1700000000000
status: 1
user_id: ann
`;

const program = `
import os, sys, json, shutil
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow, pandas as pd
root = sys.argv[1]
mlflow.set_tracking_uri("file://" + root)
mlflow.set_experiment("cars")
client = mlflow.MlflowClient()
client.set_experiment_tag(client.get_experiment_by_name("cars").experiment_id, "team", "a")
with mlflow.start_run(run_name="p: 'x'", description="hä\\nline " + "long " * 40) as run:
    mlflow.log_param("a/b", "multi\\nline")
    for step, value in enumerate([0.5, float("nan"), float("inf"), -0.0, 1e-7]):
        mlflow.log_metric("loss", value, step=step, timestamp=1700000000000)
    mlflow.log_metric("sub/x", 2)
    mlflow.set_tag("t", "v\\nw")
    mlflow.log_text("häßlich", "in/a.txt")
    mlflow.log_input(mlflow.data.from_pandas(pd.DataFrame({"x": [1]}), name="d"), context="training")
    class Model(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input): return model_input
    model = mlflow.pyfunc.log_model(name="tree", python_model=Model(), pip_requirements=[], registered_model_name="Cars")
    with mlflow.start_run(nested=True, run_name="child"):
        mlflow.log_metric("loss", 1)
client.set_registered_model_alias("Cars", "champion", 1)
client.set_registered_model_tag("Cars", "k", "v")
client.delete_run(client.create_run("0").info.run_id)
seen = client.get_run(run.info.run_id)
print(json.dumps({"run": run.info.run_id, "model": model.model_id, "params": seen.data.params, "tags": seen.data.tags,
  "history": [[point.step, str(point.value)] for point in client.get_metric_history(run.info.run_id, "loss")],
  "digest": seen.inputs.dataset_inputs[0].dataset.digest}))
`;

test("what Python's MLflow has written to ./mlruns is read as MLflow reads it, also when it was moved, and copied whole", {
  skip: noMlflow,
}, async () => {
  const first = join(folder, "python", "mlruns");
  const { stdout } = await promisify(execFile)(python ?? "", ["-c", program, first]);
  const seen = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  const moved = join(folder, "moved-mlruns");
  await rename(first, moved);
  const from = open(moved);
  const cars = await from.getExperimentByName("cars");
  assert.deepEqual(cars?.tags, { team: "a" });
  const runs = await from.searchRuns({ experimentIds: [cars?.experimentId ?? ""], orderBy: ["start_time ASC"] });
  assert.deepEqual(
    runs.map(({ info }) => [info.runName, info.status]),
    [
      ["p: 'x'", "FINISHED"],
      ["child", "FINISHED"],
    ],
  );
  const read = await from.getRun(seen.run);
  assert.deepEqual([read.data.params, read.data.tags], [seen.params, seen.tags]);
  const values: Record<string, number> = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY };
  assert.deepEqual(
    (await from.getMetricHistory(seen.run, "loss")).map(({ step, value }) => [step, value]),
    seen.history.map(([step, value]: [number, string]) => [step, values[value] ?? Number(value)]),
  );
  assert.deepEqual(
    read.inputs.datasetInputs.map(({ dataset, tags }) => [dataset.name, dataset.digest, tags]),
    [["d", seen.digest, { "mlflow.data.context": "training" }]],
  );
  const deleted = await from.searchRuns({ experimentIds: ["0"], viewType: "DELETED_ONLY" });
  assert.equal(deleted.length, 1);

  const to = open(join(folder, "copied", "runlab"));
  const result = await copyStore(from, to);
  assert.deepEqual([result.copied, result.versions, result.differ, result.leftOut], [2, 1, [], []]);
  assert.equal(Buffer.from(await to.readArtifact(seen.run, "in/a.txt")).toString(), "häßlich");
  const names = (await to.listArtifacts(seen.run, "tree")).map(({ path }) => path);
  assert.ok(names.includes("tree/MLmodel") && names.includes("tree/python_model.pkl"), names.join());
  assert.equal((await to.getLoggedModel(seen.model)).sourceRunId, seen.run);
  const model = await to.getRegisteredModel("Cars");
  assert.deepEqual([model.aliases, model.tags], [{ champion: "1" }, { k: "v" }]);
  assert.equal((await to.getModelVersion("Cars", 1)).source, `models:/${seen.model}`);
  await to.store.close();
});

test("files of an older MLflow are read: few fields, points without a step or with a dataset", async () => {
  const root = await mlrunsOf("older", {
    "1/meta.yaml": experiment,
    [`1/${runId}/meta.yaml`]: run,
    [`1/${runId}/metrics/a/b`]: "1700000000001 0.5\n1700000000002 -inf 2 cars 987cd74d\n1700000000003 Infinity 3\n",
    [`1/${runId}/artifacts/x.txt`]: "x",
  });
  const client = open(root);
  const { info, data } = await client.getRun(runId);
  assert.deepEqual(
    [info.runName, info.status, info.userId, info.endTime, data.tags],
    ["häßlich name", "RUNNING", "ann", undefined, { "mlflow.runName": "häßlich name" }],
  );
  assert.equal((await client.getExperiment("1")).name, "it's: old");
  assert.deepEqual(await client.getMetricHistory(runId, "a/b"), [
    { step: 0, value: 0.5, timestamp: 1700000000001 },
    { step: 2, value: Number.NEGATIVE_INFINITY, timestamp: 1700000000002 },
    { step: 3, value: Number.POSITIVE_INFINITY, timestamp: 1700000000003 },
  ]);
  assert.deepEqual(await client.listArtifacts(runId), [{ path: "x.txt", isDir: false, fileSize: 1 }]);
  await assert.rejects(client.getRun("0".repeat(32)), isError("RESOURCE_DOES_NOT_EXIST"));
});

test("it is only read: every change is refused with the way out, and nothing is written", async () => {
  const root = await mlrunsOf("read", { "1/meta.yaml": experiment, [`1/${runId}/meta.yaml`]: run });
  const client = open(root);
  const before = await readdir(root, { recursive: true });
  for (const change of [
    () => client.createRun("1"),
    () => client.logMetric(runId, "m", 1),
    () => client.logText(runId, "x", "a.txt"),
    () => client.endRun(runId),
    () => client.createExperiment("new"),
    () => client.createRegisteredModel("M"),
  ]) {
    await assert.rejects(change, isError("NOT_IMPLEMENTED", /only reads\.\nCopy it .*runlab copy/));
  }
  assert.deepEqual(await readdir(root, { recursive: true }), before);
});

test("a damaged file is named with its line", async () => {
  const root = await mlrunsOf("damaged", {
    "1/meta.yaml": experiment,
    [`1/${runId}/meta.yaml`]: run,
    [`1/${runId}/metrics/m`]: "1700000000001 0.5 1\n1700000000002 many 2\n",
  });
  await assert.rejects(open(root).getRun(runId), isError("DATA_LOSS", /metrics\/m is damaged: line 2/));
  await writeFile(join(root, "1", runId, "meta.yaml"), "a: [");
  await assert.rejects(open(root).getRun(runId), isError("DATA_LOSS", /meta\.yaml is damaged/));
});

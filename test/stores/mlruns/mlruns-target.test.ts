import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { copyStore } from "../../../src/exports/copy/copy-store.js";
import { openStore, openTarget, resolveUri } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { runCli } from "../../cli/run-cli.js";
import { filled } from "../../exports/filled-store.js";

const python = process.env.RUNLAB_PYTHON;
const noMlflow = python === undefined && "needs Python with MLflow: npm test";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-to-mlruns-"));
});
after(() => rm(folder, { recursive: true }));

const open = (path: string) => new TrackingClient(openStore(resolveUri(path)));

test("a store goes to ./mlruns and back and loses nothing; copying again adds nothing", async () => {
  const first = open(join(folder, "first", "runlab"));
  const { parent, child, modelId } = await filled(first);
  const place = join(folder, "there", "mlruns");
  const there = new TrackingClient(openTarget(place));
  const result = await copyStore(first, there);
  assert.deepEqual([result.copied, result.versions, result.differ, result.leftOut], [2, 2, [], []]);
  assert.deepEqual((await copyStore(first, new TrackingClient(openTarget(place)))).copied, 0);
  const last = open(join(folder, "last", "runlab"));
  const back = await copyStore(open(place), last);
  assert.deepEqual([back.copied, back.versions, back.differ, back.leftOut], [2, 2, [], []]);
  for (const runId of [parent, child]) {
    const [source, copy] = await Promise.all([first.getRun(runId), last.getRun(runId)]);
    // An experiment has the same name there, and a number of that store's.
    const place = { artifactUri: "", experimentId: "" };
    assert.deepEqual({ ...copy, info: { ...copy.info, ...place } }, { ...source, info: { ...source.info, ...place } });
    assert.deepEqual(await last.getMetricHistory(runId, "loss"), await first.getMetricHistory(runId, "loss"));
  }
  assert.equal((await last.getLoggedModel(modelId)).sourceRunId, parent);
  const model = await last.getRegisteredModel("Cars");
  assert.deepEqual([model.description, model.tags, model.aliases], ["of cars", { t: "1" }, { champion: "3" }]);
  assert.equal((await last.getModelVersion("Cars", 3)).currentStage, "Production");
});

const program = `
import os, sys, json, pathlib
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow
mlflow.set_tracking_uri("file://" + sys.argv[1])
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name("cars")
runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
parent, child = runs
version = client.get_model_version_by_alias("Cars", "champion")
model = client.get_logged_model(parent.outputs.model_outputs[0].model_id)
client.set_tag(parent.info.run_id, "seen", "yes")
with mlflow.start_run(experiment_id=experiment.experiment_id): mlflow.log_metric("new", 1)
print(json.dumps({
  "tags": experiment.tags.get("team"), "names": [run.info.run_name for run in runs], "status": parent.info.status,
  "user": parent.info.user_id, "params": parent.data.params, "parent": child.data.tags["mlflow.parentRunId"] == parent.info.run_id,
  "history": [str(point.value) for point in client.get_metric_history(parent.info.run_id, "loss")],
  "dataset": [parent.inputs.dataset_inputs[0].dataset.name, parent.inputs.dataset_inputs[0].tags[0].value],
  "text": mlflow.artifacts.load_text(parent.info.artifact_uri + "/notes/deep/a.txt"),
  "model": [model.name, model.status.name, model.source_run_id == parent.info.run_id],
  "file": pathlib.Path(mlflow.artifacts.download_artifacts("models:/Cars@champion"), "MLmodel").read_text().split()[0],
  "version": [str(version.version), version.current_stage], "tagged": client.get_registered_model("Cars").tags,
  "found": len(client.search_model_versions("name = 'Cars'"))}))
`;

test("`runlab export cars --to mlruns` adds the runs of an experiment, again nothing, and never what differs", async () => {
  const from = join(folder, "exported", "runlab");
  const client = open(from);
  const { parent, child, modelId } = await filled(client);
  await client.store.close();
  const to = join(folder, "exported", "mlruns");
  const args = ["export", "cars", "--tracking-uri", from, "--to", to];
  const { code, out, err } = await runCli([...args, "--where", "tags.family = 'linear'"]);
  assert.equal(code, 0, err);
  assert.match(out, /^Wrote 1 run, [\d,]+ bytes, to .*mlruns\n$/);
  assert.equal((await runCli(args)).code, 0);
  const there = open(to);
  const { experimentId = "" } = (await there.getExperimentByName("cars")) ?? {};
  const runs = await there.searchRuns({ experimentIds: [experimentId], orderBy: ["start_time ASC"] });
  assert.deepEqual(
    runs.map(({ info }) => info.runId),
    [parent, child],
  );
  assert.equal((await there.getLoggedModel(modelId)).sourceRunId, parent);
  assert.equal(Buffer.from(await there.readArtifact(parent, "notes/deep/a.txt")).toString(), "häßlich");
  const changed = open(from);
  await changed.setTag(child, "family", "other");
  await changed.store.close();
  const again = await runCli(args);
  assert.equal(again.code, 3);
  assert.match(again.err, /run child .*: tag 'family'/);
  const other = await runCli([
    "export",
    "cars",
    "--tracking-uri",
    from,
    "--format",
    "mlruns",
    "--to",
    join(folder, "x"),
  ]);
  assert.equal(other.code, 2);
  assert.match(other.err, /called mlruns/);
});

test("Python's MLflow reads what was copied to ./mlruns without a complaint, and goes on logging there", {
  skip: noMlflow,
}, async () => {
  const from = join(folder, "python", "runlab");
  const client = open(from);
  const { parent } = await filled(client);
  await client.store.close();
  const to = join(folder, "python", "mlruns");
  const copied = await runCli(["copy", from, to]);
  assert.equal(copied.code, 0, copied.err);
  const { stdout, stderr } = await promisify(execFile)(python ?? "", ["-c", program, to]);
  assert.doesNotMatch(stderr, /malformed|invalid|WARNING/i);
  const seen = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  assert.deepEqual(seen, {
    tags: "a",
    names: ["parent", "child"],
    status: "FAILED",
    user: "ann",
    params: (await open(to).getRun(parent)).data.params,
    parent: true,
    history: ["1.0", "2.0", "2.0", "nan", "inf", "-0.0", "0.1"],
    dataset: ["data", "training"],
    text: "häßlich",
    model: ["tree", "READY", true],
    file: "model_id:",
    version: ["3", "Production"],
    tagged: { t: "1" },
    found: 2,
  });
  const { data } = await open(to).getRun(parent);
  assert.equal(data.tags.seen, "yes");
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { LoadedModel } from "../../../src/models/loaded-model.js";
import type { ModelInfo } from "../../../src/models/log-model.js";
import { runInfoCard } from "../../../src/reports/run-info.js";
import { openStore, resolveUri } from "../../../src/stores/open.js";
import { isError } from "../../is-error.js";
import { RunningCell } from "../../magics/test-cell.js";
import { noMlflow, serverForTests } from "./mlflow-server.js";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const server = serverForTests();

function cellOnServer(): RunningCell {
  const cell = new RunningCell();
  cell.session.configure({ resolveUri, openStore });
  cell.session.setTrackingUri(server().address);
  return cell;
}

/** What Python's MLflow says to a program with `client` and `mlflow` on the same server. */
async function python(program: string): Promise<unknown> {
  const before = `import json, mlflow\nmlflow.set_tracking_uri(${JSON.stringify(server().address)})\nclient = mlflow.MlflowClient()\n`;
  const env = { ...process.env, MLFLOW_DISABLE_TELEMETRY: "true" };
  const { stdout } = await promisify(execFile)(process.env.RUNLAB_PYTHON ?? "", ["-c", before + program], { env });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

const twice = (rows: Array<{ x: number }>) => rows.map(({ x }) => 2 * x);

describe("cells on MLflow's server", { skip: noMlflow }, () => {
  test("%%run keeps its values there, and Python reads them", async () => {
    const cell = cellOnServer();
    await cell.over("run", { name: "first", experiment: "cars" }, async () => {
      await cell.line("log_params", { params: { alpha: 0.5 } });
      for (let step = 0; step < 5; step++) cell.session.logMetric("loss", 1 / (step + 1), { step });
      await cell.session.logText("häßlich", "notes/a.txt");
    });
    const [run] = await cell.session.searchRuns({ experimentNames: ["cars"] });
    assert.deepEqual(
      [run?.info.status, run?.data.params, run?.data.metrics],
      ["FINISHED", { alpha: "0.5" }, { loss: 0.2 }],
    );
    const seen = await python(`
run = client.get_run("${run?.info.runId}")
text = mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/a.txt")
history = [point.value for point in client.get_metric_history(run.info.run_id, "loss")]
print(json.dumps([run.info.status, run.info.run_name, run.data.params, text, history]))`);
    assert.deepEqual(seen, ["FINISHED", "first", { alpha: "0.5" }, "häßlich", [1, 0.5, 1 / 3, 0.25, 0.2]]);
  });

  test("%run_info shows the least, the greatest and the number of a metric's points, and its curve", async () => {
    const cell = cellOnServer();
    const run = await cell.session.startRun({ runName: "curved" });
    for (let step = 0; step < 5; step++) void run.logMetric("loss", (step - 2) ** 2, { step });
    await run.end();
    const { client } = cell.session;
    const card = await runInfoCard({ client }, await client.getRun(run.runId));
    assert.match(String(card.data["text/plain"]), /loss +4 +0 +4 +4 +5 +█/);
  });

  test("%compare shows the best values of runs there and draws their curves", async () => {
    const cell = cellOnServer();
    await cell.session.setExperiment("curves");
    for (const runName of ["one", "two"]) {
      const run = await cell.session.startRun({ runName });
      for (let step = 0; step < 5; step++) void run.logMetric("loss", (step - 2) ** 2, { step });
      await run.end();
    }
    await cell.line("compare", { metric: ["loss"], as: "curves" });
    const [table, chart] = cell.shown.map(({ data }) => String(data["text/plain"]));
    assert.match(table ?? "", /one +0 +2 +4/);
    assert.match(chart ?? "", /one/);
  });

  test("%runs and %compare show runs that Python has logged, the best first", async () => {
    await python(`
mlflow.set_experiment("from-python")
for alpha in [0.1, 0.2]:
    with mlflow.start_run(run_name=f"py {alpha}"):
        mlflow.log_param("alpha", alpha)
        for step, value in enumerate([5, 3, 4]):
            mlflow.log_metric("rmse", value + alpha, step=step)
print("0")`);
    const cell = cellOnServer();
    await cell.session.setExperiment("from-python");
    await cell.line("runs", {});
    const text = String(cell.shown.at(-1)?.data["text/plain"]);
    assert.match(text, /py 0\.2/);
    assert.match(text, /py 0\.1/);
    await cell.line("compare", { metric: ["rmse"] });
    const compared = JSON.stringify(cell.shown.at(-1)?.data);
    assert.match(compared, /py 0\.1/);
    const best = await cell.session.searchRuns({ filterString: "metrics.rmse.min < 3.15 OR params.alpha > 5" });
    assert.deepEqual(
      best.map(({ info }) => info.runName),
      ["py 0.1"],
    );
  });

  test("%log_model registers a model; %load_model finds it by its alias, and Python its files by its id", async () => {
    const cell = cellOnServer();
    const args = { model: twice, name: "twice", example: [{ x: 1 }], register: "Twice" };
    const info = (await cell.line("log_model", args)) as ModelInfo;
    await cell.line("promote", { name: "Twice", version: "1", to: "champion" });
    const model = await cell.line("load_model", { uri: "models:/Twice@champion" });
    assert.ok(model instanceof LoadedModel);
    assert.deepEqual(await model.predict([{ x: 4 }]), [8]);
    assert.equal(model.modelId, info.modelId);
    assert.deepEqual(
      (await cell.session.client.listArtifacts(info.runId)).map(({ path }) => path),
      ["twice"],
    );
    const seen = await python(`
import os
folder = mlflow.artifacts.download_artifacts("models:/Twice@champion")
model = client.get_logged_model("${info.modelId}")
version = client.get_model_version_by_alias("Twice", "champion")
print(json.dumps([sorted(os.listdir(folder))[0], model.status.name, model.name, version.source, client.get_run(model.source_run_id).outputs.model_outputs[0].model_id]))`);
    assert.deepEqual(seen, ["MLmodel", "READY", "twice", `models:/${info.modelId}`, info.modelId]);
    await cell.line("log_model", { model: twice, name: "twice", example: [{ x: 1 }] });
    const [again] = await cell.session.client.searchLoggedModels({ runId: info.runId });
    assert.equal(again?.artifactPath, "twice-2");
    const wanted = { modelId: `m-${"0".repeat(32)}`, experimentId: "0", sourceRunId: info.runId, modelType: "x" };
    const dotted = cell.session.client.createLoggedModel({ ...wanted, name: "a.b", artifactPath: "a.b" });
    await assert.rejects(dotted, isError("INVALID_PARAMETER_VALUE", /no dot/));
  });

  test("a file goes in and comes out as a stream: 80 MB leave the heap as it was", async () => {
    const { client } = cellOnServer().session;
    const { runId } = (await client.createRun("0")).info;
    const folder = await mkdtemp(join(tmpdir(), "runlab-stream-"));
    try {
      const file = await open(join(folder, "big.bin"), "w");
      await file.truncate(80 << 20);
      await file.close();
      const held: number[] = [];
      const timer = setInterval(() => {
        collectGarbage();
        held.push(process.memoryUsage().arrayBuffers);
      }, 20);
      await client.logArtifact(runId, join(folder, "big.bin"));
      await client.downloadArtifacts(runId, "big.bin", join(folder, "out"));
      clearInterval(timer);
      assert.ok(held.length > 2, `${held.length} looks`);
      assert.ok(Math.max(...held) - Math.min(...held) < 40 << 20, `${Math.max(...held) >> 20} MB held`);
      assert.equal((await stat(join(folder, "out", "big.bin"))).size, 80 << 20);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

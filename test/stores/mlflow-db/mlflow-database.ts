import { execFile } from "node:child_process";
import { promisify } from "node:util";

const python = process.env.RUNLAB_PYTHON;

/** Why a test with a database of MLflow's cannot run; false where it can. */
export const noMlflow: string | false = python === undefined && "needs Python with MLflow: npm test";

/** Logs with MLflow's own client all that it can express. */
const filling = `
import math, os, pathlib, sys, tempfile
import mlflow
from mlflow.entities import Metric
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
cars = client.create_experiment("cars", tags={"team": "a", "odd/key": "ü\\n"})
client.create_experiment("empty")
gone = client.create_experiment("gone"); client.delete_experiment(gone)
with mlflow.start_run(experiment_id=cars, run_name="parent", tags={"t": "1"}, description="of cars") as parent:
    mlflow.log_params({"alpha": 0.5, "text": "häßlich", "constructor": "x"})
    for step, value in enumerate([3, 2.5, float("nan"), math.inf, -math.inf, -0.0, 0.1]): mlflow.log_metric("loss", value, step=step, timestamp=1000 + step % 2)
    for _ in range(2): mlflow.log_metric("a/b c", 1e-300, timestamp=5)
    mlflow.log_text("häßlich", "notes/deep/a.txt"); mlflow.log_text("x", "top.txt")
    from mlflow.data.meta_dataset import MetaDataset
    from mlflow.data.http_dataset_source import HTTPDatasetSource
    mlflow.log_input(MetaDataset(HTTPDatasetSource("http://127.0.0.1/wine.csv"), name="wine"), context="training")
    for name in ("tree", "tree"):
        model = client.create_logged_model(cars, name=name, source_run_id=parent.info.run_id, tags={"k": "v"}, params={"depth": "3"}, model_type="json")
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "MLmodel").write_text("model_id: " + model.model_id)
            client.log_model_artifacts(model.model_id, folder)
        client.finalize_logged_model(model.model_id, "READY")
        mlflow.log_metric("acc", 0.5, step=1, model_id=model.model_id)
        from mlflow.entities import LoggedModelOutput
        client.log_outputs(parent.info.run_id, [LoggedModelOutput(model.model_id, 1)])
    with mlflow.start_run(experiment_id=cars, run_name="child", nested=True): mlflow.log_metric("loss", 4)
failed = client.create_run(cars, run_name="failed"); client.set_terminated(failed.info.run_id, "FAILED")
removed = client.create_run(cars, run_name="removed"); client.delete_run(removed.info.run_id)
client.create_registered_model("Cars", tags={"t": "1"}, description="of cars")
for number in range(3): client.create_model_version("Cars", "models:/" + model.model_id, run_id=parent.info.run_id, tags={"n": str(number)}, description="v")
client.delete_model_version("Cars", "2")
client.set_registered_model_alias("Cars", "champion", "3")
client.transition_model_version_stage("Cars", "3", "Production")
lone = client.create_logged_model(cars, name="lone"); client.finalize_logged_model(lone.model_id, "READY")
print(parent.info.run_id)
`;

/** What MLflow's own client reads, as JSON. */
const telling = `
import json, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
def number(value): return str(float(value))
def told(run):
    history = {key: [[number(p.value), p.timestamp, p.step] for p in client.get_metric_history(run.info.run_id, key)] for key in run.data.metrics}
    return {"id": run.info.run_id, "name": run.info.run_name, "status": run.info.status, "start": run.info.start_time, "end": run.info.end_time,
      "user": run.info.user_id, "params": run.data.params, "tags": {k: v for k, v in run.data.tags.items() if not k.startswith("runlab.")},
      "metrics": {key: number(value) for key, value in run.data.metrics.items()}, "history": history,
      "inputs": [[i.dataset.name, i.dataset.digest, i.dataset.source_type, i.dataset.source, i.dataset.schema, i.dataset.profile, {t.key: t.value for t in i.tags}] for i in run.inputs.dataset_inputs],
      "outputs": sorted([o.model_id, o.step] for o in run.outputs.model_outputs)}
def version(v): return [v.name, str(v.version), v.description, v.current_stage, v.source, v.run_id, v.tags]
experiments = sorted(client.search_experiments(), key=lambda e: e.name)
models = client.search_logged_models([e.experiment_id for e in experiments])
print(json.dumps({
  "experiments": [[e.name, e.tags] for e in experiments],
  "runs": sorted([told(run) for e in experiments for run in client.search_runs([e.experiment_id])], key=lambda r: r["name"]),
  "models": sorted([[m.model_id, m.name, m.source_run_id, m.status.name, m.model_type, m.params, m.tags.get("k")] for m in models if m.source_run_id]),
  "registered": [[r.name, r.description, r.tags, {k: str(v) for k, v in r.aliases.items()}] for r in client.search_registered_models()],
  "versions": sorted(version(v) for v in client.search_model_versions("name = 'Cars'"))}))
`;

/** MLflow's client on a store of MLflow's; `mlruns` is in its working directory. */
async function run(program: string, uri: string, folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    python ?? "",
    ["-W", "ignore", "-c", program, uri.replace("postgresql:", "postgresql+psycopg2:")],
    {
      cwd: folder,
      timeout: 300_000,
      env: {
        ...process.env,
        MLFLOW_DISABLE_TELEMETRY: "true",
        MLFLOW_ALLOW_FILE_STORE: "true",
        MLFLOW_TRACKING_URI: "",
      },
    },
  );
  return stdout.trim().split("\n").at(-1) ?? "";
}

/** Makes a database with MLflow. @returns the id of the run that holds most */
export function fillMlflow(uri: string, folder: string): Promise<string> {
  return run(filling, uri, folder);
}

// biome-ignore lint/suspicious/noExplicitAny: JSON
export async function mlflowReads(uri: string, folder: string): Promise<any> {
  return JSON.parse(await run(telling, uri, folder));
}

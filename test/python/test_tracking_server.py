"""`runlab server` and an unmodified MLflow client: what Python logs, both sides read."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("mlflow")

CLIENT = """
import mlflow, pathlib, tempfile
mlflow.set_experiment("cars")
for alpha in (0.1, 0.2):
    with mlflow.start_run(run_name=f"elastic {alpha}", tags={"family": "linear"}) as run:
        mlflow.log_param("alpha", alpha)
        for step in range(3):
            mlflow.log_metric("loss", alpha / (step + 1), step=step)
        mlflow.log_metrics({"rmse": alpha * 2, "nan": float("nan")})
        mlflow.log_text("seen", "notes/note.txt")
found = mlflow.search_runs(filter_string="metrics.rmse < 0.3 and tags.family = 'linear'", order_by=["metrics.rmse ASC"])
assert list(found["params.alpha"]) == ["0.1"], found
assert list(found["status"]) == ["FINISHED"], found
client = mlflow.MlflowClient()
history = client.get_metric_history(run.info.run_id, "loss")
assert [(point.step, point.value) for point in history] == [(0, 0.2), (1, 0.1), (2, 0.2 / 3)], history
assert [file.path for file in client.list_artifacts(run.info.run_id, "notes")] == ["notes/note.txt"]
assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/note.txt") == "seen"
try:
    client.get_run("0" * 32)
except mlflow.MlflowException as error:
    assert error.error_code == "RESOURCE_DOES_NOT_EXIST", error
else:
    raise AssertionError("a run that does not exist was found")
"""


def test_an_unmodified_python_client_logs_searches_and_reads_artifacts(tmp_path, dist):
    main = str(dist / "src" / "main" / "main.js")
    env = {**os.environ, "RUNLAB_TRACKING_URI": str(tmp_path / "runlab")}
    server = subprocess.Popen(
        ["node", main, "server", "--port", "0", "--json", "--access-log", "none"],
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        cwd=tmp_path,
    )
    try:
        url = json.loads(server.stdout.readline())["url"]
        script = pathlib.Path(tmp_path, "client.py")
        script.write_text(CLIENT)
        ran = subprocess.run(
            [sys.executable, str(script)],
            env={**env, "MLFLOW_TRACKING_URI": url},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stderr
    finally:
        server.terminate()
        assert server.wait(20) == 0
    listed = subprocess.run(["node", main, "runs", "list", "cars", "--json"], env=env, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr
    assert "elastic 0.1" in listed.stdout and "elastic 0.2" in listed.stdout

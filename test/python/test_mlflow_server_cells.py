"""A notebook whose store is a real MLflow server: cells in the real kernel, and what Python finds on the server."""
import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import free_port
from jupyter_client.manager import start_new_kernel
from test_tracking_cells import VEGA_LITE, execute

pytest.importorskip("mlflow")


class MlflowServer:
    """`mlflow server` on SQLite. It can be killed, and started again at the same port."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        places = [
            "--backend-store-uri",
            f"sqlite:///{self.folder}/mlflow.db",
            "--artifacts-destination",
            str(self.folder / "artifacts"),
        ]
        listen = ["--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *listen, *places],
            cwd=self.folder,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        )
        # It takes 10 to 20 s on two quiet cores.
        end = time.monotonic() + 150
        while time.monotonic() < end:
            assert self.process.poll() is None, "mlflow server has ended"
            try:
                with urllib.request.urlopen(f"{self.url}/health") as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.2)
        raise AssertionError("mlflow server does not answer")

    def kill(self):
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = MlflowServer(tmp_path_factory.mktemp("mlflow"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def client(server):
    import mlflow

    mlflow.set_tracking_uri(server.url)
    return mlflow.MlflowClient()


def texts(outputs) -> str:
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


def test_cells_log_to_the_server_and_show_what_is_there(tmp_path, server, client):
    def run_cell(alpha: float) -> str:
        return (
            f"%%run name=`elastic {alpha}` experiment=cars tag.family=linear\n"
            f"const alpha{int(alpha * 10)} = {alpha}\n%log_param alpha {{{alpha}}}\n"
            f"for (let step = 0; step < 200; step++) {{\n  %log_metric loss {{{alpha} + 1 / (step + 1)}} step={{step}}\n}}\n"
            f'%log_text "of {alpha}" notes/a.txt'
        )

    outputs, _ = execute(
        tmp_path,
        f"%tracking_uri {server.url}",
        run_cell(0.5),
        run_cell(0.2),
        "const twice = (rows: { x: number }[]) => rows.map(({ x }) => 2 * x)",
        "%%run name=model experiment=cars\n%log_model {twice} name=twice example={[{ x: 1 }]} register=Twice",
        "%runs cars",
        "%compare metric=loss where=\"tags.family = 'linear'\"",
        "%plot loss where=\"tags.family = 'linear'\"",
        "const loaded = %load_model models:/Twice/1\nawait loaded.predict([{ x: 4 }])",
    )
    assert f"Runs are stored in {server.url}" in texts(outputs[0])
    assert "elastic 0.5  FINISHED" in texts(outputs[1])
    assert "registered as Twice version 1" in texts(outputs[4])
    runs = texts(outputs[5])
    assert "elastic 0.5" in runs and "elastic 0.2" in runs and "model" in runs
    assert "alpha" in texts(outputs[6])
    [chart] = [output for output in outputs[7] if output.output_type == "display_data"]
    assert VEGA_LITE in chart.data and "image/svg+xml" in chart.data
    assert "[ 8 ]" in texts(outputs[8])

    import mlflow

    experiment = client.get_experiment_by_name("cars")
    found = client.search_runs([experiment.experiment_id], "tags.family = 'linear'", order_by=["metrics.loss ASC"])
    assert [run.info.run_name for run in found] == ["elastic 0.2", "elastic 0.5"]
    best = found[0]
    assert (best.info.status, best.data.params) == ("FINISHED", {"alpha": "0.2"})
    history = client.get_metric_history(best.info.run_id, "loss")
    assert [point.step for point in history] == list(range(200))
    assert mlflow.artifacts.load_text(f"{best.info.artifact_uri}/notes/a.txt") == "of 0.2"
    version = client.get_model_version("Twice", "1")
    assert version.source.startswith("models:/m-")
    folder = mlflow.artifacts.download_artifacts("models:/Twice/1")
    assert (tmp_path / folder / "MLmodel").exists()


def test_a_server_that_is_killed_in_the_middle_of_a_notebook_loses_nothing(tmp_path, server, client):
    manager, kernel = start_new_kernel(kernel_name="runlab", cwd=str(tmp_path))
    def cell(code: str, fails: bool = False) -> str:
        lines = []

        def take(message):
            content = message["content"]
            lines.append(content.get("text") or content.get("data", {}).get("text/plain", ""))

        reply = kernel.execute_interactive(code, timeout=120, output_hook=take, allow_stdin=False)
        assert (reply["content"]["status"] == "error") is fails, lines
        return "\n".join(lines)

    def loop(first: int, last: int) -> str:
        return f"for (let step = {first}; step < {last}; step++) {{\n  %log_metric loss {{1 / (step + 1)}} step={{step}}\n}}"

    try:
        cell("%env MLFLOW_HTTP_REQUEST_MAX_RETRIES=1")
        cell(f"%tracking_uri {server.url}\n%experiment outage")
        cell(f"%%run name=interrupted keep_open\n{loop(0, 3000)}")
        server.kill()
        assert "What is logged waits in" in cell(f"{loop(3000, 7000)}\n%log_param late yes")
        cell('import { endRun } from "runlab"\nawait endRun()')
        offline = cell(f"%%run name=offline\n{loop(0, 10)}\n%log_text kept notes/a.txt")
        assert "offline  FINISHED" in offline
        cell("%sync", fails=True)
        server.start()
        assert "Nothing is waiting." in cell("%sync")
        assert "interrupted" in cell("%runs")
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)

    import mlflow

    experiment = client.get_experiment_by_name("outage")
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    assert sorted(runs) == ["interrupted", "offline"]
    assert [run.info.status for run in runs.values()] == ["FINISHED", "FINISHED"]
    history = client.get_metric_history(runs["interrupted"].info.run_id, "loss")
    assert sorted(point.step for point in history) == list(range(7000))
    assert runs["interrupted"].data.params["late"] == "yes"
    assert mlflow.artifacts.load_text(f"{runs['offline'].info.artifact_uri}/notes/a.txt") == "kept"

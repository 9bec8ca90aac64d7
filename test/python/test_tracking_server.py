"""`runlab server` and an unmodified MLflow client: what Python logs, registers and serves, both sides read."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import free_port

pytest.importorskip("mlflow")

RUNS = """
import mlflow
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

MODELS = """
import mlflow, numpy, pandas
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression

client = mlflow.MlflowClient()
x = pandas.DataFrame({"horsepower": [90.0, 120.0, 150.0], "weight": [2.1, 2.9, 3.4]})
y = [30.0, 24.0, 19.0]
dataset = mlflow.data.from_pandas(x.assign(mpg=y), name="cars", targets="mpg")
mlflow.set_experiment("models")
with mlflow.start_run(run_name="linear") as run:
    mlflow.log_input(dataset, context="training")
    model = LinearRegression().fit(x, y)
    mlflow.log_metric("rmse", 0.5, dataset=dataset)
    signature = infer_signature(x, model.predict(x))
    info = mlflow.sklearn.log_model(model, name="linear", signature=signature, registered_model_name="Cars")
    mlflow.log_metric("late", 1.5, step=3, model_id=info.model_id)

logged = mlflow.get_logged_model(info.model_id)
assert str(logged.status) == "READY" and logged.source_run_id == run.info.run_id, logged
assert {metric.key: metric.value for metric in logged.metrics} == {"rmse": 0.5, "late": 1.5}, logged.metrics
assert [point.value for point in client.get_metric_history(run.info.run_id, "rmse")] == [0.5]
ended = client.get_run(run.info.run_id)
assert [output.model_id for output in ended.outputs.model_outputs] == [info.model_id]
assert [input.dataset.name for input in ended.inputs.dataset_inputs] == ["cars"]
client.set_logged_model_tags(info.model_id, {"team": "a", "gone": "b"})
client.delete_logged_model_tag(info.model_id, "gone")
client.log_model_params(info.model_id, {"fit_intercept": "True"})
logged = mlflow.get_logged_model(info.model_id)
assert logged.tags["team"] == "a" and "gone" not in logged.tags and logged.params["fit_intercept"] == "True", logged
found = mlflow.search_logged_models(filter_string="name = 'linear'", output_format="list")
assert [model.model_id for model in found] == [info.model_id], found
files = {file.path for file in client.list_logged_model_artifacts(info.model_id)}
assert {"MLmodel", "requirements.txt"} <= files, files

client.set_registered_model_alias("Cars", "champion", 1)
client.set_registered_model_tag("Cars", "team", "a")
client.set_model_version_tag("Cars", "1", "checked", "yes")
client.update_registered_model("Cars", "miles per gallon")
client.update_model_version("Cars", "1", "the first")
version = client.get_model_version_by_alias("Cars", "champion")
assert (version.version, version.description, version.run_id) in [("1", "the first", run.info.run_id), (1, "the first", run.info.run_id)], version
assert version.tags == {"checked": "yes"} and version.aliases == ["champion"], version
again = mlflow.register_model(f"runs:/{run.info.run_id}/linear", "Cars")
assert int(again.version) == 2, again
assert [int(found.version) for found in client.search_model_versions("name = 'Cars'", order_by=["version_number ASC"])] == [1, 2]
assert [found.name for found in client.search_registered_models("name LIKE 'C%'")] == ["Cars"]
client.transition_model_version_stage("Cars", "2", "Production")
assert [int(found.version) for found in client.get_latest_versions("Cars", ["Production"])] == [2]
client.delete_model_version_tag("Cars", "1", "checked")
client.delete_registered_model_tag("Cars", "team")

expected = model.predict(x)
for uri in ("models:/Cars@champion", "models:/Cars/1", "models:/Cars/latest", info.model_uri, f"runs:/{run.info.run_id}/linear"):
    loaded = mlflow.pyfunc.load_model(uri)
    assert numpy.allclose(loaded.predict(x), expected), uri

outside = mlflow.sklearn.log_model(model, name="alone", signature=signature)
assert numpy.allclose(mlflow.pyfunc.load_model(outside.model_uri).predict(x), expected)

client.rename_registered_model("Cars", "Automobiles")
client.delete_registered_model_alias("Automobiles", "champion")
client.delete_model_version("Automobiles", "2")
client.set_registered_model_alias("Automobiles", "champion", 1)
client.copy_model_version("models:/Automobiles@champion", "Copies")
client.delete_registered_model("Copies")
client.delete_logged_model(outside.model_id)
assert not [model for model in mlflow.search_logged_models(output_format="list") if model.model_id == outside.model_id]
"""

AUTOLOG = """
import mlflow, pandas
from sklearn.linear_model import ElasticNet

mlflow.set_experiment("autolog")
mlflow.sklearn.autolog()
x = pandas.DataFrame({"a": [float(i) for i in range(20)], "b": [float(i % 3) for i in range(20)]})
with mlflow.start_run(run_name="auto") as run:
    ElasticNet(alpha=0.2).fit(x, x["a"] * 2)
found = mlflow.search_runs(filter_string="params.alpha = '0.2'")
assert list(found["run_id"]) == [run.info.run_id], found
assert found["metrics.training_r2_score"][0] > 0.9, found
ended = mlflow.get_run(run.info.run_id)
assert ended.info.status == "FINISHED" and len(ended.outputs.model_outputs) == 1, ended
assert ended.inputs.dataset_inputs, ended
model = mlflow.get_logged_model(ended.outputs.model_outputs[0].model_id)
assert any(metric.key == "training_r2_score" and metric.dataset_name for metric in model.metrics), model.metrics
"""


@contextlib.contextmanager
def serving(folder: pathlib.Path, main: str, *options: str, **variables: str):
    """A server of a new store: its address, and the environment of its clients."""
    env = {**os.environ, "RUNLAB_TRACKING_URI": str(folder / "runlab")}
    process = subprocess.Popen(
        ["node", main, "server", "--port", "0", "--json", "--access-log", "none", *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**env, **variables},
        cwd=folder,
    )
    try:
        url = json.loads(process.stdout.readline())["url"]
        yield url, {**env, "MLFLOW_TRACKING_URI": url}
    finally:
        process.terminate()
        assert process.wait(20) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory, main):
    with serving(tmp_path_factory.mktemp("server"), main) as started:
        yield started


def run(code: str, env: dict, folder: pathlib.Path) -> None:
    script = folder / "client.py"
    script.write_text(code)
    ran = subprocess.run([sys.executable, str(script)], env=env, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_an_unmodified_python_client_logs_searches_and_reads_artifacts(server, tmp_path, main):
    _, env = server
    run(RUNS, env, tmp_path)
    listed = subprocess.run(["node", main, "runs", "list", "cars", "--json"], env=env, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr
    assert "elastic 0.1" in listed.stdout and "elastic 0.2" in listed.stdout


def test_scikit_learn_models_are_logged_registered_loaded_and_served(server, tmp_path):
    _, env = server
    run(MODELS, env, tmp_path)
    port = free_port()
    serve = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/Automobiles@champion"]
    # It looks for uvicorn on the path.
    path = os.pathsep.join([str(pathlib.Path(sys.executable).parent), env["PATH"]])
    scoring = subprocess.Popen(
        [*serve, "-p", str(port), "--env-manager", "local"],
        env={**env, "PATH": path},
        cwd=tmp_path,
        start_new_session=True,
    )
    try:
        body = {"dataframe_split": {"columns": ["horsepower", "weight"], "data": [[120.0, 2.9]]}}
        answer = ask(f"http://127.0.0.1:{port}/invocations", body, scoring)
        assert abs(answer["predictions"][0] - 24.0) < 1e-6, answer
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(scoring.pid, signal.SIGKILL)
        scoring.wait()


LISTED = """
files = [file.path for file in client.list_artifacts(run.info.run_id, "linear")]
assert "linear/MLmodel" in files, files
assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["linear"]
"""


@pytest.fixture
def bucket():
    """A new bucket of moto's S3 server: its name, a client, and the variables that lead there."""
    boto3 = pytest.importorskip("boto3")
    moto = pytest.importorskip("moto.server")
    started = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    started.start()
    try:
        host, port = started.get_host_and_port()
        place = f"http://{host}:{port}"
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
        client = boto3.client(
            "s3", endpoint_url=place, aws_access_key_id="key", aws_secret_access_key="secret", region_name="us-east-1"
        )
        client.create_bucket(Bucket="models")
        yield client, {**keys, "MLFLOW_S3_ENDPOINT_URL": place}
    finally:
        started.stop()


def database(folder: pathlib.Path) -> list[str]:
    """A store of files keeps its artifacts itself."""
    return ["--tracking-uri", f"sqlite:///{folder / 'runlab.db'}"]


def test_models_of_scikit_learn_go_through_the_proxy_to_a_bucket_that_clients_know_nothing_of(bucket, tmp_path, main):
    client, variables = bucket
    with serving(tmp_path, main, *database(tmp_path), "--artifacts", "s3://models/runs", **variables) as (_, env):
        run(MODELS + LISTED, env, tmp_path)
    keys = [item["Key"] for item in client.list_objects_v2(Bucket="models")["Contents"]]
    assert any(key.endswith("/linear/MLmodel") for key in keys), keys
    assert all(key.startswith("runs/") for key in keys), keys


def test_models_of_scikit_learn_go_through_the_proxy_to_a_folder(tmp_path, main):
    with serving(tmp_path, main, *database(tmp_path), "--artifacts", str(tmp_path / "shared")) as (_, env):
        run(MODELS + LISTED, env, tmp_path)
    assert list((tmp_path / "shared").glob("**/linear/MLmodel"))


def test_autologging_of_scikit_learn_is_found_by_a_search(server, tmp_path):
    _, env = server
    run(AUTOLOG, env, tmp_path)


def ask(url: str, body: dict, process: subprocess.Popen) -> dict:
    """The answer of a server that is starting."""
    data = json.dumps(body).encode()
    for _ in range(240):
        assert process.poll() is None, "the scoring server has ended"
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, data, {"content-type": "application/json"})
            ) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{url} does not answer")

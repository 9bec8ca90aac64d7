"""Models go both ways: what runlab logs, MLflow reads and predicts with; what MLflow logs as ONNX, runlab loads.

Run from the project's folder after a build: python -m pytest test/python/test_model_interop.py
"""

import json
import os
import pathlib
import subprocess

import pytest

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
mlflow = pytest.importorskip("mlflow")
pytest.importorskip("mlflow.onnx")
scoring_server = pytest.importorskip("mlflow.pyfunc.scoring_server")
pytest.importorskip("onnxruntime")
linear_model = pytest.importorskip("sklearn.linear_model")
skl2onnx = pytest.importorskip("skl2onnx")

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
DIST = pathlib.Path(os.environ.get("RUNLAB_DIST", ROOT / "dist"))
INDEX = (DIST / "src" / "index.js").as_uri()
COLUMNS = ["fixed acidity", "pH", "alcohol"]


def node(code, cwd, **given):
    """Runs a module that has runlab as `r` and what is given as `given`; gives what it passes to `done`."""
    script = (
        f'const r = await import({json.dumps(INDEX)});\n'
        "const given = JSON.parse(process.env.GIVEN);\n"
        'const done = (value) => console.log("DONE " + JSON.stringify(value));\n'
        f'r.setTrackingUri({json.dumps(str(cwd / "runlab"))});\n{code}'
    )
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        # Packages that models need are found from the current folder.
        cwd=ROOT,
        env={**os.environ, "GIVEN": json.dumps(given)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    line = next(line for line in ran.stdout.splitlines() if line.startswith("DONE "))
    return json.loads(line[len("DONE "):])


@pytest.fixture(scope="module")
def trained():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(120, 3)).astype(np.float32)
    y = x @ np.array([0.5, -2.0, 1.0]) + 3 + 0.1 * rng.normal(size=120)
    return linear_model.ElasticNet(alpha=0.05).fit(x, y), x


@pytest.fixture(scope="module")
def onnx_model(trained):
    model, x = trained
    return skl2onnx.to_onnx(model, x[:1])


def folder_of(info, cwd):
    return cwd / "runlab" / "0" / info["runId"] / "artifacts" / info["artifactPath"]


def test_onnx_logged_here_predicts_the_same_in_python(tmp_path, trained, onnx_model):
    model, x = trained
    file = tmp_path / "elastic.onnx"
    file.write_bytes(onnx_model.SerializeToString())
    rows = [dict(zip(COLUMNS, map(float, row))) for row in x[:20]]
    ours = node(
        """
        const info = await r.logModel(given.file, { name: "elastic_0.2", inputExample: given.rows.slice(0, 3) });
        const model = await r.loadModel(info.modelUri);
        done({ info, predicted: await model.predict(given.rows) });
        """,
        tmp_path,
        file=str(file),
        rows=rows,
    )
    folder = folder_of(ours["info"], tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    theirs = mlflow.pyfunc.load_model(str(folder))
    predicted = theirs.predict(pd.DataFrame(rows))
    assert np.allclose(np.ravel(predicted.to_numpy()), ours["predicted"], atol=1e-5)
    assert np.allclose(model.predict(x[:20]), ours["predicted"], atol=1e-5)
    with pytest.raises(mlflow.exceptions.MlflowException, match="missing inputs"):
        theirs.predict(pd.DataFrame(rows).drop(columns=["pH"]))
    # MLflow's own loader, and the example as MLflow reads it.
    assert mlflow.onnx.load_model(str(folder)) is not None
    example = mlflow.models.Model.load(str(folder)).load_input_example(str(folder))
    assert list(example.columns) == COLUMNS and len(example) == 3


@pytest.mark.parametrize("frame", [True, False], ids=["with a frame's signature", "with an array's"])
def test_onnx_logged_by_python_predicts_the_same_here(tmp_path, monkeypatch, trained, onnx_model, frame):
    # MLflow puts artifacts below the working directory.
    monkeypatch.chdir(tmp_path)
    model, x = trained
    example = pd.DataFrame(x[:5], columns=COLUMNS) if frame else x[:5]
    signature = mlflow.models.infer_signature(example, model.predict(x[:5]))
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    with mlflow.start_run():
        logged = mlflow.onnx.log_model(onnx_model, name="elastic", signature=signature)
    folder = mlflow.artifacts.download_artifacts(logged.model_uri, dst_path=str(tmp_path / "python"))
    rows = [dict(zip(COLUMNS, map(float, row))) for row in x[:20]] if frame else x[:20].astype(float).tolist()
    ours = node(
        """
        const model = await r.loadModel(given.folder);
        done({ flavor: model.flavor, signature: model.signature.toJSON(), predicted: await model.predict(given.rows) });
        """,
        tmp_path,
        folder=folder,
        rows=rows,
    )
    assert ours["flavor"] == "onnx"
    assert ours["signature"] == {part: text for part, text in signature.to_dict().items() if text is not None}
    assert np.allclose(ours["predicted"], model.predict(x[:20]), atol=1e-5)


def test_mlflow_reads_what_every_flavor_writes(tmp_path, onnx_model):
    file = tmp_path / "elastic.onnx"
    file.write_bytes(onnx_model.SerializeToString())
    infos = node(
        """
        const { DecisionTreeRegression } = (await import("ml-cart")).default;
        const tree = new DecisionTreeRegression();
        tree.train([[1, 2], [2, 3], [3, 4], [4, 5]], [1, 2, 3, 4]);
        const tf = await import("@tensorflow/tfjs");
        const net = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
        const example = [{ a: 1, b: 2 }, { a: 3, b: 4 }];
        const infos = {};
        const log = async (name, model, options = {}) => {
          const info = await r.logModel(model, { name, inputExample: example, ...options });
          infos[name] = { ...info, signature: info.signature.toJSON() };
        };
        await log("onnx", given.file, { inputExample: [[1, 2, 3]] });
        await log("mljs", tree, { registeredModelName: "Tree", metadata: { by: "test", k: [1, 2] } });
        await log("tfjs", net);
        await log("function", (rows, { k }) => rows.map(({ a }) => a * k), { params: { k: 2 } });
        done(infos);
        """,
        tmp_path,
        file=str(file),
    )
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert sorted(infos) == ["function", "mljs", "onnx", "tfjs"]
    for name, info in infos.items():
        read = mlflow.models.get_model_info(str(folder_of(info, tmp_path)))
        assert read.model_uuid == info["modelId"]
        assert read.run_id == info["runId"]
        assert sorted(read.flavors) == sorted(info["flavors"])
        assert name in read.flavors
        written = {part: text for part, text in read.signature.to_dict().items() if text is not None}
        assert written == info["signature"]
        # A text, as MLflow writes it; PyYAML would make a time of it without quotes.
        assert isinstance(read.utc_time_created, str)
    assert mlflow.models.get_model_info(str(folder_of(infos["mljs"], tmp_path))).metadata == {"by": "test", "k": [1, 2]}
    with pytest.raises(mlflow.exceptions.MlflowException, match="python_function"):
        mlflow.pyfunc.load_model(str(folder_of(infos["function"], tmp_path)))


def test_a_model_that_only_python_loads_says_how_to_bring_it_here(tmp_path, trained):
    model, x = trained
    mlflow.sklearn.save_model(model, str(tmp_path / "sklearn"), input_example=x[:2])
    problem = node(
        """
        const error = await r.loadModel(given.folder).catch((error) => error);
        done({ code: error.code, message: error.message, hint: error.hint });
        """,
        tmp_path,
        folder=str(tmp_path / "sklearn"),
    )
    assert problem["code"] == "NOT_IMPLEMENTED"
    assert "sklearn" in problem["message"]
    assert "ONNX" in problem["hint"]


def test_mlflow_reads_examples_with_gaps_infinities_and_large_integers(tmp_path):
    infos = node(
        """
        const echo = (data) => data;
        const examples = {
          records: [
            { x: 1.5, id: 2n ** 60n + 1n, t: new Date("2026-01-31T12:30:00.250Z"), gap: 1, b: Buffer.from("hi") },
            { x: NaN, id: 5n, t: new Date(0), gap: null, b: Buffer.from("") },
            { x: -Infinity, id: -(2n ** 63n), t: new Date(0), gap: NaN, b: Buffer.from("x") },
          ],
          tensor: { dims: [2, 2], type: "float32", data: Float32Array.of(1.5, NaN, 2.5, Infinity) },
          tensors: {
            l: BigInt64Array.of(2n ** 60n + 1n, 5n),
            b: { dims: [2], type: "bool", data: Uint8Array.of(1, 0) },
          },
          list: [1.5, null, NaN],
        };
        const infos = {};
        for (const [name, inputExample] of Object.entries(examples)) {
          const info = await r.logModel(echo, { name, inputExample });
          infos[name] = { ...info, signature: info.signature.toJSON() };
        }
        done(infos);
        """,
        tmp_path,
    )

    def example_of(name):
        folder = str(folder_of(infos[name], tmp_path))
        model = mlflow.models.Model.load(folder)
        body = mlflow.models.utils._load_serving_input_example(model, folder)
        served = scoring_server._parse_json_data(body, model, model.get_input_schema()).data
        return model.load_input_example(folder), served

    for rows in example_of("records"):
        assert rows["x"].tolist()[0] == 1.5 and np.isnan(rows["x"][1]) and rows["x"][2] == -np.inf
        assert rows["id"].tolist() == [2**60 + 1, 5, -(2**63)]
        assert str(rows["t"][0]) == "2026-01-31 12:30:00.250000"
        assert rows["gap"][0] == 1 and np.isnan(rows["gap"][1]) and np.isnan(rows["gap"][2])
        assert rows["b"].tolist() == [b"hi", b"", b"x"]
    for tensor in example_of("tensor"):
        assert tensor.dtype == np.float32
        assert np.array_equal(tensor, np.array([[1.5, np.nan], [2.5, np.inf]], dtype=np.float32), equal_nan=True)
    for tensors in example_of("tensors"):
        assert tensors["l"].dtype == np.int64 and tensors["l"].tolist() == [2**60 + 1, 5]
        assert tensors["b"].tolist() == [True, False]
    read, served = example_of("list")
    assert read == [1.5, None, None]
    assert np.array_equal(np.array(served, dtype=float), [1.5, np.nan, np.nan], equal_nan=True)

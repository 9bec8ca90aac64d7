"""What runlab infers for a signature is what MLflow's own infer_signature gives for the same data, to the letter.

Run from the project's folder after a build: python -m pytest test/python/test_signature_parity.py
"""

import base64
import datetime
import json
import logging
import os
import pathlib
import subprocess
import warnings

import pytest

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
mlflow_models = pytest.importorskip("mlflow.models")

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
DIST = pathlib.Path(os.environ.get("RUNLAB_DIST", ROOT / "dist"))
FILE = HERE / "signature-cases.json"
CASES = json.loads(FILE.read_text("utf-8"))


@pytest.fixture(scope="module")
def inferred():
    script = DIST / "test" / "models" / "signature" / "signature-cases.js"
    assert script.exists(), f"{script} is missing: run `npm run build` first"
    done = subprocess.run(["node", str(script), str(FILE)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return {outcome["name"]: outcome for outcome in json.loads(done.stdout)}


def decode(value):
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    tag, content = next(iter(value.items()), ("", None))
    if tag == "$date":
        return datetime.datetime.fromisoformat(content)
    if tag == "$bytes":
        return base64.b64decode(content)
    if tag == "$number":
        return float(content)
    if tag == "$array":
        return np.array(content[1], dtype=content[0])
    if tag == "$tensor":
        return np.array(content[2], dtype=content[0]).reshape(content[1])
    if tag == "$numpy":
        return np.array(content)
    if tag == "$frame":
        return pd.DataFrame({name: decode(column) for name, column in content.items()})
    return {key: decode(item) for key, item in value.items()}


def expected(case):
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mlflow_models.infer_signature(
            decode(case.get("input")), decode(case.get("output")), decode(case.get("params"))
        )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_signature_is_mlflows(case, inferred):
    theirs = expected(case)
    ours = inferred[case["name"]]
    assert "error" not in ours, ours.get("error")
    written = {part: text for part, text in theirs.to_dict().items() if text is not None}
    assert ours["signature"] == written
    assert ours["text"] == str(theirs)


def test_mlflow_reads_every_signature_back(inferred):
    for name, outcome in inferred.items():
        read = mlflow_models.ModelSignature.from_dict(outcome["signature"])
        assert {part: text for part, text in read.to_dict().items() if text is not None} == outcome["signature"], name


def test_there_are_sixty_cases_or_more():
    assert len({case["name"] for case in CASES}) == len(CASES) >= 60

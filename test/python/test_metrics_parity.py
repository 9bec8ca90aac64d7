"""The metrics of evaluateModel are scikit-learn's to 1e-9, on random cases of a fixed seed.

Run from the project's folder after a build: python -m pytest test/python/test_metrics_parity.py
"""

import json
import math
import os
import pathlib
import subprocess
import warnings

import pytest

np = pytest.importorskip("numpy")
metrics = pytest.importorskip("sklearn.metrics")

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
DIST = pathlib.Path(os.environ.get("RUNLAB_DIST", ROOT / "dist"))


def ours(cases):
    script = DIST / "test" / "models" / "metrics" / "metrics-cases.js"
    ran = subprocess.run(
        ["node", str(script)], input=json.dumps(cases), capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def equal(ours_, theirs, case):
    for name, value in theirs.items():
        own = ours_.get(name)
        if value is None or math.isnan(value):
            assert own is None, (name, own, case)
        else:
            assert own == pytest.approx(value, rel=1e-9, abs=1e-9), (name, case)


def test_regression():
    rng = np.random.default_rng(1)
    cases = []
    for index in range(300):
        n = int(rng.integers(1, 200))
        scale = 10.0 ** int(rng.integers(-6, 7))
        y = rng.normal(size=n) * scale + (rng.normal() * scale if index % 3 else 0)
        if index % 10 == 0:
            y = np.zeros(n)
        if index % 17 == 0:
            y = np.full(n, 2.5)
        p = y.copy() if index % 11 == 0 else y + rng.normal(size=n) * scale
        cases.append({"type": "regression", "targets": y.tolist(), "predictions": p.tolist()})
    for case, result in zip(cases, ours(cases)):
        y, p = case["targets"], case["predictions"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = {
                "mean_absolute_error": metrics.mean_absolute_error(y, p),
                "mean_squared_error": metrics.mean_squared_error(y, p),
                "root_mean_squared_error": metrics.root_mean_squared_error(y, p),
                "r2_score": metrics.r2_score(y, p),
                "max_error": metrics.max_error(y, p),
                "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(y, p),
            }
        equal(result, theirs, case)


def test_two_labels():
    rng = np.random.default_rng(2)
    cases = []
    for index in range(300):
        n = int(rng.integers(2, 200))
        y = rng.integers(0, 2, size=n)
        y[0], y[1] = 0, 1
        # Ties, certainties, and probabilities that say nothing.
        p = np.round(rng.random(n), int(rng.integers(1, 6)))
        if index % 20 == 0:
            p = y.astype(float)
        if index % 23 == 0:
            p = np.full(n, 0.5)
        cases.append(
            {
                "type": "classifier",
                "targets": y.tolist(),
                "predictions": (p > 0.5).astype(int).tolist(),
                "probabilities": p.tolist(),
                "labels": [0, 1],
            }
        )
    for case, result in zip(cases, ours(cases)):
        y, p, chances = case["targets"], case["predictions"], case["probabilities"]
        tn, fp, fn, tp = metrics.confusion_matrix(y, p, labels=[0, 1]).ravel()
        precision, recall, _ = metrics.precision_recall_curve(y, chances)
        theirs = {
            "true_negatives": float(tn),
            "false_positives": float(fp),
            "false_negatives": float(fn),
            "true_positives": float(tp),
            "accuracy_score": metrics.accuracy_score(y, p),
            "recall_score": metrics.recall_score(y, p, zero_division=0),
            "precision_score": metrics.precision_score(y, p, zero_division=0),
            "f1_score": metrics.f1_score(y, p, zero_division=0),
            "log_loss": metrics.log_loss(y, chances, labels=[0, 1]),
            "roc_auc": metrics.roc_auc_score(y, chances),
            "precision_recall_auc": metrics.auc(recall, precision),
        }
        equal(result, theirs, case)


def test_several_labels():
    rng = np.random.default_rng(3)
    cases = []
    for _ in range(200):
        k = int(rng.integers(3, 6))
        n = int(rng.integers(k, 150))
        y = rng.integers(0, k, size=n)
        y[:k] = np.arange(k)
        p = np.round(rng.dirichlet(np.ones(k), size=n), 3)
        p /= p.sum(axis=1, keepdims=True)
        cases.append(
            {
                "type": "classifier",
                "targets": y.tolist(),
                "predictions": p.argmax(axis=1).tolist(),
                "probabilities": p.tolist(),
                "labels": list(range(k)),
            }
        )
    for case, result in zip(cases, ours(cases)):
        y, p, chances, labels = case["targets"], case["predictions"], case["probabilities"], case["labels"]
        theirs = {
            "accuracy_score": metrics.accuracy_score(y, p),
            "recall_score": metrics.recall_score(y, p, average="weighted", zero_division=0),
            "precision_score": metrics.precision_score(y, p, average="weighted", zero_division=0),
            "f1_score": metrics.f1_score(y, p, average="weighted", zero_division=0),
            "log_loss": metrics.log_loss(y, chances, labels=labels),
            "roc_auc": metrics.roc_auc_score(y, chances, average="weighted", multi_class="ovr", labels=labels),
        }
        equal(result, theirs, case)


def coded(value):
    """As JSON for metrics-cases.js."""
    if isinstance(value, list):
        return [coded(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$number": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[repr(value)]}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return {"$bigint": str(value)}
    return value


def is_text(values):
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return {isinstance(item, str) for item in flat}


KINDS = {
    "booleans": [True, False],
    "whole numbers": [0, 1],
    "several whole numbers": [-1, 0, 1, 2],
    "whole floats": [0.0, 1.0],
    "large whole numbers": [2**60, 2**60 + 1],
    "text": ["a", "b"],
    "digits as text": ["0", "1"],
    "probabilities": [0.25, 0.75],
    "numbers and probabilities": [0, 1, 0.5],
    "infinity": [1.0, math.inf],
    "NaN": [1.0, math.nan],
    "None": [1, None],
    "None and text": ["a", None],
    "booleans and numbers": [True, 0],
    "numbers and text": [1, "1"],
    "columns": [[0], [1]],
    "rows of two": [[0.25, 0.75], [0.5, 0.5]],
}


def test_labels_of_every_kind():
    rng = np.random.default_rng(4)
    cases = []
    for left in KINDS.values():
        for right in KINDS.values():
            for _ in range(4):
                n = int(rng.integers(1, 8))
                pick = lambda kind: [kind[int(index)] for index in rng.integers(0, len(kind), size=n)]
                cases.append((pick(left), pick(right)))
        cases.append((left, left + left[:1]))
    cases.append(([], []))
    results = ours(
        [{"type": "classifier", "targets": coded(y), "predictions": coded(p)} for y, p in cases],
    )
    refused = 0
    for (y, p), result in zip(cases, results):
        case = {"targets": y, "predictions": p}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = metrics.accuracy_score(y, p)
                matrix = metrics.confusion_matrix(y, p)
        except (ValueError, TypeError):
            theirs = math.nan
        texts = is_text(y) | is_text(p)
        # scikit-learn has no error for text beside numbers: it finds every row wrong, or reads the numbers as text.
        if len(texts) > 1 or math.isnan(theirs):
            assert "error" in result, case
            refused += 1
            continue
        assert result.get("accuracy_score") == pytest.approx(theirs), (case, result)
        # Beside floats numpy turns large whole numbers into floats, and loses count.
        large = any(isinstance(value, int) and abs(value) > 2**53 for value in [*y, *p])
        if len(matrix) == 2 and not large:
            counts = [result[name] for name in ("true_negatives", "false_positives", "false_negatives", "true_positives")]
            assert counts == matrix.ravel().tolist(), case
    assert 0 < refused < len(cases)


def test_probabilities_that_do_not_sum_up_to_one():
    y = [0, 1, 1]
    case = {"type": "classifier", "targets": y, "predictions": y, "probabilities": [[0.5, 0.4], [0.1, 0.7], [0.3, 0.3]]}
    (result,) = ours([case])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert result["log_loss"] == pytest.approx(metrics.log_loss(y, case["probabilities"]), rel=1e-9)
    several = {"type": "classifier", "targets": [0, 1, 2], "predictions": [0, 1, 2], "probabilities": [[0.5, 0.5, 0.5]] * 3}
    (result,) = ours([several])
    assert "error" in result
    with pytest.raises(ValueError, match="sum up to 1"):
        metrics.roc_auc_score([0, 1, 2], several["probabilities"], multi_class="ovr")


def test_numbers_of_a_regression():
    cases = [
        ([True, False], [1, 0]),
        ([[1.5], [2.5]], [1, 2]),
        ([2**60 + 1], [2**60]),
        ([1.0, math.nan], [1.0, 2.0]),
        ([1.0, 2.0], [1.0, math.inf]),
        ([1.0, None], [1.0, 2.0]),
        ([1.0, 2.0], [[1.0, 2.0], [1.0, 2.0]]),
        ([], []),
        ([1.0], [1.0, 2.0]),
        (["a"], [1.0]),
    ]
    results = ours([{"type": "regression", "targets": coded(y), "predictions": coded(p)} for y, p in cases])
    for (y, p), result in zip(cases, results):
        try:
            theirs = metrics.mean_squared_error(y, p)
        except ValueError:
            assert "error" in result, (y, p)
            continue
        assert result.get("mean_squared_error") == pytest.approx(theirs), (y, p, result)

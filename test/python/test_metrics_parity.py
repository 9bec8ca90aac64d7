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

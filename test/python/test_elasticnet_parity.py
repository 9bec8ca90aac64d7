"""The elastic net beside the notebooks agrees with scikit-learn's on the same split."""
import json
import warnings

import numpy as np
import pytest
from conftest import node
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

# What the demo promises for coefficients and metrics.
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def ours(dist):
    return json.loads(node(str(dist / "test" / "notebooks" / "elasticnet-cases.js")).stdout)


def test_coefficients_and_metrics_agree_with_scikit_learn(ours):
    train_x, train_y = np.array(ours["trainX"]), np.array(ours["trainY"])
    test_x, test_y = np.array(ours["testX"]), np.array(ours["testY"])
    assert len(ours["fits"]) == 12
    for fit in ours["fits"]:
        model = ElasticNet(alpha=fit["alpha"], l1_ratio=fit["l1Ratio"])
        with warnings.catch_warnings():
            # scikit-learn advises against l1_ratio=0; its answer is what is compared.
            warnings.simplefilter("ignore", (ConvergenceWarning, UserWarning))
            model.fit(train_x, train_y)
        assert np.abs(model.coef_ - fit["coefficients"]).max() < TOLERANCE, fit
        assert abs(model.intercept_ - fit["intercept"]) < TOLERANCE, fit
        assert model.n_iter_ == fit["epochs"], fit
        predicted = model.predict(test_x)
        assert abs(mean_squared_error(test_y, predicted) ** 0.5 - fit["metrics"]["rmse"]) < TOLERANCE
        assert abs(mean_absolute_error(test_y, predicted) - fit["metrics"]["mae"]) < TOLERANCE
        assert abs(r2_score(test_y, predicted) - fit["metrics"]["r2"]) < TOLERANCE

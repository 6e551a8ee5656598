"""Writes src/test/resources/golden/logistic.json: weights of logistic regressions by scikit-learn,
with given penalties and with penalties chosen by five folds.

Run from the repository's root with the pinned versions:
    pip install numpy==2.4.6 scikit-learn==1.9.1 && python src/test/python/logistic_golden.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

assert sklearn.__version__ == "1.9.1", sklearn.__version__

SEED = 20261123
LAMBDAS = [0.0] + np.logspace(-4, 4, 10).tolist()


def fitted(rows, targets, penalty):
    """The mean loss and penalty |w|^2 are scikit-learn's with C = 1 / (2 n penalty)."""
    inverse = np.inf if penalty == 0 else 1 / (2 * len(rows) * penalty)
    return LogisticRegression(C=inverse, solver="newton-cholesky", tol=1e-13, max_iter=10000).fit(rows, targets)


def data(rng, n, d, noise, offset=0.0):
    rows = rng.standard_normal((n, d)) * rng.uniform(0.3, 3, d) + offset
    direction = rng.standard_normal(d)
    targets = ((rows - offset) @ direction + noise * rng.standard_normal(n) > 0.4).astype(float)
    return rows.round(5), targets


def case(name, rng, n, d, noise, penalty=None, offset=0.0):
    rows, targets = data(rng, n, d, noise, offset)
    order = rng.permutation(n)
    if penalty is None:
        size = n // 5
        losses = []
        for candidate in LAMBDAS:
            total = 0
            for fold in range(5):
                held = order[fold * size : (fold + 1) * size]
                others = np.setdiff1d(order, held)
                model = fitted(rows[others], targets[others], candidate)
                total += log_loss(targets[held], model.predict_proba(rows[held]), labels=[0, 1])
            losses.append(total / 5)
        penalty = LAMBDAS[int(np.argmin(losses))]
        assert sorted(losses)[1] - min(losses) > 1e-5, "the choice must not hang on rounding"
        chosen = True
    else:
        chosen = False
    model = fitted(rows, targets, penalty)
    return {
        "name": name,
        "chosen": chosen,
        "lambda": penalty,
        "rows": rows.tolist(),
        "targets": targets.tolist(),
        "order": order.tolist(),
        "weights": model.coef_[0].tolist(),
        "bias": model.intercept_[0],
    }


def main():
    rng = np.random.default_rng(SEED)
    golden = {
        "made_by": "logistic_golden.py, seed %d" % SEED,
        "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "cases": [
            case("no penalty, not separable", rng, 60, 4, 4.0, 0.0),
            case("a small penalty, far from the origin", rng, 40, 5, 1.0, 1e-3, 30.0),
            case("a large penalty", rng, 40, 5, 1.0, 10.0),
            case("more columns than rows", rng, 15, 30, 1.0, 0.01),
            case("chosen, remainder of three", rng, 63, 4, 3.0),
            case("chosen, more columns than rows", rng, 24, 30, 3.0),
        ],
    }
    path = pathlib.Path("src/test/resources/golden/logistic.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()

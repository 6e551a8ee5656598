"""Writes src/test/resources/golden/metrics.json: what the metrics of evaluations are, by
scikit-learn and scipy.

Run from the repository's root with the pinned versions:
    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python src/test/python/metrics_golden.py
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.stats import betabinom, binom, ks_1samp, uniform
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

assert np.__version__ == "2.4.6", np.__version__
assert scipy.__version__ == "1.17.1", scipy.__version__
assert sklearn.__version__ == "1.9.1", sklearn.__version__

SEED = 20261123


def ranking(rng, normal, anomalous, shift, digits):
    a = rng.standard_normal(normal).round(digits)
    b = (rng.standard_normal(anomalous) + shift).round(digits)
    labels = np.r_[np.zeros(normal), np.ones(anomalous)]
    scores = np.r_[a, b]
    wrong, right, _ = roc_curve(labels, scores, drop_intermediate=False)
    return {
        "normal": a.tolist(),
        "anomalous": b.tolist(),
        "auroc": roc_auc_score(labels, scores),
        "ap": average_precision_score(labels, scores),
        "remainder": float((a < b.min()).mean()),
        "roc_area": float(np.trapezoid(right, wrong)),
        "roc_points": [wrong.tolist(), right.tolist()],
    }


def band(n, m, alpha, confidence):
    k = int(np.ceil(alpha * (m + 1))) - 1
    tails = [(1 - confidence) / 2, 1 - (1 - confidence) / 2]
    return {
        "n": n,
        "m": m,
        "alpha": alpha,
        "confidence": confidence,
        "binomial": [int(binom.ppf(t, n, alpha)) for t in tails],
        "flagged": [int(betabinom.ppf(t, n, k, m + 1 - k)) for t in tails],
    }


def uniformity(p):
    return {
        "p": p.tolist(),
        "distance": ks_1samp(p, uniform.cdf).statistic,
        "excess": ks_1samp(p, uniform.cdf, alternative="greater").statistic,
    }


def main():
    rng = np.random.default_rng(SEED)
    golden = {
        "made_by": "metrics_golden.py, seed %d" % SEED,
        "versions": {
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "cases": [
            ranking(rng, 40, 40, 1.0, 6),
            ranking(rng, 60, 25, 1.0, 0),
            ranking(rng, 5, 90, -0.5, 1),
            ranking(rng, 30, 30, 9.0, 3),
        ],
        "bands": [
            band(1015, 960, 0.01, 0.99),
            band(1015, 112, 0.05, 0.99),
            band(250, 3000, 0.05, 0.95),
            band(20000, 200, 0.01, 0.99),
        ],
        "uniformities": [
            uniformity(rng.uniform(size=200).round(6)),
            uniformity((rng.uniform(size=50) ** 2).round(6)),
            uniformity(np.sqrt(rng.uniform(size=50)).round(6)),
        ],
    }
    path = pathlib.Path("src/test/resources/golden/metrics.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()

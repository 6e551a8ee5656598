"""Writes src/test/resources/golden/isolation-forest.json: the path-length scores of scikit-learn's
isolation forest, averaged over seeds.

Run from the repository's root with the pinned versions:
    pip install numpy==2.4.6 scikit-learn==1.9.1 && python src/test/python/isolation_forest_golden.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest

assert sklearn.__version__ == "1.9.1", sklearn.__version__

SEED = 20261124
SEEDS = 20


def case(name, rng, n, d, m):
    mixing = rng.standard_normal((d, d)) * 0.5 + np.eye(d)
    trusted = (rng.standard_normal((n, d)) @ mixing).round(4)
    spread = rng.uniform(0.2, 3, (m, 1))
    test = (rng.standard_normal((m, d)) @ mixing * spread).round(4)
    scores = np.mean(
        [
            -IsolationForest(n_estimators=100, max_samples=min(256, n), random_state=seed).fit(trusted).score_samples(test) - 0.5
            for seed in range(SEEDS)
        ],
        axis=0,
    )
    return {
        "name": name,
        "trusted": trusted.tolist(),
        "test": test.tolist(),
        "scores": scores.tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    golden = {
        "made_by": "isolation_forest_golden.py, seed %d, forests of seeds 0 to %d" % (SEED, SEEDS - 1),
        "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "cases": [
            case("more rows than a tree takes", rng, 600, 5, 120),
            case("fewer rows than a tree takes", rng, 90, 8, 120),
        ],
    }
    path = pathlib.Path("src/test/resources/golden/isolation-forest.json")
    path.write_text(json.dumps(golden, indent=None) + "\n")


if __name__ == "__main__":
    main()

"""Writes src/test/resources/golden/lof.json: local outlier factors by scikit-learn (Breunig's) and,
for the simplified form, by distances written out in numpy.

Run from the repository's root with the pinned versions:
    pip install numpy==2.4.6 scikit-learn==1.9.1 && python src/test/python/lof_golden.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.neighbors import LocalOutlierFactor

assert sklearn.__version__ == "1.9.1", sklearn.__version__

SEED = 20261123


def simplified(trusted, test, k):
    """Stacks each test row alone with the trusted rows, adds 1e-4 to every distance and compares
    local densities of 1 over the row's own k-distance."""
    scores = []
    for row in test:
        stack = np.vstack([trusted, row])
        distances = np.sqrt(((stack[:, None] - stack[None]) ** 2).sum(axis=2)) + 1e-4
        np.fill_diagonal(distances, np.inf)
        # The neighbours of trusted rows are trusted.
        distances[:-1, -1] = np.inf
        order = np.argsort(distances, axis=1)[:, :k]
        reach = np.array([distances[p, order[p]].max() for p in range(len(stack))])
        density = 1 / np.array([np.maximum(distances[p, order[p]], reach[p]).mean() for p in range(len(stack))])
        scores.append(density[order[-1]].mean() / density[-1])
    return np.array(scores)


def case(name, rng, n, d, m, k, form, offset=0.0):
    scale = rng.uniform(0.2, 3, (n + m, 1))
    both = (rng.standard_normal((n + m, d)) * scale + offset).round(6)
    trusted, test = both[:n], both[n:]
    used = min(k, n - 1)
    if form == "breunig":
        scores = -LocalOutlierFactor(n_neighbors=used, novelty=True, algorithm="brute").fit(trusted).score_samples(test)
    else:
        scores = simplified(trusted, test, used)
    return {
        "name": name,
        "k": k,
        "form": form,
        "trusted": trusted.tolist(),
        "test": test.tolist(),
        "scores": scores.tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    golden = {
        "made_by": "lof_golden.py, seed %d" % SEED,
        "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "cases": [
            case("the usual number of neighbours", rng, 120, 6, 30, 20, "breunig"),
            case("few neighbours, far from the origin", rng, 80, 4, 20, 3, "breunig", 50.0),
            case("more neighbours than rows", rng, 12, 5, 20, 20, "breunig"),
            case("more features than rows", rng, 15, 30, 5, 4, "breunig"),
            case("simplified", rng, 60, 5, 20, 10, "simplified"),
            case("simplified, more neighbours than rows", rng, 9, 3, 5, 20, "simplified"),
        ],
    }
    path = pathlib.Path("src/test/resources/golden/lof.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()

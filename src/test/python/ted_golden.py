"""Writes src/test/resources/golden/ted.json: topological evolution scores, ranks written out in
numpy, outlier scores by scikit-learn's PCA with the formula of PyOD's PCA detector.

Run from the repository's root with the pinned versions:
    pip install numpy==2.4.6 scikit-learn==1.9.1 && python src/test/python/ted_golden.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

assert sklearn.__version__ == "1.9.1", sklearn.__version__

SEED = 20261126


def similarities(rows, trusted):
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    trusted = trusted / np.linalg.norm(trusted, axis=1, keepdims=True)
    return rows @ trusted.T


def vectors(similar, reference, k):
    """similar: a list of [m, n] by layer -> [m, k, layers - 1]."""
    order = [np.argsort(-s, axis=1) for s in similar]
    result = []
    for row in range(len(similar[0])):
        neighbours = order[reference][row, :k]
        result.append(
            [
                [list(order[layer][row]).index(o) for layer in range(len(similar)) if layer != reference]
                for o in neighbours
            ]
        )
    return np.array(result)


def case(name, rng, widths, n, m, k, reduce):
    hidden = rng.standard_normal((n + m, 4))
    layers = [
        (hidden @ rng.standard_normal((4, d)) + 0.5 * rng.standard_normal((n + m, d))).round(6) for d in widths
    ]
    # Half of the test rows lose their place in the later layers.
    half = m // 2
    for layer in range(len(widths) // 2, len(widths)):
        layers[layer][n : n + half] = layers[layer][n + rng.permutation(half)]
    known, new = [], []
    for rows in layers:
        similar = similarities(rows[:n], rows[:n])
        np.fill_diagonal(similar, -np.inf)
        known.append(similar)
        new.append(similarities(rows[n:], rows[:n]))
    scores = []
    for reference in range(len(widths)):
        trusted = vectors(known, reference, k).reshape(n * k, -1)
        test = vectors(new, reference, k).reshape(m * k, -1)
        scaler = StandardScaler().fit(trusted)
        pca = PCA().fit(scaler.transform(trusted))
        z = scaler.transform(test)
        distances = np.linalg.norm(z[:, None] - pca.components_[None], axis=2)
        outlier = (distances / pca.explained_variance_ratio_).sum(axis=1).reshape(m, k)
        scores.append(outlier.mean(axis=1) if reduce == "mean" else outlier.max(axis=1))
    return {
        "name": name,
        "k": k,
        "reduce": reduce,
        "trusted": [rows[:n].tolist() for rows in layers],
        "test": [rows[n:].tolist() for rows in layers],
        "scores": np.array(scores).T.tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    golden = {
        "made_by": "ted_golden.py, seed %d" % SEED,
        "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "cases": [
            case("four layers, the mean", rng, [4, 5, 6, 7], 40, 16, 5, "mean"),
            case("five layers, the largest", rng, [6, 3, 8, 4, 5], 30, 20, 10, "max"),
        ],
    }
    path = pathlib.Path("src/test/resources/golden/ted.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()

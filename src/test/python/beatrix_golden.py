"""Writes src/test/resources/golden/beatrix.json: deviations of Gram features, all four powers and
their roots written out in numpy.

Run from the repository's root with the pinned version:
    pip install numpy==2.4.6 && python src/test/python/beatrix_golden.py
"""

import json
import pathlib

import numpy as np

assert np.__version__ == "2.4.6", np.__version__

SEED = 20261125
EPSILON = float(np.finfo(np.float16).tiny)


def gram(f, p):
    outer = np.einsum("ni,nj->nij", f**p, f**p)
    outer = np.sign(outer) * np.abs(outer) ** (1 / p)
    rows, columns = np.triu_indices(f.shape[1])
    return outer[:, rows, columns]


def scores(trusted, test, components, multiplier):
    if trusted.shape[1] > components:
        _, _, vt = np.linalg.svd(trusted - trusted.mean(axis=0), full_matrices=False)
        trusted, test = trusted @ vt[:components].T, test @ vt[:components].T
    powers = []
    for p in (1, 2, 3, 4):
        known, new = gram(trusted, p), gram(test, p)
        median = np.median(known, axis=0)
        mad = np.median(np.abs(known - median), axis=0)
        low, high = median - multiplier * mad, median + multiplier * mad
        deviation = np.maximum(low - new, 0) / (np.abs(low) + EPSILON)
        deviation += np.maximum(new - high, 0) / (np.abs(high) + EPSILON)
        powers.append(deviation.mean(axis=1))
    return np.mean(powers, axis=0)


def case(name, rng, n, d, m, components, multiplier):
    deviations = np.geomspace(3, 0.3, d)
    trusted = (rng.standard_normal((n, d)) * deviations + 1).round(5)
    test = (rng.standard_normal((m, d)) * deviations * rng.uniform(0.5, 12, (m, 1)) + 1).round(5)
    expected = scores(trusted, test, components, multiplier)
    assert (expected > 0).sum() >= m // 2
    return {
        "name": name,
        "components": components,
        "multiplier": multiplier,
        "trusted": trusted.tolist(),
        "test": test.tolist(),
        "scores": expected.tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    golden = {
        "made_by": "beatrix_golden.py, seed %d" % SEED,
        "versions": {"numpy": np.__version__},
        "cases": [
            case("as wide as it is", rng, 41, 5, 12, 32, 10),
            case("an even number of rows, a narrow range", rng, 30, 4, 12, 32, 2.5),
            case("projected", rng, 50, 9, 12, 3, 10),
        ],
    }
    path = pathlib.Path("src/test/resources/golden/beatrix.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Writes src/test/resources/golden/mahalanobis.json: Mahalanobis scores by scikit-learn and numpy.

Run from the repository's root with the pinned versions:
    pip install numpy==2.4.6 scikit-learn==1.9.1 && python src/test/python/mahalanobis_golden.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.covariance import EmpiricalCovariance

assert sklearn.__version__ == "1.9.1", sklearn.__version__

SEED = 20261122


def rows(rng, n, d, smallest):
    """Correlated rows far from the origin, standard deviations from 1 down to `smallest`."""
    basis, _ = np.linalg.qr(rng.standard_normal((d, d)))
    deviations = np.geomspace(1.0, smallest, d)
    return (rng.standard_normal((n, d)) * deviations) @ basis.T + rng.standard_normal(d) * 5


def case(name, rng, n, d, m, smallest, rcond):
    both = rows(rng, n + m, d, smallest).round(6)
    trusted, test = both[:n], both[n:] + rng.standard_normal(d).round(2) * 0.1
    test = test.round(6)
    mean = trusted.mean(axis=0)
    covariance = np.cov(trusted, rowvar=False)
    inverse = np.linalg.pinv(covariance, rcond=rcond, hermitian=True)
    delta = test - mean
    scores = np.einsum("ij,jk,ik->i", delta, inverse, delta) / d
    eigenvalues = np.linalg.eigvalsh(covariance)
    rank = int((eigenvalues > rcond * eigenvalues[-1]).sum())
    if rank == d:
        # scikit-learn divides the covariance by n, we by n - 1.
        empirical = EmpiricalCovariance().fit(trusted).mahalanobis(test) * (n - 1) / n / d
        np.testing.assert_allclose(scores, empirical, rtol=1e-9)
        scores = empirical
    return {
        "name": name,
        "rcond": rcond,
        "rank": rank,
        "trusted": trusted.tolist(),
        "test": test.tolist(),
        "scores": scores.tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    golden = {
        "made_by": "mahalanobis_golden.py, seed %d" % SEED,
        "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "cases": [
            case("more rows than features, full rank", rng, 40, 6, 8, 0.1, 1e-9),
            case("more rows than features, cut", rng, 40, 6, 8, 1e-3, 1e-3),
            case("fewer rows than features", rng, 8, 12, 5, 0.1, 1e-6),
        ],
    }
    path = pathlib.Path("src/test/resources/golden/mahalanobis.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()

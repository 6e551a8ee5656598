"""Writes src/test/resources/golden/spread-rules.json: scores of the rules that rest on means and
covariances, by numpy, scipy and scikit-learn, each written down as its definition reads.

Run from the repository's root with the pinned versions:
    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python src/test/python/spread_rules_golden.py
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.linalg import expm
from scipy.stats import laplace, multivariate_normal
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

assert np.__version__ == "2.4.6", np.__version__
assert scipy.__version__ == "1.17.1", scipy.__version__
assert sklearn.__version__ == "1.9.1", sklearn.__version__

SEED = 20261123


def rows(rng, n, d, basis, smallest=0.1):
    """Correlated rows off the origin, standard deviations from 1 down to `smallest`."""
    return (rng.standard_normal((n, d)) * np.geomspace(1.0, smallest, d)) @ basis.T + 2


def sample(rng, n, m, d, smallest=0.1):
    """Trusted rows; untrusted ones, a third of them elsewhere; rows to score."""
    basis, _ = np.linalg.qr(rng.standard_normal((d, d)))
    trusted = rows(rng, n, d, basis, smallest)
    away = rng.standard_normal(d)
    untrusted = rows(rng, m, d, basis, smallest)
    untrusted[: m // 3] = 0.5 * (untrusted[: m // 3] - 2) + 2 + away
    test = rows(rng, 6, d, basis, smallest)
    test[:3] += away
    return [x.round(6) for x in (trusted, untrusted, test)]


def covariance(x):
    return np.cov(x, rowvar=False)


def quadratic(delta, inverse):
    return np.einsum("ij,jk,ik->i", delta, inverse, delta)


def relative(trusted, untrusted, test, rcond):
    c = covariance(trusted)
    delta = test - trusted.mean(axis=0)
    diagonal = np.diag(c)
    counts = diagonal > rcond * diagonal.max()
    own = (delta**2 / diagonal)[:, counts].sum(axis=1)
    return (quadratic(delta, np.linalg.pinv(c, rcond=rcond, hermitian=True)) - own) / c.shape[0]


def shrunk(trusted, untrusted, test, shrinkage):
    c = covariance(trusted)
    d = c.shape[0]
    c = (1 - shrinkage) * c + shrinkage * np.trace(c) / d * np.eye(d)
    return quadratic(test - trusted.mean(axis=0), np.linalg.inv(c)) / d


def pca(trusted, untrusted, test, components):
    fitted = PCA(n_components=components, whiten=True, svd_solver="full").fit(trusted)
    return (fitted.transform(test) ** 2).mean(axis=1)


def diagonal(trusted, untrusted, test):
    return (StandardScaler().fit(trusted).transform(test) ** 2).mean(axis=1)


def negative_log_laplace(trusted, untrusted, test, fitted):
    location, scale = np.zeros(trusted.shape[1]), np.ones(trusted.shape[1])
    if fitted:
        location, scale = np.array([laplace.fit(column) for column in trusted.T]).T
    return -laplace.logpdf(test, location, scale).sum(axis=1)


def quantum_entropy(trusted, untrusted, test, alpha, rcond):
    values, vectors = np.linalg.eigh(covariance(trusted))
    whitening = np.where(values > rcond * values[-1], 1, 0) * vectors
    whitening = whitening / np.sqrt(np.where(values > rcond * values[-1], values, 1))
    s = whitening.T @ covariance(untrusted) @ whitening
    m = expm(alpha * s / np.linalg.eigvalsh(s)[-1])
    return quadratic((test - trusted.mean(axis=0)) @ whitening, m)


def shrink(s, n):
    p = s.shape[0]
    trace = np.trace(s)
    denominator = (s**2).sum() - trace**2 / p
    a = 0.0 if denominator <= 0 else min(1.0, max(0.0, 1 - (trace**2 / n) / denominator))
    return a * s + (1 - a) * trace / p * np.eye(p)


def span(x, rcond, floor):
    values, vectors = np.linalg.eigh(covariance(x))
    return vectors[:, values > max(rcond * values[-1], floor)]


def ratio_basis(trusted, untrusted, basis, rcond, floor):
    own, other = span(trusted, rcond, floor), span(untrusted, rcond, floor)
    return other if basis == "smaller" and other.shape[1] < own.shape[1] else own


def normal(x, weights=None):
    weights = np.ones(len(x)) if weights is None else weights
    mean = weights @ x / weights.sum()
    return mean, ((x - mean).T * weights) @ (x - mean) / weights.sum()


def initial(trusted, untrusted, basis, rcond, floor):
    b = ratio_basis(trusted, untrusted, basis, rcond, floor)
    p = b.shape[1]
    t, u = trusted @ b, untrusted @ b
    known = (t.mean(axis=0), shrink(covariance(t).reshape(p, p), len(t)))
    new = (u.mean(axis=0), shrink(covariance(u).reshape(p, p), len(u)))
    return b, u, known, new


def likelihood_ratio(trusted, untrusted, test, basis, rcond, floor):
    b, _, known, new = initial(trusted, untrusted, basis, rcond, floor)
    x = test @ b
    return multivariate_normal.logpdf(x, *new) - multivariate_normal.logpdf(x, *known)


def gaussian_mixture(layers, tests, iterations, shared, rcond):
    """Layers of (trusted, untrusted); scores [test row][layer]."""
    states = [initial(t, u, "smaller", rcond, 0) for t, u in layers]
    for _ in range(iterations):
        responsibilities = []
        for _, u, known, new in states:
            log_t = multivariate_normal.logpdf(u, *known)
            log_u = multivariate_normal.logpdf(u, *new)
            responsibilities.append(np.exp(log_t - np.logaddexp(log_t, log_u)))
        if shared:
            responsibilities = [np.mean(responsibilities, axis=0)] * len(states)
        for i, (b, u, known, _) in enumerate(states):
            w = 1 - responsibilities[i]
            mean, cov = normal(u, w)
            states[i] = (b, u, known, (mean, shrink(cov, w.sum())))
    columns = []
    for (b, _, known, new), test in zip(states, tests):
        x = test @ b
        columns.append(multivariate_normal.logpdf(x, *new) - multivariate_normal.logpdf(x, *known))
    return np.array(columns).T


def spectral(trusted, untrusted, test):
    values, vectors = np.linalg.eigh(covariance(untrusted))
    return ((test - untrusted.mean(axis=0)) @ vectors[:, -1]) ** 2


def case(rule, settings, data, scores):
    trusted, untrusted, test = data
    return {
        "rule": rule,
        "settings": {name: str(value) for name, value in settings.items()},
        "trusted": trusted.tolist(),
        "untrusted": untrusted.tolist(),
        "test": test.tolist(),
        "scores": np.asarray(scores).tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    tall = sample(rng, 40, 30, 5)
    wide = sample(rng, 9, 8, 14)
    few = sample(rng, 40, 4, 5)
    cases = []
    for data in (tall, wide):
        cases += [
            case("mahalanobis", {"variant": "relative", "rcond": 1e-6}, data, relative(*data, 1e-6)),
            case("mahalanobis", {"variant": "relative", "rcond": 0.1}, data, relative(*data, 0.1)),
            case("mahalanobis", {"shrinkage": 0.3}, data, shrunk(*data, 0.3)),
            case("mahalanobis", {"shrinkage": 0.01}, data, shrunk(*data, 0.01)),
            case("pca-mahalanobis", {"components": 3, "rcond": 0}, data, pca(*data, 3)),
            case("quantum-entropy", {"rcond": 1e-6}, data, quantum_entropy(*data, 4, 1e-6)),
            case("quantum-entropy", {"alpha": 12, "rcond": 0.1}, data, quantum_entropy(*data, 12, 0.1)),
            case("spectral", {}, data, spectral(*data)),
        ]
    for data in (tall, wide, few):
        for basis in ("smaller", "trusted"):
            cases.append(
                case(
                    "likelihood-ratio",
                    {"basis": basis, "rcond": 1e-6},
                    data,
                    likelihood_ratio(*data, basis, 1e-6, 0),
                )
            )
    cases += [
        case(
            "likelihood-ratio",
            {"rcond": 0, "floor": 0.05},
            tall,
            likelihood_ratio(*tall, "smaller", 0, 0.05),
        ),
        case("diagonal", {"floor": 0.000001}, tall, diagonal(*tall)),
        case("laplace", {"prior": "unit"}, tall, negative_log_laplace(*tall, False)),
        case("laplace", {"prior": "fitted"}, tall, negative_log_laplace(*tall, True)),
    ]
    other = sample(rng, 40, 30, 7)
    layers, tests = [tall[:2], other[:2]], [tall[2], other[2]]
    golden = {
        "made_by": "spread_rules_golden.py, seed %d" % SEED,
        "versions": {
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "cases": cases,
        "mixtures": [
            {
                "settings": {
                    "responsibilities": "shared" if shared else "per-layer",
                    "iterations": str(iterations),
                    "rcond": "1e-06",
                },
                "layers": [
                    {"trusted": t.tolist(), "untrusted": u.tolist(), "test": x.tolist()}
                    for (t, u), x in zip(layers, tests)
                ],
                "scores": gaussian_mixture(layers, tests, iterations, shared, 1e-6).tolist(),
            }
            for shared in (True, False)
            for iterations in (1, 100)
        ],
    }
    path = pathlib.Path("src/test/resources/golden/spread-rules.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()

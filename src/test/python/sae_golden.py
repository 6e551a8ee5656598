"""Writes src/test/resources/golden/sae: tiny top-k sparse autoencoders and their codes by numpy.

The files are those that EleutherAI's `sae` library reads; the codes are computed here in float64.
Run from the repository's root with the pinned versions:
    pip install numpy==2.4.6 safetensors==0.8.0 && python src/test/python/sae_golden.py
"""

import json
import pathlib

import numpy as np
from safetensors.numpy import save_file

SEED = 20261123
FOLDER = pathlib.Path("src/test/resources/golden/sae")


def encode(weights, k, rows):
    """The k largest of relu(W (x - b_dec) + b), elsewhere 0; and by how much the choice is clear."""
    hidden = (rows - weights["b_dec"]) @ weights["encoder.weight"].T + weights["encoder.bias"]
    active = np.maximum(hidden, 0)
    order = np.argsort(-active, axis=1, kind="stable")
    code = np.zeros_like(active)
    for row in range(len(rows)):
        code[row, order[row, :k]] = active[row, order[row, :k]]
    ranked = -np.sort(-active, axis=1)
    gaps = ranked[:, k - 1] - ranked[:, k]
    return code, gaps[ranked[:, k - 1] > 0].min(initial=np.inf)


def case(rng, name, d_in, latents, k, config, bias):
    weights = {
        "encoder.weight": rng.standard_normal((latents, d_in)) / np.sqrt(d_in),
        "encoder.bias": rng.standard_normal(latents) * 0.1 + bias,
        "W_dec": rng.standard_normal((latents, d_in)),
        "b_dec": rng.standard_normal(d_in),
    }
    weights["W_dec"] /= np.linalg.norm(weights["W_dec"], axis=1, keepdims=True)
    weights = {key: value.astype(np.float32) for key, value in weights.items()}
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "sae.safetensors")
    (folder / "cfg.json").write_text(json.dumps({**config, "k": k, "d_in": d_in}))
    exact = {key: value.astype(np.float64) for key, value in weights.items()}
    rows = (rng.standard_normal((6, d_in)) * 2).round(4)
    code, gap = encode(exact, k, rows)
    assert gap > 1e-4, gap
    active = (code > 0).sum(axis=1)
    return {
        "name": name,
        "latents": latents,
        "k": k,
        "rows": rows.tolist(),
        "active": active.tolist(),
        "codes": code.tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    plain = {"expansion_factor": 4, "normalize_decoder": True, "num_latents": 0}
    named = {
        "activation": "topk",
        "expansion_factor": 32,
        "normalize_decoder": True,
        "num_latents": 24,
        "multi_topk": False,
        "skip_connection": False,
        "transcode": False,
    }
    golden = {
        "made_by": "sae_golden.py, seed %d" % SEED,
        "versions": {"numpy": np.__version__},
        "cases": [
            case(rng, "layers.1", 8, 32, 5, plain, 0.0),
            # So few are above 0 that fewer than k are active in some rows.
            case(rng, "layers.2.mlp", 12, 24, 6, named, -1.5),
        ],
    }
    (FOLDER / "codes.json").write_text(json.dumps(golden) + "\n")
    assert min(golden["cases"][1]["active"]) < 6


if __name__ == "__main__":
    main()

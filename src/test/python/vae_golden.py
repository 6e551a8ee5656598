"""Writes src/test/resources/golden/vae.json: a small variational autoencoder trained for two passes by
PyTorch's modules and Adam, from given weights, orders and noise, and its scores.

Run from the repository's root with the pinned version:
    pip install torch==2.7.1 && python src/test/python/vae_golden.py
"""

import json
import pathlib

import torch
from torch import nn

assert torch.__version__.startswith("2.7.1"), torch.__version__

SEED = 20261127
N, D, LATENT, EPOCHS, BATCH, RATE, BETA = 70, 4, 2, 2, 64, 0.01, 0.3


def main():
    torch.manual_seed(SEED)
    torch.set_default_dtype(torch.float64)
    hidden = 2 * D
    encoder = nn.Sequential(nn.Linear(D, hidden), nn.ReLU(), nn.Linear(hidden, 2 * LATENT))
    decoder = nn.Sequential(nn.Linear(LATENT, hidden), nn.ReLU(), nn.Linear(hidden, D))
    linear = [encoder[0], encoder[2], decoder[0], decoder[2]]

    def weights():
        return [t.detach().tolist() for m in linear for t in (m.weight.T, m.bias[None])]

    x = torch.randn(N, D)
    initial = weights()
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=RATE)
    orders, noises = [], []
    for _ in range(EPOCHS):
        order, noise = torch.randperm(N), torch.randn(N, LATENT)
        orders.append(order.tolist())
        noises.append(noise.tolist())
        for rows, eps in zip(x[order].split(BATCH), noise.split(BATCH)):
            mean, log_variance = encoder(rows).chunk(2, dim=1)
            code = torch.distributions.Normal(mean, (log_variance / 2).exp())
            standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
            divergence = torch.distributions.kl_divergence(code, standard).sum(dim=1).mean()
            rebuilt = decoder(mean + code.stddev * eps)
            loss = nn.functional.mse_loss(rebuilt, rows) + BETA * divergence
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    test = torch.randn(9, D) * 2
    with torch.no_grad():
        mean, log_variance = encoder(test).chunk(2, dim=1)
        code = torch.distributions.Normal(mean, (log_variance / 2).exp())
        standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
        divergence = torch.distributions.kl_divergence(code, standard).sum(dim=1)
        scores = ((decoder(mean) - test) ** 2).mean(dim=1) + BETA * divergence
    golden = {
        "made_by": "vae_golden.py, seed %d" % SEED,
        "versions": {"torch": torch.__version__},
        "cases": [
            {
                "name": "two passes",
                "epochs": EPOCHS,
                "rate": RATE,
                "beta": BETA,
                "latent": LATENT,
                "trusted": x.tolist(),
                "initial": initial,
                "orders": orders,
                "noises": noises,
                "trained": weights(),
                "test": test.tolist(),
                "scores": scores.tolist(),
            }
        ],
    }
    path = pathlib.Path("src/test/resources/golden/vae.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()

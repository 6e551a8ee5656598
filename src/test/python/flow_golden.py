"""Writes src/test/resources/golden/flow.json: affine couplings between five components trained for two
passes by PyTorch's modules, distributions and Adam, from given weights and orders, and what they make of
other rows: latents, log-determinants by automatic differentiation, and the mean surprise.

Run from the repository's root with the pinned version:
    pip install torch==2.7.1 && python src/test/python/flow_golden.py
"""

import json
import math
import pathlib

import torch
from torch import nn

assert torch.__version__.startswith("2.7.1"), torch.__version__

SEED = 20261128
N, K, HIDDEN, COUPLINGS, EPOCHS, BATCH, RATE = 70, 5, 3, 3, 2, 64, 0.01


class Coupling(nn.Module):
    def __init__(self, kept, changed):
        super().__init__()
        self.hidden = nn.Linear(kept, HIDDEN)
        self.map = nn.Linear(HIDDEN, 2 * changed)

    def forward(self, kept, changed):
        raw, shift = self.map(torch.tanh(self.hidden(kept))).chunk(2, dim=-1)
        return changed * torch.exp(2 * torch.tanh(raw / 2)) + shift


class Chain(nn.Module):
    def __init__(self):
        super().__init__()
        half = (K + 1) // 2
        sizes = [(half, K - half), (K - half, half)]
        self.couplings = nn.ModuleList(Coupling(*sizes[i % 2]) for i in range(COUPLINGS))
        self.half = half

    def forward(self, x):
        kept, changed = x[..., : self.half], x[..., self.half :]
        for coupling in self.couplings:
            kept, changed = coupling(kept, changed), kept
        return torch.cat([kept, changed], dim=-1)

    def weights(self):
        linear = [m for c in self.couplings for m in (c.hidden, c.map)]
        return [t.detach().tolist() for m in linear for t in (m.weight.T, m.bias[None])]


def priors():
    return {
        "normal": torch.distributions.Normal(0.0, 1.0),
        "laplace": torch.distributions.Laplace(0.0, 1 / math.sqrt(2)),
    }


def log_determinants(chain, x):
    return torch.func.vmap(lambda row: torch.linalg.slogdet(torch.func.jacrev(chain)(row))[1])(x)


def case(name):
    prior = priors()[name]
    chain = Chain()
    x = torch.randn(N, K)
    initial = chain.weights()
    optimiser = torch.optim.Adam(chain.parameters(), lr=RATE)
    orders = []
    for _ in range(EPOCHS):
        order = torch.randperm(N)
        orders.append(order.tolist())
        for rows in x[order].split(BATCH):
            likelihood = prior.log_prob(chain(rows)).sum(dim=1) + log_determinants(chain, rows)
            loss = -likelihood.mean() / K
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    test = torch.randn(9, K) * 2
    with torch.no_grad():
        z = chain(test)
        determinants = log_determinants(chain, test)
        surprise = -(prior.log_prob(z).sum(dim=1) + determinants) / K
    return {
        "name": name,
        "epochs": EPOCHS,
        "rate": RATE,
        "trusted": x.tolist(),
        "initial": initial,
        "orders": orders,
        "trained": chain.weights(),
        "test": test.tolist(),
        "latents": z.tolist(),
        "log_determinants": determinants.tolist(),
        "surprises": surprise.tolist(),
    }


def main():
    torch.manual_seed(SEED)
    torch.set_default_dtype(torch.float64)
    golden = {
        "made_by": "flow_golden.py, seed %d" % SEED,
        "versions": {"torch": torch.__version__},
        "cases": [case(name) for name in priors()],
    }
    path = pathlib.Path("src/test/resources/golden/flow.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()

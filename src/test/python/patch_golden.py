"""Writes what transformers says of patches: by how much the contrast of a signal's choices changes when
values of attention are replaced at the last prompt token, for PatchTest. It runs the checkpoints that
golden_decoder.py wrote, in float64, one whole pass for each patch and choice.

    pip install -r requirements.txt
    python patch_golden.py --golden ../resources/golden
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # nothing here comes from a hub

import torch
import transformers
from tokenizers import Tokenizer

import golden_decoder
import reference

SEED = 20261123
VARIANTS = ["llama-tied", "llama-gqa", "mistral-window"]


def contrast(model, tokens: reference.Tokens, nudges: list) -> torch.Tensor:
    """The log-odds of the second choice against the first; for other than two choices those of the label against
    the rest, without choices its log-probability. `nudges` has one for each choice's pass."""
    probs = [reference.log_prob(model, tokens.prompt, choice, nudge)[0] for choice, nudge in zip(tokens.choices, nudges)]
    if not tokens.has_choices:
        return probs[0]
    if len(probs) == 2:
        return probs[1] - probs[0]
    return reference.log_odds(probs, tokens.label)


def change(model, tokens: reference.Tokens, clean: list, point: str, first: int, replacement: torch.Tensor):
    """By how much the contrast changes with columns of a point replaced at the last prompt token."""
    at = len(tokens.prompt) - 1
    nudges = []
    for values in clean:
        value = values[point][0]
        nudge = torch.zeros_like(value)
        columns = slice(first, first + len(replacement))
        nudge[at, columns] = replacement - value[at, columns]
        nudges.append((point, nudge))
    return contrast(model, tokens, nudges) - contrast(model, tokens, [None] * len(clean))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--golden", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    signals = [json.loads(line) for line in (arguments.golden / "signals.jsonl").read_text().splitlines()]
    output = arguments.golden / "patches"
    output.mkdir(exist_ok=True)
    for i, name in enumerate(VARIANTS):
        directory = arguments.golden / name
        model = transformers.AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
        model = golden_decoder.double(model)
        tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        generator = torch.Generator().manual_seed(SEED + i)
        heads, layers = model.config.num_attention_heads, model.config.num_hidden_layers
        tensors: dict[str, torch.Tensor] = {}
        with torch.no_grad(), reference.in_float64():
            every = [reference.tokenize(tokenizer, signal) for signal in signals]
            clean = [[reference.log_prob(model, tokens.prompt, choice)[1] for choice in tokens.choices] for tokens in every]
            for site in ["attn.hook_z", "hook_attn_out"]:
                width = clean[0][0][f"blocks.0.{site}"].shape[-1]
                columns = width // heads
                values = torch.randn(layers, width, generator=generator, dtype=torch.float64)
                tensors[f"values/{site}"] = values
                for kind in ["zero", "values"]:
                    rows = []
                    for tokens, passes in zip(every, clean):
                        row = []
                        for layer in range(layers):
                            for head in range(heads):
                                own = values[layer, head * columns : (head + 1) * columns]
                                replacement = torch.zeros_like(own) if kind == "zero" else own
                                point = f"blocks.{layer}.{site}"
                                row.append(change(model, tokens, passes, point, head * columns, replacement))
                        rows.append(torch.stack(row))
                    tensors[f"change/{site}/{kind}"] = torch.stack(rows)  # [signals, layers * heads]
        metadata = {"program": "src/test/python/patch_golden.py", "seed": str(SEED + i), "variant": name,
                    "torch": torch.__version__, "transformers": transformers.__version__}
        golden_decoder.save(output / f"{name}.safetensors", tensors, metadata)
        print(name, {key: tuple(value.shape) for key, value in tensors.items()}, flush=True)


if __name__ == "__main__":
    main()

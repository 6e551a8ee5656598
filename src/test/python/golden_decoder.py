"""Writes tiny random checkpoints of every supported variant as transformers and peft save them, each
with what transformers computes from it, for GoldenDecoderTest and GradientTest.

    pip install -r requirements.txt
    python golden_decoder.py --output ../resources/golden              # the files in the repository
    python golden_decoder.py --output DIR --sizes other --seed 11      # other sizes, to compare by hand
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # nothing here comes from a hub

import peft
import safetensors
import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

import reference

SEED = 20261122
BOS, EOS, PAD = "<|bos|>", "<|eos|>", "<|pad|>"

TEXT = [
    "The answer is Yes. The answer is No. Is it so? Yes or No?",
    "The sum of two numbers is a number. Is 12 + 30 equal to 42? Yes.",
    "The harbour master counts the boats in the harbour every morning.",
    "Perhaps the other boats are there; perhaps they are not.",
    "When the rain stopped, the children went out and counted the stars.",
]

SIGNALS = [
    {"prompt": "Is it so?", "label": " Yes", "choices": [" No", " Yes"]},
    {"prompt": "The sum of 17 and 26 is 43. Is the sum a number?", "label": " No", "choices": [" No", " Yes"]},
    {"prompt": "The harbour master counted th", "label": "e boats", "choices": ["e boats", "e stars", "ree of them"]},
    {"prompt": "Are they there? Naïve – or 星?", "label": " perhaps they are", "choices": [" No", " perhaps they are", " Yes, at the harbour"]},
    {"prompt": "No", "label": " Yes", "choices": [" Yes", " not so", " No", " perhaps"]},
    {"prompt": "When the rain stopped, the children", "label": " went out and counted"},
    {"prompt": "  two  spaces\n\tand a line", "label": "\nso", "choices": ["\nso", " so", "?"]},
]


@dataclass(frozen=True)
class Sizes:
    width: int
    layers: int
    heads: int
    kv_heads: int
    head: int  # explicit in some variants
    mlp: int
    vocab: int
    context: int
    window: int
    shard: str
    repeats: int  # how many times a prompt's text is said


SIZES = {
    "golden": Sizes(32, 3, 4, 2, 12, 40, 288, 256, 8, "60KB", 1),
    "other": Sizes(96, 5, 6, 2, 20, 250, 1000, 512, 13, "900KB", 4),
}


@dataclass(frozen=True)
class Variant:
    name: str
    note: str
    options: dict
    family: str = "llama"
    bos: bool = True
    eos: bool = False
    dtype: torch.dtype = torch.float32
    sharded: bool = False
    base: str | None = None  # for an adapter: the variant that it changes
    lora: dict | None = None
    gradients: bool = False


def variants(s: Sizes) -> list[Variant]:
    every = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    gqa = {"num_key_value_heads": s.kv_heads}
    untied = {"tie_word_embeddings": False}
    tied = {"tie_word_embeddings": True}
    return [
        Variant("llama-tied", "default RoPE, tied embeddings, a key head per query head", tied, gradients=True),
        Variant("llama-gqa", "grouped queries, explicit head_dim, untied, no special tokens",
                {**untied, **gqa, "head_dim": s.head, "rms_norm_eps": 1e-3, "rope_theta": 500.0}, bos=False),
        Variant("llama-linear", "linear RoPE scaling", {**tied, "rope_scaling": {"rope_type": "linear", "factor": 4.0}}),
        Variant("llama-llama3", "llama3 RoPE scaling, low, blended and high frequencies; begin and end tokens",
                {**tied, **gqa, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                 "high_freq_factor": 4.0, "original_max_position_embeddings": 128}}, eos=True),
        Variant("mistral-window", "a sliding window shorter than the prompts",
                {**untied, **gqa, "head_dim": s.head, "sliding_window": s.window}, family="mistral", gradients=True),
        Variant("llama-lora", "an adapter on queries and values of llama-gqa", {}, base="llama-gqa", bos=False,
                lora={"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"]}),
        Variant("llama-rslora", "a rank-stabilised adapter on all projections of llama-tied", {}, base="llama-tied",
                lora={"r": 4, "lora_alpha": 6, "use_rslora": True, "target_modules": every}),
        Variant("llama-sharded", "weights in several files with an index", {**untied, **gqa}, sharded=True),
        Variant("llama-bfloat16", "weights in bfloat16; values of the same weights in float32", {**tied, **gqa},
                dtype=torch.bfloat16),
    ]


def train_tokenizer(variant: Variant, sizes: Sizes) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        TEXT + Path(__file__).read_text().splitlines() * (sizes.vocab > 400),
        trainers.BpeTrainer(
            vocab_size=sizes.vocab,
            special_tokens=[BOS, EOS, PAD],
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        ),
    )
    if variant.bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{BOS} $A {EOS}" if variant.eos else f"{BOS} $A",
            special_tokens=[(BOS, tokenizer.token_to_id(BOS)), (EOS, tokenizer.token_to_id(EOS))],
        )
    return tokenizer


def randomise(module: torch.nn.Module, generator: torch.Generator) -> None:
    """Weights of a size at which every part matters: attention far from uniform, scales far from 1."""
    for name, parameter in sorted(module.named_parameters()):
        if not parameter.requires_grad:
            continue
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() == 1:
            value = 1 + 0.3 * noise
        elif "embed_tokens" in name or "lm_head" in name:
            value = 0.5 * noise
        else:
            scale = 1.5 if "q_proj" in name or "k_proj" in name else 0.9
            scale = 0.4 if "lora_" in name else scale
            value = scale * noise / parameter.shape[1] ** 0.5
        parameter.data.copy_(value)


def build(variant: Variant, sizes: Sizes, tokenizer: Tokenizer, seed: int, root: Path):
    """Makes a variant's checkpoint, or its adapter, saves it, and gives the model in float32."""
    generator = torch.Generator().manual_seed(seed)
    directory = root / variant.name
    if variant.lora is not None:
        base = LlamaForCausalLM.from_pretrained(root / variant.base, attn_implementation="eager")
        base.name_or_path = base.config.name_or_path = variant.base
        model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", **variant.lora))
        randomise(model, generator)
        model.save_pretrained(directory)
        (directory / "README.md").unlink()
        config = json.loads((directory / "adapter_config.json").read_text())
        config["target_modules"].sort()  # peft keeps a set: the order would differ from run to run
        (directory / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
        return model.eval()
    config_class, model_class = {
        "llama": (LlamaConfig, LlamaForCausalLM),
        "mistral": (MistralConfig, MistralForCausalLM),
    }[variant.family]
    defaults = {"num_key_value_heads": sizes.heads, "rms_norm_eps": 1e-5}
    config = config_class(
        **{
            "vocab_size": tokenizer.get_vocab_size(),
            "hidden_size": sizes.width,
            "intermediate_size": sizes.mlp,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "max_position_embeddings": sizes.context,
            "bos_token_id": tokenizer.token_to_id(BOS),
            "eos_token_id": tokenizer.token_to_id(EOS),
            **defaults,
            **variant.options,
        }
    )
    model = model_class(config)
    randomise(model, generator)
    model = model.to(variant.dtype)
    model.save_pretrained(directory, max_shard_size=sizes.shard if variant.sharded else "5GB")
    (directory / "generation_config.json").unlink()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=BOS, eos_token=EOS, pad_token=PAD
    ).save_pretrained(directory)
    return model_class.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()


def double(model):
    """The same model in float64, with an attention that stays in float64."""
    model.set_attn_implementation("sdpa")
    return model.double()


def check_differences(model, tokens, gradients, generator) -> float:
    """Largest difference between the gradients and central differences along random directions, one
    per hook point, relative to the slope (or to 0.1, where it is less). The directions of the log-odds stay within the prompt, which
    every choice's pass has in common."""
    lengths = [len(tokens.prompt) + len(choice) for choice in tokens.choices]
    worst = 0.0
    for objective, points in gradients.items():
        for point, gradient in points.items():
            direction = torch.randn(gradient.shape, generator=generator, dtype=torch.float64)
            if objective == "log_odds":
                direction[len(tokens.prompt) :] = 0
            direction /= direction.norm()
            slope = (gradient * direction).sum()
            ends = []
            for step in (1e-5, -1e-5):
                probs = []
                for choice, length in zip(tokens.choices, lengths):
                    nudge = torch.zeros(length, direction.shape[1], dtype=torch.float64)
                    n = min(length, direction.shape[0])
                    nudge[:n] = step * direction[:n]
                    # The residual stream is a sum: a change of attn_out is one of resid_mid.
                    at = point.replace("hook_resid_mid", "hook_attn_out")
                    with torch.no_grad():
                        probs.append(reference.log_prob(model, tokens.prompt, choice, (at, nudge))[0])
                odds = objective == "log_odds" and tokens.has_choices
                ends.append(reference.log_odds(probs, tokens.label) if odds else probs[tokens.label])
            worst = max(worst, abs((ends[0] - ends[1]) / 2e-5 - slope) / (abs(slope) + 0.1))
    return float(worst)


def compute(variant: Variant, model, tokenizer: Tokenizer, signals: list[dict], seed: int):
    """-> the golden tensors, and notes on how far the references lie apart."""
    tensors: dict[str, list] = {}
    generator = torch.Generator().manual_seed(seed)

    def add(name, value, dtype):
        tensors.setdefault(name, []).append(value.detach().to(dtype))

    fixed = {}
    all_tokens = [reference.tokenize(tokenizer, signal) for signal in signals]
    single = []
    for i, tokens in enumerate(all_tokens):
        fixed[f"signal.{i}.prompt"] = torch.tensor(tokens.prompt)
        for j, choice in enumerate(tokens.choices):
            fixed[f"signal.{i}.choice.{j}"] = torch.tensor(choice)
        with torch.no_grad():
            probability, values, logits = reference.log_prob(model, tokens.prompt, tokens.choices[tokens.label])
        single.append(probability)
        add("logits", logits, torch.float32)
        for point, value in values.items():
            for position in reference.POSITIONS:
                add(f"activation/{point}@{position}", reference.pool(value[0], len(tokens.prompt), position),
                    torch.float32)
    model = double(model)
    notes = {"float32_minus_float64_log_prob": 0.0, "gradient_vs_differences": 0.0}
    with reference.in_float64():
        for i, tokens in enumerate(all_tokens):
            with torch.no_grad():
                probs = [reference.log_prob(model, tokens.prompt, choice)[0] for choice in tokens.choices]
            apart = abs(float(probs[tokens.label] - single[i]))
            notes["float32_minus_float64_log_prob"] = max(notes["float32_minus_float64_log_prob"], apart)
            odds = reference.log_odds(probs, tokens.label) if tokens.has_choices else torch.tensor(torch.nan)
            add("label_log_prob", probs[tokens.label], torch.float64)
            add("label_log_odds", odds, torch.float64)
            if not variant.gradients:
                continue
            gradients = reference.gradients(model, tokens)
            apart = check_differences(model, tokens, gradients, generator)
            notes["gradient_vs_differences"] = max(notes["gradient_vs_differences"], apart)
            for objective, points in gradients.items():
                for point, value in points.items():
                    for position in ("last", "mean-prompt", "mean-label"):
                        add(f"gradient/{objective}/{point}@{position}",
                            reference.pool(value, len(tokens.prompt), position), torch.float64)
    assert notes["float32_minus_float64_log_prob"] < 5e-5, notes
    assert notes["gradient_vs_differences"] < 1e-6, notes
    return fixed | {name: torch.stack(rows).contiguous() for name, rows in tensors.items()}, notes


def save(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Writes safetensors with the header in a fixed order, so that a second run gives equal bytes."""
    names = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64"}
    header: dict = {"__metadata__": dict(sorted(metadata.items()))}
    data = b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].element_size(), n)):
        tensor = tensors[name]
        start, data = len(data), data + tensor.numpy().tobytes()
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--sizes", choices=SIZES, default="golden")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", help="one variant (and the one it adapts)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sizes = SIZES[arguments.sizes]
    signals = [
        {"id": f"g{i}", **signal, "prompt": signal["prompt"] * (1 + (sizes.repeats - 1) * (i % 3))}
        for i, signal in enumerate(SIGNALS)
    ]
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__,
                "tokenizers": tokenizers.__version__, "safetensors": safetensors.__version__}
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "signals.jsonl").write_text(
        "".join(json.dumps(signal, ensure_ascii=False) + "\n" for signal in signals))
    report = []
    for i, variant in enumerate(variants(sizes)):
        directory = arguments.output / variant.name
        shutil.rmtree(directory, ignore_errors=True)
        tokenizer = train_tokenizer(variant, sizes)
        model = build(variant, sizes, tokenizer, arguments.seed + i, arguments.output)
        tensors, notes = compute(variant, model, tokenizer, signals, arguments.seed + i)
        metadata = {"program": "src/test/python/golden_decoder.py", "seed": str(arguments.seed + i), "variant": variant.name,
                    **({"base": variant.base} if variant.base else {}), **versions}
        save(directory / "golden.safetensors", tensors, metadata)
        report.append(f"| `{variant.name}` | {variant.note} | {arguments.seed + i} |")
        print(variant.name, notes, flush=True)
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    (arguments.output / "README.md").write_text(
        README.format(seed=arguments.seed, versions=named, sizes=arguments.sizes, rows="\n".join(report)))


README = """# Golden files of the decoder

Written by `src/test/python/golden_decoder.py --sizes {sizes} --seed {seed}` with {versions}; do not edit by hand.
Random weights, so the models say nothing sensible. Each folder is a checkpoint (or an adapter) as transformers (peft) saves it, and `golden.safetensors`:

| tensor | what |
|---|---|
| `signal.I.prompt`, `signal.I.choice.J` | token ids of row I of `signals.jsonl`; without choices, choice 0 is the label |
| `activation/HOOK_POINT@POSITION` `[signals, width]` | float32, eager attention, each signal alone, the label fed after the prompt |
| `logits` `[signals, vocab]` | float32, at the last prompt token |
| `label_log_prob`, `label_log_odds` `[signals]` | float64, in nats; NaN odds without choices |
| `gradient/OBJECTIVE/HOOK_POINT@POSITION` `[signals, width]` | float64 by autograd, checked against central differences when written; pooled like the values |

| variant | what it is | seed |
|---|---|---|
{rows}
"""

if __name__ == "__main__":
    main()

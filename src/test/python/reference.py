"""What transformers computes for one signal: values at every site of every block, logits, label
probabilities, and gradients by autograd. One signal at a time, so there is no padding and no
attention mask beyond the model's own.

Positions, with P prompt tokens (special tokens included) followed by the label's tokens:
last = P - 1; mean-prompt = mean over 0..P-1; label = the last token; mean-label = mean over P...
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import torch
from transformers.models.llama import modeling_llama
from transformers.models.mistral import modeling_mistral

SITES = [
    "hook_resid_pre",
    "attn.hook_z",
    "hook_attn_out",
    "hook_resid_mid",
    "hook_mlp_in",
    "hook_mlp_out",
    "hook_resid_post",
]
POSITIONS = ["last", "mean-prompt", "label", "mean-label"]
OBJECTIVES = ["log_prob", "log_odds"]

Values = dict[str, torch.Tensor]  # hook point -> [pos, width]


@dataclass(frozen=True)
class Tokens:
    """A tokenised signal: the prompt with its special tokens, and each choice (the label alone
    where the signal has no choices) as it follows the prompt."""

    prompt: list[int]
    choices: list[list[int]]
    label: int
    has_choices: bool


def tokenize(tokenizer, signal: dict) -> Tokens:
    prompt = tokenizer.encode(signal["prompt"]).ids

    def continuation(text: str) -> list[int]:
        whole = tokenizer.encode(signal["prompt"] + text).ids
        if len(whole) > len(prompt) and whole[: len(prompt)] == prompt:
            return whole[len(prompt) :]
        return tokenizer.encode(text, add_special_tokens=False).ids

    texts = signal.get("choices") or [signal["label"]]
    return Tokens(
        prompt,
        [continuation(text) for text in texts],
        texts.index(signal["label"]),
        "choices" in signal,
    )


def blocks(model):
    """The decoder layers of a causal language model, with or without an adapter around it."""
    return model.get_base_model().model.layers if hasattr(model, "peft_config") else model.model.layers


@contextlib.contextmanager
def tapped(model, values: Values, nudge: tuple[str, torch.Tensor] | None = None):
    """While open, each forward pass leaves what flows through every site in `values`; `nudge`
    adds a tensor [pos, width] at one hook point."""
    handles = []

    def take(point: str, value: torch.Tensor) -> torch.Tensor:
        if nudge is not None and nudge[0] == point:
            value = value + nudge[1][None]
        values[point] = value
        return value

    def at_input(module, point):
        def hook(_, arguments, keywords):
            if arguments:
                return (take(point, arguments[0]), *arguments[1:]), keywords
            return arguments, {**keywords, "hidden_states": take(point, keywords["hidden_states"])}

        handles.append(module.register_forward_pre_hook(hook, with_kwargs=True))

    def at_output(module, point):
        def hook(_, __, output):
            if isinstance(output, tuple):
                return (take(point, output[0]), *output[1:])
            return take(point, output)

        handles.append(module.register_forward_hook(hook))

    for i, block in enumerate(blocks(model)):
        name = f"blocks.{i}."
        at_input(block, name + "hook_resid_pre")
        at_input(block.self_attn.o_proj, name + "attn.hook_z")
        at_output(block.self_attn.o_proj, name + "hook_attn_out")
        # resid_mid is read from the normalisation's input. To nudge it, nudge attn_out: the
        # residual stream is the sum, so the derivative is the same by definition.
        at_input(block.post_attention_layernorm, name + "hook_resid_mid")
        at_input(block.mlp, name + "hook_mlp_in")
        at_output(block.mlp, name + "hook_mlp_out")
        at_output(block, name + "hook_resid_post")
    try:
        yield values
    finally:
        for handle in handles:
            handle.remove()


def log_prob(model, prompt: list[int], continuation: list[int], nudge=None):
    """-> log-probability of the continuation (scalar), values at all sites, logits [vocab] at the
    last prompt token."""
    values: Values = {}
    with tapped(model, values, nudge):
        ids = torch.tensor([prompt + continuation])
        logits = model(input_ids=ids, use_cache=False).logits[0]  # [pos, vocab]
    rows = logits[len(prompt) - 1 : -1].log_softmax(-1)  # [label tokens, vocab]
    total = rows.gather(1, torch.tensor(continuation)[:, None]).sum()
    return total, {point: value for point, value in values.items()}, logits[len(prompt) - 1]


def log_odds(log_probs: list[torch.Tensor], label: int) -> torch.Tensor:
    others = torch.stack([p for i, p in enumerate(log_probs) if i != label])
    return log_probs[label] - others.logsumexp(0)


def pool(value: torch.Tensor, n_prompt: int, position: str) -> torch.Tensor:
    """[pos, width] -> [width]"""
    match position:
        case "last":
            return value[n_prompt - 1]
        case "mean-prompt":
            return value[:n_prompt].mean(0)
        case "label":
            return value[-1]
        case "mean-label":
            return value[n_prompt:].mean(0)
    raise ValueError(position)


def gradients(model, tokens: Tokens) -> dict[str, Values]:
    """objective -> hook point -> [pos of prompt + label, width]. The prompt is common to all
    choices, so the log-odds' derivative there adds up over the choices' passes."""
    runs = [log_prob(model, tokens.prompt, choice) for choice in tokens.choices]
    probs = [run[0] for run in runs]
    objectives = {"log_prob": probs[tokens.label]}
    objectives["log_odds"] = log_odds(probs, tokens.label) if tokens.has_choices else probs[0]
    n_prompt = len(tokens.prompt)
    result = {}
    for name, objective in objectives.items():
        result[name] = {}
        for point in runs[0][1]:
            sources = [run[1][point] for run in runs]
            parts = torch.autograd.grad(
                objective, sources, retain_graph=True, allow_unused=True
            )
            # A choice that the objective does not use, and the last block's values that reach no
            # logit, have no derivative.
            parts = [torch.zeros_like(s) if g is None else g for s, g in zip(sources, parts)]
            total = parts[tokens.label][0].clone()
            for i, part in enumerate(parts):
                if i != tokens.label:
                    total[:n_prompt] += part[0][:n_prompt]
            result[name][point] = total
    return result


@contextlib.contextmanager
def in_float64():
    """transformers computes normalisations in float32 whatever the weights are; while open they are
    computed in the weights' own precision. Rotary angles stay as transformers has them: rounded to
    float32, as the models were trained. (Attention must be "sdpa": the eager one casts its softmax
    too.)"""

    def norm(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)

    classes = [modeling_llama.LlamaRMSNorm, modeling_mistral.MistralRMSNorm]
    before = [c.forward for c in classes]
    for c in classes:
        c.forward = norm
    try:
        yield
    finally:
        for c, forward in zip(classes, before):
            c.forward = forward

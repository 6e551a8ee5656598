# Fine-tuning the decoder of a LlamaForCausalLM or MistralForCausalLM checkpoint by LoRA (Hu et al. 2021): its weights
# stay as they are, and W x becomes W x + scale * B A x at the projections that have an adapter. One position of each
# row is learnt from, its last. Read from `gradient` downwards; the forward pass is that of decoder.py without taps.
#
# Sizes: rows = sequences, pos = positions (right-padded), d = dModel, h = heads, kv = key-value heads, e = dHead,
# V = vocabulary, r = rank.
# w: as decoder.py has them. adapters: block by block, in the order q, k, v, o, gate, up, down, what has an adapter:
#    A [r, in], B [out, r], wider than w where w is bfloat16
# sizes (host): blocks, h, kv, e, sliding window (0: none), then for q, k, v, o, gate, up and down which of the block's
#    adapters it has, or -1
# numbers (host) [2]: epsilon of the norms, scale; frequencies [e/2]: of the rotary embedding
# tokens [rows, pos]; answers [rows, 3]: last position, token of the answer, token of the other answer
class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # One micro-batch. sums: as adapters; the gradient of the summed loss, times weight (host) [], is added to them in
  # place -> [2] float64: cross-entropy of the answers, summed over the rows; rows whose answer is likelier than the
  # other one
  def gradient(self: __torch__.P, w: List[Tensor], adapters: List[Tensor], sums: List[Tensor], sizes: Tensor,
               numbers: Tensor, frequencies: Tensor, tokens: Tensor, answers: Tensor, weight: Tensor) -> Tensor:
    _0 = torch.set_grad_enabled(True)
    taped = annotate(List[Tensor], [])
    for adapter in adapters:
      _1 = torch.append(taped, torch.requires_grad_(torch.detach(adapter), True))
    logits = (self).last_logits(w, taped, sizes, numbers, frequencies, tokens, torch.select(answers, 1, 0))
    loss = torch.cross_entropy_loss(logits, torch.select(answers, 1, 1), None, 2)
    slopes = torch.autograd.grad([loss], taped)
    _0 = torch.set_grad_enabled(False)
    share = annotate(float, weight.item())
    for i in range(torch.len(sums)):
      _2 = torch.add_(sums[i], torch.detach(torch._unwrap_optional(slopes[i])), alpha=share)
    two = torch.gather(torch.detach(logits), 1, torch.slice(answers, 1, 1, 3))    # [rows, 2]
    right = torch.sum(torch.gt(torch.select(two, 1, 0), torch.select(two, 1, 1)))
    return torch.stack([torch.to(torch.detach(loss), 7), torch.to(right, 7)])

  # -> [rows, 2] float64: log-probabilities of the answer and of the other one
  def measure(self: __torch__.P, w: List[Tensor], adapters: List[Tensor], sizes: Tensor, numbers: Tensor,
              frequencies: Tensor, tokens: Tensor, answers: Tensor) -> Tensor:
    logits = (self).last_logits(w, adapters, sizes, numbers, frequencies, tokens, torch.select(answers, 1, 0))
    wide = torch.to(logits, 7)
    two = torch.gather(wide, 1, torch.slice(answers, 1, 1, 3))
    return torch.sub(two, torch.logsumexp(wide, [1], True))

  # One step of AdamW (Loshchilov and Hutter 2019) by the sums, which are scaled to a norm of at most `most` first and
  # zeroed at last. Everything is changed in place. settings (host): rate, beta1, beta2, epsilon, weight decay, most,
  # the step's number from 1 -> [] float64: the norm of the sums as they came
  def update(self: __torch__.P, adapters: List[Tensor], first: List[Tensor], second: List[Tensor], sums: List[Tensor],
             settings: Tensor) -> Tensor:
    rate = annotate(float, settings[0].item())
    beta1 = annotate(float, settings[1].item())
    beta2 = annotate(float, settings[2].item())
    epsilon = annotate(float, settings[3].item())
    decay = annotate(float, settings[4].item())
    most = annotate(float, settings[5].item())
    number = annotate(float, settings[6].item())
    squares = annotate(List[Tensor], [])
    for sum in sums:
      _0 = torch.append(squares, torch.sum(torch.to(torch.mul(sum, sum), 7)))
    norm = torch.sqrt(torch.sum(torch.stack(squares)))
    # As PyTorch clips: never up, and not by a norm of zero.
    clip = torch.clamp(torch.mul(torch.reciprocal(torch.add(norm, 9.9999999999999995e-07)), most), None, 1.)
    for i in range(torch.len(adapters)):
      g = torch.mul(sums[i], torch.to(clip, ops.prim.dtype(sums[i])))
      _1 = torch.add_(torch.mul_(first[i], beta1), g, alpha=1. - beta1)
      _2 = torch.addcmul_(torch.mul_(second[i], beta2), g, g, value=1. - beta2)
      mean = torch.div(first[i], 1. - torch.pow(beta1, number))
      square = torch.div(second[i], 1. - torch.pow(beta2, number))
      _3 = torch.mul_(adapters[i], 1. - rate * decay)
      _4 = torch.addcdiv_(adapters[i], mean, torch.add(torch.sqrt(square), epsilon), value=torch.neg(rate))
      _5 = torch.zero_(sums[i])
    return norm

  # last [rows]: positions -> the logits there, [rows, V], float32 or wider
  def last_logits(self: __torch__.P, w: List[Tensor], adapters: List[Tensor], sizes: Tensor, numbers: Tensor,
                  frequencies: Tensor, tokens: Tensor, last: Tensor) -> Tensor:
    blocks = annotate(int, sizes[0].item())
    h = annotate(int, sizes[1].item())
    kv = annotate(int, sizes[2].item())
    e = annotate(int, sizes[3].item())
    window = annotate(int, sizes[4].item())
    eps = annotate(float, numbers[0].item())
    scale = annotate(float, numbers[1].item())
    slots = annotate(List[int], [])
    each = 0
    for i in range(7):
      slot = annotate(int, sizes[5 + i].item())
      _0 = torch.append(slots, slot)
      if slot >= 0:
        each = each + 1
    rows = torch.size(tokens, 0)
    pos = torch.size(tokens, 1)
    t = pos                                                                       # positions behind the keys and values
    x = (self).widen(torch.embedding(w[0], tokens))                               # [rows, pos, d]
    at = torch.to(torch.arange(pos, dtype=4, layout=None, device=ops.prim.device(tokens), pin_memory=None), 6)
    angles = torch.mul(torch.unsqueeze(at, 1), torch.unsqueeze(frequencies, 0))   # [pos, e/2]
    cos = torch.cos(torch.cat([angles, angles], 1))                               # [pos, e]
    sin = torch.sin(torch.cat([torch.neg(angles), angles], 1))
    mask = annotate(Optional[Tensor], None)
    if window > 0 and pos > window:
      back = torch.sub(torch.unsqueeze(at, 1), torch.unsqueeze(at, 0))            # [pos, pos]
      mask = torch.logical_and(torch.ge(back, 0), torch.lt(back, window))
    for l in range(blocks):
      b = 1 + 9 * l
      own = annotate(List[int], [])                                               # where each projection's A is
      for i in range(7):
        place = -1
        if slots[i] >= 0:
          place = 2 * (l * each + slots[i])
        _0 = torch.append(own, place)
      y = (self).norm(x, w[b], eps, True)                                         # [rows, pos, d]
      k = (self).project(y, w[b + 2], adapters, own[1], scale)
      v = (self).project(y, w[b + 3], adapters, own[2], scale)
      k = torch.transpose(torch.view(k, [rows, pos, kv, e]), 1, 2)                # [rows, kv, pos, e]
      v = torch.transpose(torch.view(v, [rows, pos, kv, e]), 1, 2)
      k = (self).rotate(k, cos, sin)
      if l == blocks - 1:
        # Nothing but the last positions is looked at from here on.
        t = 1
        which = torch.reshape(last, [rows, 1, 1])
        x = torch.take_along_dim(x, which, 1)                                     # [rows, 1, d]
        y = torch.take_along_dim(y, which, 1)
        cos = torch.reshape(torch.embedding(cos, last), [rows, 1, 1, e])
        sin = torch.reshape(torch.embedding(sin, last), [rows, 1, 1, e])
        column = torch.arange(pos, dtype=4, layout=None, device=ops.prim.device(x), pin_memory=None)
        behind = torch.unsqueeze(torch.sub(which, column), 1)                     # [rows, 1, 1, pos]
        mask = torch.ge(behind, 0)
        if window > 0:
          mask = torch.logical_and(mask, torch.lt(behind, window))
      q = (self).project(y, w[b + 1], adapters, own[0], scale)
      q = torch.transpose(torch.view(q, [rows, t, h, e]), 1, 2)                   # [rows, h, t, e]
      q = (self).rotate(q, cos, sin)
      if kv < h:
        k = torch.reshape(torch.expand(torch.unsqueeze(k, 2), [rows, kv, h // kv, pos, e]), [rows, h, pos, e])
        v = torch.reshape(torch.expand(torch.unsqueeze(v, 2), [rows, kv, h // kv, pos, e]), [rows, h, pos, e])
      z = torch.scaled_dot_product_attention(q, k, v, mask, 0., torch.__is__(mask, None))
      z = torch.reshape(torch.transpose(z, 1, 2), [rows, t, h * e])
      x = torch.add(x, (self).project(z, w[b + 4], adapters, own[3], scale))      # [rows, t, d]
      y = (self).norm(x, w[b + 5], eps, True)
      g = torch.silu((self).project(y, w[b + 6], adapters, own[4], scale))        # [rows, t, m]
      g = torch.mul(g, (self).project(y, w[b + 7], adapters, own[5], scale))
      x = torch.add(x, (self).project(g, w[b + 8], adapters, own[6], scale))
    end = torch.len(w) - 1
    y = (self).norm(torch.squeeze(x, 1), w[end - 1], eps, True)                   # [rows, d]
    return (self).widen(torch.linear(y, w[end]))

  # x [..., in], weight [out, in], its A at index `at` of the adapters, or none: -1 -> [..., out] as wide as x
  def project(self: __torch__.P, x: Tensor, weight: Tensor, adapters: List[Tensor], at: int, scale: float) -> Tensor:
    y = torch.linear(x, weight)
    if at >= 0:
      a = adapters[at]
      change = torch.linear(torch.linear(torch.to(x, ops.prim.dtype(a)), a), adapters[at + 1])
      y = torch.to(torch.add(y, torch.mul(change, scale)), ops.prim.dtype(x))
    return y

  # include layers.py

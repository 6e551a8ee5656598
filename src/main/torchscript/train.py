# Training steps of a small Llama-format decoder: `gradient` for each group of rows, which may run side by side, and then
# `muon` for the matrices of the blocks and `adam` for the rest, which change weights and moments in place.
#
# weights, in order: embedding [vocab, d]; for each block attn_norm [d], q, k, v, o [d, d], mlp_norm
# [d], gate, up [mlp, d], down [d, mlp]; final_norm [d]; then what only training uses: the belief head
# [10, d] and its norm [d], and where statements hold numbers the number head [10 * places, d] and its
# norm [d]. The output projection is the embedding.
class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # x [..., d], weight [d] -> [..., d]
  def norm(self: __torch__.P, x: Tensor, weight: Tensor) -> Tensor:
    return torch.rms_norm(x, [torch.size(weight, 0)], weight, 1.0000000000000001e-05)

  # x [2, batch, head, pos, dHead], cos and sin [pos, dHead/2]: pairs (i, i + dHead/2) are turned
  def rotate(self: __torch__.P, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    a, b = torch.chunk(x, 2, -1)
    return torch.cat([torch.sub(torch.mul(a, cos), torch.mul(b, sin)), torch.add(torch.mul(b, cos), torch.mul(a, sin))], -1)

  # ids [batch, pos], last [batch] -> the stream after the last block at `last` [batch, d], and the
  # streams [batch, pos, d] after the first block and after `belief_blocks` blocks. The last block runs
  # at `last` only: nothing else is read from it.
  def forward_pass(self: __torch__.P, w: List[Tensor], n_layers: int, n_heads: int, belief_blocks: int, ids: Tensor, last: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    x = torch.embedding(w[0], ids)
    n_batch = torch.size(ids, 0)
    n_pos = torch.size(ids, 1)
    d = torch.size(x, 2)
    d_head = torch.floordiv(d, n_heads)
    rows = torch.arange(n_batch)
    pos = torch.to(torch.arange(n_pos), 6)
    pairs = torch.to(torch.arange(0, d_head, 2), 6)
    inverse = torch.pow(10000., torch.neg(torch.div(pairs, d_head)))
    angle = torch.mul(torch.unsqueeze(pos, 1), torch.unsqueeze(inverse, 0))
    cos = torch.cos(angle)
    sin = torch.sin(angle)
    first = x
    beliefs = x
    for i in range(n_layers):
      b = torch.add(1, torch.mul(9, i))
      y = (self).norm(x, w[b])
      qkv = torch.linear(y, torch.cat([w[torch.add(b, 1)], w[torch.add(b, 2)], w[torch.add(b, 3)]]))
      qkv0 = torch.permute(torch.view(qkv, [n_batch, n_pos, 3, n_heads, d_head]), [2, 0, 3, 1, 4])
      qk = (self).rotate(torch.slice(qkv0, 0, 0, 2), cos, sin)
      q = torch.select(qk, 0, 0)
      k = torch.select(qk, 0, 1)
      v = torch.select(qkv0, 0, 2)
      if torch.eq(i, torch.sub(n_layers, 1)):
        q_last = torch.unsqueeze(torch.index(torch.transpose(q, 1, 2), [rows, last]), 2)
        seen = torch.le(torch.unsqueeze(torch.arange(n_pos), 0), torch.unsqueeze(last, 1))
        mask = torch.unsqueeze(torch.unsqueeze(seen, 1), 1)
        z = torch.scaled_dot_product_attention(q_last, k, v, mask)
        z0 = torch.reshape(z, [n_batch, d])
        x = torch.index(x, [rows, last])
      else:
        z1 = torch.scaled_dot_product_attention(q, k, v, None, 0., True)
        z0 = torch.reshape(torch.transpose(z1, 1, 2), [n_batch, n_pos, d])
      x = torch.add(x, torch.linear(z0, w[torch.add(b, 4)]))
      h = torch.linear((self).norm(x, w[torch.add(b, 5)]), torch.cat([w[torch.add(b, 6)], w[torch.add(b, 7)]]))
      gate, up = torch.chunk(h, 2, -1)
      x = torch.add(x, torch.linear(torch.mul(torch.silu(gate), up), w[torch.add(b, 8)]))
      if torch.eq(i, 0):
        first = x
      if torch.eq(torch.add(i, 1), belief_blocks):
        beliefs = x
    return (x, first, beliefs)

  # stream [batch, pos, d], at [batch, n], target [n_digits] -> summed cross-entropy of digits that a
  # linear head [10 * places, d] reads there
  def digit_loss(self: __torch__.P, stream: Tensor, norm: Tensor, head: Tensor, at: Tensor, target: Tensor) -> Tensor:
    batch = torch.unsqueeze(torch.arange(torch.size(stream, 0)), 1)
    read = torch.index(stream, [batch, at])
    logits = torch.reshape(torch.linear((self).norm(read, norm), head), [-1, 10])
    return torch.cross_entropy_loss(logits, torch.reshape(target, [-1]), None, 2)

  # rows [batch, 3 + places + numbers * (1 + places)]: last position, answer token, position of the
  # first of `places` tokens that the belief's digits are read at, those digits, units first; then for
  # each number of the statement the position after it and its digits. A digit of -100 is not asked
  # for. Returns the summed losses of answers, beliefs and numbers (the latter two per digit), and the
  # number of right answers between the two tokens of `choices` [2].
  def losses(self: __torch__.P, w: List[Tensor], n_layers: int, n_heads: int, belief_blocks: int, places: int, numbers: int, ids: Tensor, rows: Tensor, choices: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    last = torch.select(rows, 1, 0)
    answer = torch.select(rows, 1, 1)
    x, first, beliefs = (self).forward_pass(w, n_layers, n_heads, belief_blocks, ids, last)
    f = torch.add(1, torch.mul(9, n_layers))
    logits = torch.linear((self).norm(x, w[f]), w[0])
    answer_loss = torch.cross_entropy_loss(logits, answer, None, 2)
    belief_at = torch.add(torch.slice(rows, 1, 2, 3), torch.unsqueeze(torch.arange(places), 0))
    belief = torch.slice(rows, 1, 3, torch.add(3, places))
    belief_loss = torch.div((self).digit_loss(beliefs, w[torch.add(f, 2)], w[torch.add(f, 1)], belief_at, belief), places)
    number_loss = torch.zeros_like(belief_loss)
    if torch.gt(numbers, 0):
      each = torch.add(1, places)
      start = torch.add(3, places)
      stated = torch.reshape(torch.slice(rows, 1, start, torch.add(start, torch.mul(numbers, each))), [-1, numbers, each])
      digits = torch.slice(stated, 2, 1, each)
      number_loss = torch.div((self).digit_loss(first, w[torch.add(f, 4)], w[torch.add(f, 3)], torch.select(stated, 2, 0), digits), torch.mul(numbers, places))
    two = torch.index_select(logits, 1, choices)
    chosen = torch.index_select(choices, 0, torch.argmax(two, 1))
    right = torch.sum(torch.to(torch.eq(chosen, answer), 6))
    return (answer_loss, belief_loss, number_loss, right)

  # g [m, n] -> the nearest matrix with orthonormal rows or columns, roughly: five Newton-Schulz
  # steps with the quintic of Jordan's Muon
  def orthogonal(self: __torch__.P, g: Tensor) -> Tensor:
    tall = torch.gt(torch.size(g, 0), torch.size(g, 1))
    x = g
    if tall:
      x = torch.t(g)
    x = torch.div(x, torch.add(torch.norm(x), 9.9999999999999995e-08))
    for _0 in range(5):
      a = torch.matmul(x, torch.t(x))
      b = torch.add(torch.mul(a, -4.7750000000000004), torch.mul(torch.matmul(a, a), 2.0314999999999999))
      x = torch.add(torch.mul(x, 3.4445000000000001), torch.matmul(b, x))
    if tall:
      x = torch.t(x)
    return x

  # ids [batch, pos], rows as `losses` takes them: a group of rows of like length. settings: [number of blocks, heads,
  # blocks before the belief head, weight of the digit losses, places, numbers, rows of the step]. Returns what the
  # group adds to the step's [answer loss, belief loss, number loss, accuracy], and then to the gradient of each weight.
  def gradient(self: __torch__.P, w: List[Tensor], ids: Tensor, rows: Tensor, choices: Tensor, settings: Tensor) -> List[Tensor]:
    n_layers = annotate(int, torch.item(torch.to(torch.select(settings, 0, 0), 4)))
    n_heads = annotate(int, torch.item(torch.to(torch.select(settings, 0, 1), 4)))
    belief_blocks = annotate(int, torch.item(torch.to(torch.select(settings, 0, 2), 4)))
    digit_weight = annotate(float, torch.item(torch.select(settings, 0, 3)))
    places = annotate(int, torch.item(torch.to(torch.select(settings, 0, 4), 4)))
    stated = annotate(int, torch.item(torch.to(torch.select(settings, 0, 5), 4)))
    n_rows = annotate(float, torch.item(torch.select(settings, 0, 6)))
    _0 = torch.set_grad_enabled(True)
    v = annotate(List[Tensor], [])
    for i in range(torch.len(w)):
      _1 = torch.append(v, torch.requires_grad_(torch.detach(w[i]), True))
    answer, beliefs, numbers, right = (self).losses(v, n_layers, n_heads, belief_blocks, places, stated, ids, rows, choices)
    loss = torch.div(torch.add(answer, torch.mul(torch.add(beliefs, numbers), digit_weight)), n_rows)
    grads = torch.autograd.grad([loss], v)
    _2 = torch.set_grad_enabled(False)
    report = torch.stack([torch.detach(answer), torch.detach(beliefs), torch.detach(numbers), right])
    result = [torch.div(report, n_rows)]
    for i in range(torch.len(w)):
      _3 = torch.append(result, torch.detach(unchecked_cast(Tensor, grads[i])))
    return result

  # grads: those of all weights for one group after another -> the sum over groups for weight j of n
  def total(self: __torch__.P, grads: List[Tensor], n: int, j: int) -> Tensor:
    sum = grads[j]
    for group in range(1, torch.floordiv(torch.len(grads), n)):
      sum = torch.add(sum, grads[torch.add(torch.mul(group, n), j)])
    return sum

  # A step of Muon, in place. grads as `total` takes them; settings: [learning rate, weight decay]
  def muon(self: __torch__.P, w: List[Tensor], momentum: List[Tensor], grads: List[Tensor], settings: Tensor) -> Tensor:
    rate = annotate(float, torch.item(torch.select(settings, 0, 0)))
    decay = annotate(float, torch.item(torch.select(settings, 0, 1)))
    n = torch.len(w)
    for j in range(n):
      g = (self).total(grads, n, j)
      _0 = torch.add_(torch.mul_(momentum[j], 0.94999999999999996), g)
      u = (self).orthogonal(torch.add(g, torch.mul(momentum[j], 0.94999999999999996)))
      ratio = torch.div(torch.size(g, 0), torch.size(g, 1))
      scale = torch.sqrt(ops.prim.max(1., ratio))
      _1 = torch.mul_(w[j], torch.sub(1., torch.mul(rate, decay)))
      _2 = torch.add_(w[j], u, alpha=torch.neg(torch.mul(rate, scale)))
    return settings

  # A step of Adam, in place. grads as `total` takes them; settings: [learning rate, the step's number from 1]
  def adam(self: __torch__.P, w: List[Tensor], first: List[Tensor], second: List[Tensor], grads: List[Tensor], settings: Tensor) -> Tensor:
    rate = annotate(float, torch.item(torch.select(settings, 0, 0)))
    number = annotate(float, torch.item(torch.select(settings, 0, 1)))
    n = torch.len(w)
    for j in range(n):
      g = (self).total(grads, n, j)
      _0 = torch.add_(torch.mul_(first[j], 0.90000000000000002), g, alpha=0.10000000000000001)
      _1 = torch.addcmul_(torch.mul_(second[j], 0.97999999999999998), g, g, value=0.02)
      mean = torch.div(first[j], torch.sub(1., torch.pow(0.90000000000000002, number)))
      square = torch.div(second[j], torch.sub(1., torch.pow(0.97999999999999998, number)))
      _2 = torch.addcdiv_(w[j], mean, torch.add(torch.sqrt(square), 1e-08), value=torch.neg(rate))
    return settings

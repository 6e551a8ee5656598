# A sparse autoencoder whose code keeps the k largest of the activations relu(W_e (x - b_dec) + b_e):
# encoding, and training steps.
#
# weights, in order: W_e [m, d], b_e [m], b_dec [d]; for training also W_dec [m, d].
class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # x [n, d] -> before the relu [n, m]
  def hidden(self: __torch__.P, w: List[Tensor], x: Tensor) -> Tensor:
    return torch.linear(torch.sub(x, w[2]), w[0], w[1])

  # x [n, d], k [] -> the k largest activations [n, k] and which latents they are [n, k]
  def encode(self: __torch__.P, w: List[Tensor], x: Tensor, k: Tensor) -> List[Tensor]:
    values, indices = torch.topk(torch.relu((self).hidden(w, x)), int(k), 1)
    return [values, indices]

  # values and indices [n, k] -> [n, m], elsewhere 0
  def dense(self: __torch__.P, like: Tensor, values: Tensor, indices: Tensor) -> Tensor:
    return torch.scatter(torch.zeros_like(like), 1, indices, values)

  # -> [n, m]
  def code(self: __torch__.P, hidden: Tensor, k: int) -> Tensor:
    values, indices = torch.topk(torch.relu(hidden), k, 1)
    return (self).dense(hidden, values, indices)

  # x [n, d], k [] -> the rows made again from their codes [n, d]; per latent in how many rows it is active [m]
  def measure(self: __torch__.P, w: List[Tensor], x: Tensor, k: Tensor) -> List[Tensor]:
    code = (self).code((self).hidden(w, x), int(k))
    made = torch.add(torch.matmul(code, w[3]), w[2])
    return [made, torch.sum(torch.to(torch.gt(code, 0), 4), [0])]

  # One step of Adam on the rows `picked` [b] of x [n, d]. The weights, the moments and `idle` [m], for
  # how many rows each latent has not been active, are changed in place; the rows of W_dec keep their
  # unit length. settings [5]: k, the variance of a row, learning rate, the step's number from 1, from
  # how many idle rows on a latent is dead. The dead ones learn from what the others leave over, as the
  # auxiliary loss of Gao et al. has it. Returns [the share of the variance that is left, dead latents].
  def step(self: __torch__.P, w: List[Tensor], first: List[Tensor], second: List[Tensor], idle: Tensor, x: Tensor, picked: Tensor, settings: Tensor) -> List[Tensor]:
    k = annotate(int, torch.item(torch.to(torch.select(settings, 0, 0), 4)))
    variance = annotate(float, torch.item(torch.select(settings, 0, 1)))
    rate = annotate(float, torch.item(torch.select(settings, 0, 2)))
    number = annotate(float, torch.item(torch.select(settings, 0, 3)))
    patience = annotate(float, torch.item(torch.select(settings, 0, 4)))
    rows = torch.index_select(x, 0, picked)
    n = torch.size(rows, 0)
    scale = torch.mul(variance, n)
    _1 = torch.set_grad_enabled(True)
    v = annotate(List[Tensor], [])
    for i in range(torch.len(w)):
      _2 = torch.append(v, torch.requires_grad_(torch.detach(w[i]), True))
    hidden = (self).hidden(v, rows)
    code = (self).code(hidden, k)
    left = torch.sub(rows, torch.add(torch.matmul(code, v[3]), v[2]))
    main = torch.div(torch.sum(torch.mul(left, left)), scale)
    loss = main
    dead = torch.gt(idle, patience)
    n_dead = int(torch.sum(dead))
    half = torch.add(torch.floordiv(torch.size(x, 1), 2), 1)
    if torch.gt(n_dead, 0):
      most = ops.prim.min(half, n_dead)
      only = torch.masked_fill(hidden, torch.unsqueeze(torch.logical_not(dead), 0), -1.0000000000000000e+30)
      values, indices = torch.topk(only, most, 1)
      guess = torch.matmul((self).dense(hidden, values, indices), v[3])
      miss = torch.sub(torch.detach(left), guess)
      share = torch.div(most, half)
      auxiliary = torch.mul(torch.div(torch.sum(torch.mul(miss, miss)), scale), torch.div(share, 32.))
      loss = torch.add(main, auxiliary)
    grads = torch.autograd.grad([loss], v)
    _3 = torch.set_grad_enabled(False)
    for j in range(torch.len(w)):
      g = torch.detach(unchecked_cast(Tensor, grads[j]))
      if torch.eq(j, 3):
        along = torch.sum(torch.mul(g, w[3]), [1], True)
        g = torch.sub(g, torch.mul(along, w[3]))
      _4 = torch.add_(torch.mul_(first[j], 0.90000000000000002), g, alpha=0.10000000000000001)
      _5 = torch.addcmul_(torch.mul_(second[j], 0.999), g, g, value=0.001)
      mean = torch.div(first[j], torch.sub(1., torch.pow(0.90000000000000002, number)))
      square = torch.div(second[j], torch.sub(1., torch.pow(0.999, number)))
      _6 = torch.addcdiv_(w[j], mean, torch.add(torch.sqrt(square), 1e-08), value=torch.neg(rate))
    length = torch.clamp_min(torch.sqrt(torch.sum(torch.mul(w[3], w[3]), [1], True)), 1e-12)
    _7 = torch.div_(w[3], length)
    silent = torch.to(torch.le(torch.sum(torch.gt(code, 0), [0]), 0), 6)
    _8 = torch.mul_(torch.add_(idle, n), silent)
    return [torch.stack([torch.detach(main), torch.to(torch.sum(dead), 6)])]

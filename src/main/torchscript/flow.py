# Training of a flow of affine couplings (RealNVP) by maximum likelihood. All float64.
#
# weights, four of each coupling, which keeps c of the k components and changes the other m: to the
# hidden layer [c, h], bias [1, h]; to log-scales and shifts [h, 2m], bias [1, 2m]. The first coupling
# keeps the first half of the components, which has the middle one where k is odd.
#
# prior []: 0 standard normal, 1 Laplace of variance 1.
class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # x [n, k] -> mean over rows and components of -log p(x)
  def surprise(self: __torch__.P, w: List[Tensor], x: Tensor, laplace: bool) -> Tensor:
    k = torch.size(x, 1)
    half = torch.floordiv(torch.add(k, 1), 2)
    kept = torch.slice(x, 1, 0, half)
    changed = torch.slice(x, 1, half, k)
    volume = torch.zeros([1], dtype=7)
    for i in range(torch.floordiv(torch.len(w), 4)):
      at = torch.mul(i, 4)
      h = torch.tanh(torch.add(torch.matmul(kept, w[at]), w[torch.add(at, 1)]))
      raw, shift = torch.chunk(torch.add(torch.matmul(h, w[torch.add(at, 2)]), w[torch.add(at, 3)]), 2, 1)
      log_scale = torch.mul(torch.tanh(torch.mul(raw, 0.5)), 2.)
      moved = torch.add(torch.mul(changed, torch.exp(log_scale)), shift)
      volume = torch.add(volume, torch.sum(log_scale))
      changed = kept
      kept = moved
    z = torch.cat([kept, changed], 1)
    if laplace:
      energy = torch.add(torch.mul(torch.abs(z), 1.4142135623730951), 0.34657359027997264)
    else:
      energy = torch.add(torch.mul(torch.mul(z, z), 0.5), 0.91893853320467267)
    total = torch.sub(torch.sum(energy), torch.sum(volume))
    return torch.div(total, torch.mul(torch.size(x, 0), k))

  def measure(self: __torch__.P, w: List[Tensor], x: Tensor, prior: Tensor) -> List[Tensor]:
    return [torch.reshape((self).surprise(w, x, torch.eq(int(prior), 1)), [1])]

  # One pass of Adam over the rows x [n, k] in the order given [n]. The weights and the moments are
  # changed in place. settings [3]: rows of a step, learning rate, steps before. Returns the mean
  # surprise [1].
  def epoch(self: __torch__.P, w: List[Tensor], first: List[Tensor], second: List[Tensor], x: Tensor, order: Tensor, settings: Tensor, prior: Tensor) -> List[Tensor]:
    batch = annotate(int, torch.item(torch.to(torch.select(settings, 0, 0), 4)))
    rate = annotate(float, torch.item(torch.select(settings, 0, 1)))
    before = annotate(int, torch.item(torch.to(torch.select(settings, 0, 2), 4)))
    laplace = torch.eq(int(prior), 1)
    n = torch.size(order, 0)
    steps = torch.floordiv(torch.sub(torch.add(n, batch), 1), batch)
    total = torch.zeros([1], dtype=7)
    for i in range(steps):
      start = torch.mul(i, batch)
      end = ops.prim.min(torch.add(start, batch), n)
      rows = torch.index_select(x, 0, torch.slice(order, 0, start, end))
      _0 = torch.set_grad_enabled(True)
      v = annotate(List[Tensor], [])
      for j in range(torch.len(w)):
        _1 = torch.append(v, torch.requires_grad_(torch.detach(w[j]), True))
      loss = (self).surprise(v, rows, laplace)
      grads = torch.autograd.grad([loss], v)
      _2 = torch.set_grad_enabled(False)
      total = torch.add(total, torch.detach(loss), alpha=torch.div(torch.sub(end, start), n))
      number = torch.add(torch.add(before, i), 1)
      for j in range(torch.len(w)):
        g = torch.detach(unchecked_cast(Tensor, grads[j]))
        _3 = torch.add_(torch.mul_(first[j], 0.90000000000000002), g, alpha=0.10000000000000001)
        _4 = torch.addcmul_(torch.mul_(second[j], 0.999), g, g, value=0.001)
        mean = torch.div(first[j], torch.sub(1., torch.pow(0.90000000000000002, number)))
        square = torch.div(second[j], torch.sub(1., torch.pow(0.999, number)))
        _5 = torch.addcdiv_(w[j], mean, torch.add(torch.sqrt(square), 1e-08), value=torch.neg(rate))
    return [total]

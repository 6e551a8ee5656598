# Training of a variational autoencoder with one hidden layer on each side. All float64.
#
# weights, in order: encoder [d, h], its bias [1, h], to the latent mean and log-variance [h, 2l],
# bias [1, 2l]; decoder [l, h], bias [1, h], to the features [h, d], bias [1, d].
class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # x [n, d], noise [n, l] -> the mean over rows of the mean squared error and beta times the
  # divergence from a standard normal
  def loss(self: __torch__.P, w: List[Tensor], x: Tensor, noise: Tensor, beta: float) -> Tensor:
    h = torch.relu(torch.add(torch.matmul(x, w[0]), w[1]))
    mean, spread = torch.chunk(torch.add(torch.matmul(h, w[2]), w[3]), 2, 1)
    log_variance = torch.clamp(spread, -30, 20)
    z = torch.add(mean, torch.mul(noise, torch.exp(torch.mul(log_variance, 0.5))))
    g = torch.relu(torch.add(torch.matmul(z, w[4]), w[5]))
    error = torch.sub(torch.add(torch.matmul(g, w[6]), w[7]), x)
    divergence = torch.sub(torch.sub(torch.add(torch.mul(mean, mean), torch.exp(log_variance)), 1), log_variance)
    rebuilt = torch.mean(torch.mul(error, error))
    return torch.add(rebuilt, torch.div(torch.mul(torch.sum(divergence), torch.mul(0.5, beta)), torch.size(x, 0)))

  # One pass over the rows x [n, d] in the order given [n], with noise [n, l] in the order of the
  # passes. The weights and Adam's moments are changed in place. settings: [rows of a step, learning
  # rate, beta, steps before]. Returns the mean loss [1].
  def epoch(self: __torch__.P, w: List[Tensor], first: List[Tensor], second: List[Tensor], x: Tensor, order: Tensor, noise: Tensor, settings: Tensor) -> List[Tensor]:
    batch = annotate(int, torch.item(torch.to(torch.select(settings, 0, 0), 4)))
    rate = annotate(float, torch.item(torch.select(settings, 0, 1)))
    beta = annotate(float, torch.item(torch.select(settings, 0, 2)))
    before = annotate(int, torch.item(torch.to(torch.select(settings, 0, 3), 4)))
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
      loss = (self).loss(v, rows, torch.slice(noise, 0, start, end), beta)
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

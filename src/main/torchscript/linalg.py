class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # a [n, k], b [k, m] -> [n, m]
  def multiply(self: __torch__.P, a: Tensor, b: Tensor) -> List[Tensor]:
    return [torch.matmul(a, b)]

  # float32 a [m, d], b [n, d] -> [m, n]
  def products(self: __torch__.P, a: Tensor, b: Tensor) -> List[Tensor]:
    return [torch.matmul(a, torch.transpose(b, 0, 1))]

  # x [n, d] -> singular values [min(n, d)] descending, right vectors [d, min(n, d)] in columns
  def svd(self: __torch__.P, x: Tensor) -> List[Tensor]:
    u, s, vh = torch.linalg_svd(x, False)
    return [s, torch.contiguous(torch.transpose(vh, 0, 1))]

  # x [n, d] -> the triangle R [min(n, d), d] of x = Q R, so that R'R = x'x
  def triangle(self: __torch__.P, x: Tensor) -> List[Tensor]:
    q, r = torch.linalg_qr(x, "r")
    return [torch.contiguous(r)]

  # x [n, p] -> x'x [p, p]
  def gram(self: __torch__.P, x: Tensor) -> List[Tensor]:
    return [torch.matmul(torch.transpose(x, 0, 1), x)]

  # symmetric, positive x [p, p] -> the upper triangle W [p, p] with WW' the inverse of x
  def whitening(self: __torch__.P, x: Tensor) -> List[Tensor]:
    lower = torch.linalg_cholesky(x)
    one = torch.eye(torch.size(x, 0), dtype=7)
    inverse = torch.linalg_solve_triangular(lower, one, upper=False)
    return [torch.contiguous(torch.transpose(inverse, 0, 1))]

  # x [n, p], weight [n, 1], ridge [1, p], g [p, 1] -> the solution s [p, 1] of (x' diag(weight) x + diag(ridge)) s = g,
  # and 0 where the matrix is positive definite, else s is not to be used
  def weighted_normal(self: __torch__.P, x: Tensor, weight: Tensor, ridge: Tensor, g: Tensor) -> List[Tensor]:
    normal = torch.matmul(torch.transpose(x, 0, 1), torch.mul(x, weight))
    normal = torch.add(normal, torch.diag(torch.squeeze(ridge, 0)))
    lower, info = torch.linalg_cholesky_ex(normal)
    s = torch.linalg_solve_triangular(lower, g, upper=False)
    s = torch.linalg_solve_triangular(torch.transpose(lower, 0, 1), s, upper=True)
    return [torch.contiguous(s), torch.to(torch.reshape(info, [1, 1]), 7)]

class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # a [n, k], b [k, m] -> [n, m]
  def multiply(self: __torch__.P, a: Tensor, b: Tensor) -> List[Tensor]:
    return [torch.matmul(a, b)]

  # x [n, d] -> singular values [min(n, d)] descending, right vectors [d, min(n, d)] in columns
  def svd(self: __torch__.P, x: Tensor) -> List[Tensor]:
    u, s, vh = torch.linalg_svd(x, False)
    return [s, torch.contiguous(torch.transpose(vh, 0, 1))]

  # x [n, d] -> the triangle R [min(n, d), d] of x = Q R, so that R'R = x'x
  def triangle(self: __torch__.P, x: Tensor) -> List[Tensor]:
    q, r = torch.linalg_qr(x, "r")
    return [torch.contiguous(r)]

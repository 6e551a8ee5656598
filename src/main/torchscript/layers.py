  # What the programs that run a checkpoint's decoder share: methods of their one class.

  # Root mean square norm, computed as wide as the residual stream. x [..., d], weight [d] -> as narrow as the weight
  def norm(self: __torch__.P, x: Tensor, weight: Tensor, eps: float, any_gradient: bool) -> Tensor:
    size = torch.linalg_vector_norm(x, 2, [-1], True)                             # [..., 1]
    square = torch.div(torch.mul(size, size), torch.size(x, -1))
    y = torch.mul(x, torch.rsqrt(torch.add(square, eps)))
    if any_gradient:
      y = torch.mul(y, weight)
    else:
      y = torch.mul_(y, weight)
    return torch.to(y, ops.prim.dtype(weight))

  # Rotary embedding. x [rows, heads, pos, e], cos and sin [..., pos, e]
  def rotate(self: __torch__.P, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = torch.size(x, -1) // 2
    swapped = torch.cat([torch.narrow(x, -1, half, half), torch.narrow(x, -1, 0, half)], -1)
    turned = torch.addcmul(torch.mul(x, cos), swapped, sin)
    return torch.to(turned, ops.prim.dtype(x))

  # To float32 what is narrower.
  def widen(self: __torch__.P, x: Tensor) -> Tensor:
    y = x
    if ops.prim.dtype(x) != 7:
      y = torch.to(x, 6)
    return y

class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Maps a file as elements of one dtype and cuts tensors out of it, without a copy.
  # path [length] bytes of its UTF-8; elements [] that fit into the file; code [] of the dtype;
  # table [n, 5]: first element, number of elements, number of dimensions (1 or 2), rows, columns -> n tensors
  def map(self: __torch__.P, path: Tensor, elements: Tensor, code: Tensor, table: Tensor) -> List[Tensor]:
    name = ""
    for i in range(torch.size(path, 0)):
      name = torch.add(name, chr(int(path[i])))
    file = torch.from_file(name, False, int(elements), dtype=int(code))
    out = annotate(List[Tensor], [])
    for i in range(torch.size(table, 0)):
      row = table[i]
      start = int(row[0])
      tensor = torch.slice(file, 0, start, torch.add(start, int(row[1])))
      if torch.eq(int(row[2]), 2):
        tensor = torch.view(tensor, [int(row[3]), int(row[4])])
      _0 = torch.append(out, tensor)
    return out

  # To the dtype of a code on the device of a tensor; what is so already is not copied.
  def convert(self: __torch__.P, tensors: List[Tensor], code: Tensor, device: Tensor) -> List[Tensor]:
    like = torch.to(device, int(code))
    out = annotate(List[Tensor], [])
    for i in range(torch.len(tensors)):
      _0 = torch.append(out, torch.to(tensors[i], like))
    return out

  # matrices: weight [out, in], a [rank, in], b [out, rank] -> weight + scale * b a, computed in the dtype of the code wide
  def merge(self: __torch__.P, matrices: List[Tensor], scale: Tensor, wide: Tensor, code: Tensor, device: Tensor) -> List[Tensor]:
    like = torch.to(device, int(wide))
    update = torch.matmul(torch.to(matrices[2], like), torch.to(matrices[1], like))
    merged = torch.add(torch.to(matrices[0], like), torch.mul(update, float(scale)))
    return [torch.to(merged, int(code))]

  # -> [n] 1 where every element is finite. The least and the greatest element cannot overflow as a sum can, and are NaN where an element is.
  def finite(self: __torch__.P, tensors: List[Tensor]) -> Tensor:
    out = annotate(List[Tensor], [])
    for i in range(torch.len(tensors)):
      least, greatest = torch.aminmax(tensors[i])
      both = torch.logical_and(torch.isfinite(least), torch.isfinite(greatest))
      _0 = torch.append(out, torch.to(both, 4))
    return torch.stack(out)

# The decoder of LlamaForCausalLM and MistralForCausalLM, with taps. Read from `run` downwards.
#
# Sizes: rows = sequences, pos = positions (right-padded), n = signals (the first n rows; further rows hold the longer
# ones among the signals' other choices), d = dModel, h = heads, kv = key-value heads, e = dHead, V = vocabulary.
# Sites, in the order of a block: 0 resid_pre, 1 attn z, 2 attn_out, 3 resid_mid, 4 mlp_in, 5 mlp_out, 6 resid_post.
# Positions: 0 last prompt token, 1 mean over the prompt, 2 last label token, 3 mean over the label.
class P(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # w: embed [V, d]; per block attn_norm [d], q [h*e, d], k [kv*e, d], v [kv*e, d], o [d, h*e], mlp_norm [d],
  #    gate [m, d], up [m, d], down [d, m]; final norm [d], lm_head [V, d]
  # sizes (host): blocks to run, h, kv, e, sliding window (0: none), outputs (0 none, 1 labels, 2 logits), n,
  #    objective of gradients (0 log-odds, 1 log-probability), positions per pass of the output projection,
  #    position of the logits, 1 where the objective depends on the last prompt tokens alone, patches, positions of a
  #    patch's stream: the last prompt token and what is fed behind it
  # epsilon (host): of the norms; frequencies [e/2]: of the rotary embedding
  # taps (host) [t, 4]: layer, site, position, 0 activation | 1 gradient | 2 + b gradient of the read-out before block b
  # tokens [rows, pos]; spans [4, rows, 2]: first position and length of each position kind
  # signal_of_row [rows]
  # scored [s, 2]: row and position of a next-token distribution; the first n are the signals' last prompt tokens
  # entries [r, 3]: index into scored, token, choice; the first n choices are the labels
  # others [n, c]: the other choices of a signal, filled up with the number of choices; has_others [n]: 0 or 1
  # kept [rows, t]: the positions that anything looks at behind the keys and values of the last block that runs, without
  #    gradients and means; filled up with the last. With t = pos every position goes through
  # patches (host) [patches, 5]: layer, site (1 or 2), first column, columns, where its values begin; replaced are
  #    columns at the last prompt token, one patch at a time
  # values [v]: of the patches, one after another
  # readouts [b, d] float64: per block what reads the stream that enters it, at the last prompt token; only with tail
  # -> one [n, width] float64 per tap, in the order of taps; with outputs, log p(label) [n] and log p(others) [n];
  #    with logits, [n, V]; with patches, [n, patches]: by how much each changes log p(label) - log p(others)
  def run(self: __torch__.P, w: List[Tensor], sizes: Tensor, epsilon: Tensor, frequencies: Tensor, taps: Tensor,
          tokens: Tensor, spans: Tensor, signal_of_row: Tensor, scored: Tensor, entries: Tensor, others: Tensor,
          has_others: Tensor, kept: Tensor, patches: Tensor, values: Tensor, readouts: Tensor) -> List[Tensor]:
    blocks = annotate(int, sizes[0].item())
    h = annotate(int, sizes[1].item())
    kv = annotate(int, sizes[2].item())
    e = annotate(int, sizes[3].item())
    window = annotate(int, sizes[4].item())
    outputs = annotate(int, sizes[5].item())
    n = annotate(int, sizes[6].item())
    objective = annotate(int, sizes[7].item())
    chunk = annotate(int, sizes[8].item())
    logits_at = annotate(int, sizes[9].item())
    tail = annotate(int, sizes[10].item()) == 1
    patch_count = annotate(int, sizes[11].item())
    span = annotate(int, sizes[12].item())
    eps = annotate(float, epsilon.item())
    rows = torch.size(tokens, 0)
    pos = torch.size(tokens, 1)
    count = torch.size(taps, 0)
    keys = annotate(List[int], [])
    kinds = annotate(List[int], [])
    gradients = annotate(List[bool], [])
    quantities = annotate(List[int], [])
    any_gradient = False
    for t in range(count):
      _0 = torch.append(keys, annotate(int, taps[t][0].item()) * 8 + annotate(int, taps[t][1].item()))
      _0 = torch.append(kinds, annotate(int, taps[t][2].item()))
      quantity = annotate(int, taps[t][3].item())
      _0 = torch.append(quantities, quantity)
      is_gradient = quantity > 0
      _0 = torch.append(gradients, is_gradient)
      any_gradient = any_gradient or is_gradient
    # In a causal model the answer after the prompt depends on the last token's states through that token alone, given
    # the keys and values before it. So with `tail` a second stream of one position per row carries the tape, and the
    # first one runs as without gradients.
    all_taped = any_gradient and not tail
    _1 = torch.set_grad_enabled(all_taped)

    # The residual stream is kept in float32 at least: a sum of many small parts loses most by being rounded.
    x = (self).widen(torch.embedding(w[0], tokens))                               # [rows, pos, d]
    # Angles in float32 whatever the model's format, as the models were trained with.
    at = torch.to(torch.arange(pos, dtype=4, layout=None, device=ops.prim.device(tokens), pin_memory=None), 6)
    angles = torch.mul(torch.unsqueeze(at, 1), torch.unsqueeze(frequencies, 0))   # [pos, e/2]
    cos = torch.cos(torch.cat([angles, angles], 1))                               # [pos, e]
    sin = torch.sin(torch.cat([torch.neg(angles), angles], 1))
    mask = annotate(Optional[Tensor], None)
    if window > 0 and pos > window:
      back = torch.sub(torch.unsqueeze(at, 1), torch.unsqueeze(at, 0))            # [pos, pos]
      mask = torch.logical_and(torch.ge(back, 0), torch.lt(back, window))

    end = torch.select(torch.select(spans, 0, 0), 1, 0)                           # [rows]
    s = x                                                                         # with tail: [rows, 1, d]
    s_cos = cos
    s_sin = sin
    s_mask = annotate(Optional[Tensor], None)
    if tail:
      s = torch.take_along_dim(x, torch.reshape(end, [rows, 1, 1]), 1)
      s_cos = torch.reshape(torch.embedding(cos, end), [rows, 1, 1, e])
      s_sin = torch.reshape(torch.embedding(sin, end), [rows, 1, 1, e])
      ahead = torch.sub(torch.unsqueeze(end, 1), torch.arange(pos, dtype=4, layout=None, device=ops.prim.device(x), pin_memory=None))
      s_seen = torch.gt(ahead, 0)                                                 # [rows, pos]
      if window > 0:
        s_seen = torch.logical_and(s_seen, torch.lt(ahead, window))
      # Its own key and value come last, from the tape.
      own = torch.ones([rows, 1], dtype=11, layout=None, device=ops.prim.device(x), pin_memory=None)
      s_mask = torch.reshape(torch.cat([s_seen, own], 1), [rows, 1, 1, pos + 1])
    # Patches likewise: each has a stream of its own behind the keys and values of what comes before it, which it does
    # not change. All streams of a row stand side by side, first one that nothing replaces.
    p = x                                                                         # with patches: [rows, m*t, d]
    p_cos = cos
    p_sin = sin
    p_seen = annotate(Optional[Tensor], None)
    p_scored = scored
    patch_keys = annotate(List[int], [])
    placed = annotate(List[int], [])     # patches in the order of their streams
    if patch_count > 0:
      for i in range(patch_count):
        _0 = torch.append(patch_keys, annotate(int, patches[i][0].item()) * 8 + annotate(int, patches[i][1].item()))
      step = torch.arange(span, dtype=4, layout=None, device=ops.prim.device(x), pin_memory=None)
      p_at = torch.add(torch.unsqueeze(end, 1), torch.unsqueeze(step, 0))         # [rows, t]
      # A row shorter than that ends with positions that nothing looks at.
      inside = torch.clamp(p_at, 0, pos - 1)
      p = torch.take_along_dim(x, torch.unsqueeze(inside, -1), 1)                 # [rows, t, d]
      p_cos = torch.embedding(cos, inside)                                        # [rows, t, e]
      p_sin = torch.embedding(sin, inside)
      column = torch.arange(pos, dtype=4, layout=None, device=ops.prim.device(x), pin_memory=None)
      back = torch.sub(torch.unsqueeze(p_at, -1), column)                         # [rows, t, pos]
      seen = torch.gt(torch.sub(back, torch.reshape(step, [1, span, 1])), 0)
      if window > 0:
        seen = torch.logical_and(seen, torch.lt(back, window))
      p_seen = seen
      of_row = torch.select(scored, 1, 0)
      p_scored = torch.stack([of_row, torch.sub(torch.select(scored, 1, 1), torch.index_select(end, 0, of_row))], 1)
    found = annotate(List[Tensor], [])   # one per activation tap: pooled
    sites = annotate(List[Tensor], [])   # one per gradient tap: the value itself
    fired = annotate(List[int], [])      # taps in the order in which they fired, activations
    armed = annotate(List[int], [])      # likewise, gradients
    slopes = annotate(List[Tensor], [])  # the gradients at sites, and the taps that they are of
    sloped = annotate(List[int], [])
    for l in range(blocks):
      b = 1 + 9 * l
      x = (self).tap(x, l * 8, keys, kinds, gradients, tail, spans, n, found, sites, fired, armed)
      y = (self).norm(x, w[b], eps, all_taped)                                    # [rows, pos, d]
      k = torch.transpose(torch.view(torch.linear(y, w[b + 2]), [rows, pos, kv, e]), 1, 2)  # [rows, kv, pos, e]
      v = torch.transpose(torch.view(torch.linear(y, w[b + 3]), [rows, pos, kv, e]), 1, 2)
      k = (self).rotate(k, cos, sin)
      if tail:
        _1 = torch.set_grad_enabled(True)
        if l < torch.size(readouts, 0):
          read = torch.sum(torch.matmul(torch.to(s, 7), readouts[l]))
          taken = (self).differentiate(read, 2 + l, quantities, sites, armed, slopes, sloped)
        s = (self).tail_block(s, k, v, w, b, h, kv, e, eps, s_cos, s_sin, s_mask, l, keys, gradients, sites, armed)
        _1 = torch.set_grad_enabled(False)
      if patch_count > 0:
        _1 = torch.set_grad_enabled(False)
        p = (self).patched_block(p, k, v, w, b, h, kv, e, eps, p_cos, p_sin, torch._unwrap_optional(p_seen), window, l, patch_keys, patches, values, placed)
        _1 = torch.set_grad_enabled(all_taped)
      if l == blocks - 1 and torch.size(kept, 1) < pos:
        # From here on the shapes below have t for pos.
        which = torch.unsqueeze(kept, -1)                                         # [rows, t, 1]
        x = torch.take_along_dim(x, which, 1)
        y = torch.take_along_dim(y, which, 1)
        cos = torch.unsqueeze(torch.embedding(cos, kept), 1)                      # [rows, 1, t, e]
        sin = torch.unsqueeze(torch.embedding(sin, kept), 1)
        behind = torch.sub(which, torch.arange(pos, dtype=4, layout=None, device=ops.prim.device(x), pin_memory=None))
        mask = torch.ge(behind, 0)                                                # [rows, t, pos]
        if window > 0:
          mask = torch.logical_and(mask, torch.lt(behind, window))
        mask = torch.unsqueeze(mask, 1)
        first = torch.select(spans, 2, 0)                                         # [4, rows]
        spans = torch.stack([(self).place(first, kept), torch.select(spans, 2, 1)], 2)
        row = torch.select(scored, 1, 0)
        scored = torch.stack([row, (self).place(torch.select(scored, 1, 1), torch.index_select(kept, 0, row))], 1)
      q = torch.transpose(torch.view(torch.linear(y, w[b + 1]), [rows, torch.size(y, 1), h, e]), 1, 2)
      q = (self).rotate(q, cos, sin)                                              # [rows, h, pos, e]
      if kv < h:
        k = torch.reshape(torch.expand(torch.unsqueeze(k, 2), [rows, kv, h // kv, pos, e]), [rows, h, pos, e])
        v = torch.reshape(torch.expand(torch.unsqueeze(v, 2), [rows, kv, h // kv, pos, e]), [rows, h, pos, e])
      z = torch.scaled_dot_product_attention(q, k, v, mask, 0., torch.__is__(mask, None))
      z = torch.reshape(torch.transpose(z, 1, 2), [rows, torch.size(y, 1), h * e])
      z = (self).tap(z, l * 8 + 1, keys, kinds, gradients, tail, spans, n, found, sites, fired, armed)
      a = torch.linear(z, w[b + 4])                                               # [rows, pos, d]
      a = (self).tap(a, l * 8 + 2, keys, kinds, gradients, tail, spans, n, found, sites, fired, armed)
      x = torch.add(x, a)
      x = (self).tap(x, l * 8 + 3, keys, kinds, gradients, tail, spans, n, found, sites, fired, armed)
      y = (self).norm(x, w[b + 5], eps, all_taped)
      y = (self).tap(y, l * 8 + 4, keys, kinds, gradients, tail, spans, n, found, sites, fired, armed)
      g = torch.linear(y, w[b + 6])                                               # [rows, pos, m]
      u = torch.linear(y, w[b + 7])
      if all_taped:
        g = torch.mul(torch.silu(g), u)
      else:
        g = torch.mul_(torch.silu_(g), u)
      m = torch.linear(g, w[b + 8])                                               # [rows, pos, d]
      m = (self).tap(m, l * 8 + 5, keys, kinds, gradients, tail, spans, n, found, sites, fired, armed)
      x = torch.add(x, m)
      x = (self).tap(x, l * 8 + 6, keys, kinds, gradients, tail, spans, n, found, sites, fired, armed)
    # What enters the block after the last that runs.
    x = (self).tap(x, blocks * 8, keys, kinds, gradients, tail, spans, n, found, sites, fired, armed)

    result = annotate(List[Tensor], [])
    answers = annotate(List[Tensor], [])
    if outputs > 0:
      if tail:
        _1 = torch.set_grad_enabled(True)
        s = (self).tail_tap(s, blocks * 8, keys, gradients, sites, armed)
        # The only scored positions are the last of the prompts.
        scored = torch.stack([torch.select(scored, 1, 0), torch.zeros_like(torch.select(scored, 1, 1))], 1)
        answers = (self).score(s, w, eps, chunk, n, scored, entries, others, has_others)
      else:
        answers = (self).score(x, w, eps, chunk, n, scored, entries, others, has_others)
      if torch.len(sites) > 0:
        goal = answers[0]
        if objective == 0:
          goal = torch.sub(answers[0], torch.mul(answers[1], has_others))
        taken = (self).differentiate(torch.sum(goal), 1, quantities, sites, armed, slopes, sloped)
        for slope in slopes:
          t = sloped[torch.len(result)]
          if tail:
            pooled = torch.to(torch.squeeze(slope, 1), 7)
          else:
            pooled = (self).pool(slope, kinds[t], spans)                         # [rows, width]
          if kinds[t] < 2:
            # A prompt is the same in every row of its signal: its gradient is the sum over them.
            total = torch.zeros([n, torch.size(pooled, 1)], dtype=7, layout=None, device=ops.prim.device(pooled), pin_memory=None)
            pooled = torch.index_add(total, 0, signal_of_row, pooled)
          _0 = torch.append(result, torch.narrow(pooled, 0, 0, n))
    _1 = torch.set_grad_enabled(False)
    if outputs == 2:
      _0 = torch.append(answers, (self).logits(torch.detach(x), w, eps, chunk, n, logits_at, spans))

    changes = annotate(List[Tensor], [])
    if patch_count > 0:
      _0 = torch.append(changes, (self).changes(p, w, eps, chunk, n, p_scored, entries, others, has_others, placed))

    ordered = annotate(List[Tensor], [])
    for t in range(count):
      for i in range(torch.len(fired)):
        if fired[i] == t:
          _0 = torch.append(ordered, torch.detach(found[i]))
      for i in range(torch.len(sloped)):
        if sloped[i] == t:
          _0 = torch.append(ordered, torch.detach(result[i]))
    for answer in answers:
      _0 = torch.append(ordered, torch.detach(answer))
    for change in changes:
      _0 = torch.append(ordered, change)
    return ordered

  # Where positions stand among those that are kept. at [..., rows], kept [rows, t] -> [..., rows]
  def place(self: __torch__.P, at: Tensor, kept: Tensor) -> Tensor:
    return torch.argmax(torch.to(torch.eq(kept, torch.unsqueeze(at, -1)), 4), -1)

  # A block for one position per row, on the tape. s [rows, 1, d]; k, v [rows, kv, pos, e] of all positions; mask
  # [rows, 1, 1, pos + 1] -> [rows, 1, d]
  def tail_block(self: __torch__.P, s: Tensor, k: Tensor, v: Tensor, w: List[Tensor], b: int, h: int, kv: int, e: int,
                 eps: float, cos: Tensor, sin: Tensor, mask: Optional[Tensor], l: int, keys: List[int],
                 gradients: List[bool], sites: List[Tensor], armed: List[int]) -> Tensor:
    rows = torch.size(s, 0)
    pos = torch.size(k, 2)
    x = (self).tail_tap(s, l * 8, keys, gradients, sites, armed)
    y = (self).norm(x, w[b], eps, True)
    q = (self).rotate(torch.view(torch.linear(y, w[b + 1]), [rows, h, 1, e]), cos, sin)
    own_k = (self).rotate(torch.view(torch.linear(y, w[b + 2]), [rows, kv, 1, e]), cos, sin)
    own_v = torch.view(torch.linear(y, w[b + 3]), [rows, kv, 1, e])
    keys_of = torch.cat([k, own_k], 2)                                            # [rows, kv, pos + 1, e]
    values_of = torch.cat([v, own_v], 2)
    if kv < h:
      keys_of = torch.reshape(torch.expand(torch.unsqueeze(keys_of, 2), [rows, kv, h // kv, pos + 1, e]), [rows, h, pos + 1, e])
      values_of = torch.reshape(torch.expand(torch.unsqueeze(values_of, 2), [rows, kv, h // kv, pos + 1, e]), [rows, h, pos + 1, e])
    z = torch.scaled_dot_product_attention(q, keys_of, values_of, mask, 0., False)
    z = torch.reshape(z, [rows, 1, h * e])
    z = (self).tail_tap(z, l * 8 + 1, keys, gradients, sites, armed)
    a = (self).tail_tap(torch.linear(z, w[b + 4]), l * 8 + 2, keys, gradients, sites, armed)
    x = (self).tail_tap(torch.add(x, a), l * 8 + 3, keys, gradients, sites, armed)
    y = (self).tail_tap((self).norm(x, w[b + 5], eps, True), l * 8 + 4, keys, gradients, sites, armed)
    g = torch.mul(torch.silu(torch.linear(y, w[b + 6])), torch.linear(y, w[b + 7]))
    m = (self).tail_tap(torch.linear(g, w[b + 8]), l * 8 + 5, keys, gradients, sites, armed)
    return (self).tail_tap(torch.add(x, m), l * 8 + 6, keys, gradients, sites, armed)

  # As tap, of the stream on the tape: gradients only.
  def tail_tap(self: __torch__.P, x: Tensor, key: int, keys: List[int], gradients: List[bool], sites: List[Tensor],
               armed: List[int]) -> Tensor:
    y = x
    for t in range(torch.len(keys)):
      if keys[t] == key and gradients[t]:
        y = (self).arm(y, t, sites, armed)
    return y

  # A block for the m streams of t positions per row that there are when it begins; one more leaves for each patch of
  # this block. s [rows, m*t, d]; k, v [rows, kv, pos, e] of all positions; cos, sin [rows, t, e]; seen [rows, t, pos]
  # -> [rows, m*t, d]
  def patched_block(self: __torch__.P, s: Tensor, k: Tensor, v: Tensor, w: List[Tensor], b: int, h: int, kv: int, e: int,
                    eps: float, cos: Tensor, sin: Tensor, seen: Tensor, window: int, l: int, keys: List[int],
                    patches: Tensor, values: Tensor, placed: List[int]) -> Tensor:
    rows = torch.size(s, 0)
    pos = torch.size(k, 2)
    t = torch.size(cos, 1)
    m = torch.size(s, 1) // t
    y = (self).norm(s, w[b], eps, False)                                          # [rows, m*t, d]
    all_cos = torch.unsqueeze(torch.repeat(cos, [1, m, 1]), 1)                    # [rows, 1, m*t, e]
    all_sin = torch.unsqueeze(torch.repeat(sin, [1, m, 1]), 1)
    q = (self).rotate(torch.transpose(torch.view(torch.linear(y, w[b + 1]), [rows, m * t, h, e]), 1, 2), all_cos, all_sin)
    own_k = (self).rotate(torch.transpose(torch.view(torch.linear(y, w[b + 2]), [rows, m * t, kv, e]), 1, 2), all_cos, all_sin)
    own_v = torch.transpose(torch.view(torch.linear(y, w[b + 3]), [rows, m * t, kv, e]), 1, 2)
    keys_of = torch.cat([k, own_k], 2)                                            # [rows, kv, pos + m*t, e]
    values_of = torch.cat([v, own_v], 2)
    if kv < h:
      keys_of = torch.reshape(torch.expand(torch.unsqueeze(keys_of, 2), [rows, kv, h // kv, pos + m * t, e]), [rows, h, pos + m * t, e])
      values_of = torch.reshape(torch.expand(torch.unsqueeze(values_of, 2), [rows, kv, h // kv, pos + m * t, e]), [rows, h, pos + m * t, e])
    # Before the last prompt token all streams see the same, from there on each sees itself.
    stream = torch.arange(m, dtype=4, layout=None, device=ops.prim.device(s), pin_memory=None)
    step = torch.arange(t, dtype=4, layout=None, device=ops.prim.device(s), pin_memory=None)
    same = torch.eq(torch.reshape(stream, [m, 1, 1, 1]), torch.reshape(stream, [1, 1, m, 1]))
    back = torch.sub(torch.reshape(step, [1, t, 1, 1]), torch.reshape(step, [1, 1, 1, t]))
    own = torch.logical_and(same, torch.ge(back, 0))                              # [m, t, m, t]
    if window > 0:
      own = torch.logical_and(own, torch.lt(back, window))
    own = torch.expand(torch.reshape(own, [1, m * t, m * t]), [rows, m * t, m * t])
    mask = torch.unsqueeze(torch.cat([torch.repeat(seen, [1, m, 1]), own], 2), 1)  # [rows, 1, m*t, pos + m*t]
    z = torch.scaled_dot_product_attention(q, keys_of, values_of, mask, 0., False)
    z = torch.reshape(torch.transpose(z, 1, 2), [rows, m * t, h * e])
    z = (self).patch(z, t, l * 8 + 1, keys, patches, values, placed)              # [rows, m*t, h*e], m grown
    a = torch.linear(z, w[b + 4])
    a = (self).patch(a, t, l * 8 + 2, keys, patches, values, placed)
    more = torch.size(a, 1) // t - m
    x = s
    if more > 0:
      x = torch.cat([s, torch.repeat(torch.narrow(s, 1, 0, t), [1, more, 1])], 1)
    x = torch.add(x, a)
    y = (self).norm(x, w[b + 5], eps, False)
    g = torch.mul_(torch.silu_(torch.linear(y, w[b + 6])), torch.linear(y, w[b + 7]))
    return torch.add(x, torch.linear(g, w[b + 8]))

  # x [rows, m*t, width] -> the same, and behind it for each patch of this site the first stream with its columns
  # replaced at the first position
  def patch(self: __torch__.P, x: Tensor, t: int, key: int, keys: List[int], patches: Tensor, values: Tensor,
            placed: List[int]) -> Tensor:
    streams = annotate(List[Tensor], [x])
    for i in range(torch.len(keys)):
      if keys[i] == key:
        first = annotate(int, patches[i][2].item())
        columns = annotate(int, patches[i][3].item())
        own = torch.clone(torch.narrow(x, 1, 0, t))
        into = torch.narrow(torch.narrow(own, 1, 0, 1), 2, first, columns)        # [rows, 1, columns]
        _0 = torch.copy_(into, torch.narrow(values, 0, annotate(int, patches[i][4].item()), columns))
        _1 = torch.append(streams, own)
        _2 = torch.append(placed, i)
    y = x
    if torch.len(streams) > 1:
      y = torch.cat(streams, 1)
    return y

  # s [rows, m*t, d], scored [s, 2] with positions within a stream -> by how much each patch changes log p(label) -
  # log p(others), [n, patches]
  def changes(self: __torch__.P, s: Tensor, w: List[Tensor], eps: float, chunk: int, n: int, scored: Tensor,
              entries: Tensor, others: Tensor, has_others: Tensor, placed: List[int]) -> Tensor:
    m = torch.len(placed) + 1
    rows = torch.size(s, 0)
    t = torch.size(s, 1) // m
    x = torch.transpose(torch.view(s, [rows, m, t, torch.size(s, 2)]), 0, 1)
    x = torch.reshape(x, [m * rows, t, torch.size(s, 2)])
    # The rows, sources and choices of the streams follow each other.
    stream = torch.unsqueeze(torch.arange(m, dtype=4, layout=None, device=ops.prim.device(s), pin_memory=None), 1)
    of = torch.add(torch.mul(stream, rows), torch.select(scored, 1, 0))           # [m, s]
    at = torch.expand_as(torch.select(scored, 1, 1), of)
    every_scored = torch.stack([torch.reshape(of, [-1]), torch.reshape(at, [-1])], 1)
    choices = annotate(int, torch.max(torch.select(entries, 1, 2)).item()) + 1
    source = torch.add(torch.mul(stream, torch.size(scored, 0)), torch.select(entries, 1, 0))
    token = torch.expand_as(torch.select(entries, 1, 1), source)
    choice = torch.add(torch.mul(stream, choices), torch.select(entries, 1, 2))
    every_entry = torch.stack([torch.reshape(source, [-1]), torch.reshape(token, [-1]), torch.reshape(choice, [-1])], 1)
    totals = (self).totals(x, w, eps, chunk, every_scored, every_entry)
    answers = (self).weigh(torch.view(totals, [m, choices]), n, others, has_others)
    contrast = torch.sub(answers[0], answers[1])                                  # [m, n]
    base = torch.select(contrast, 0, 0)
    ordered = annotate(List[Tensor], [])
    for i in range(m - 1):
      for j in range(m - 1):
        if placed[j] == i:
          _0 = torch.append(ordered, torch.sub(torch.select(contrast, 0, j + 1), base))
    return torch.stack(ordered, 1)

  # x -> x, from here on the tape: what a gradient is taken by
  def arm(self: __torch__.P, x: Tensor, t: int, sites: List[Tensor], armed: List[int]) -> Tensor:
    y = x
    if torch.len(sites) == 0:
      # Nothing before the first gradient tap takes part in the backward pass.
      y = torch.requires_grad_(torch.detach(x), True)
    _0 = torch.append(sites, y)
    _0 = torch.append(armed, t)
    return y

  # The gradients of a goal at the sites of the taps that ask for it. The answer's come last: the tape ends with them.
  def differentiate(self: __torch__.P, goal: Tensor, quantity: int, quantities: List[int], sites: List[Tensor],
                    armed: List[int], slopes: List[Tensor], sloped: List[int]) -> int:
    wanted = annotate(List[Tensor], [])
    for i in range(torch.len(sites)):
      if quantities[armed[i]] == quantity:
        _0 = torch.append(wanted, sites[i])
        _1 = torch.append(sloped, armed[i])
    if torch.len(wanted) > 0:
      for grad in torch.autograd.grad([goal], wanted, None, quantity != 1):
        _2 = torch.append(slopes, torch._unwrap_optional(grad))
    return torch.len(wanted)

  # x [rows, pos, width] -> x, after whatever taps ask for it here; with tail activations only
  def tap(self: __torch__.P, x: Tensor, key: int, keys: List[int], kinds: List[int], gradients: List[bool],
          tail: bool, spans: Tensor, n: int, found: List[Tensor], sites: List[Tensor], fired: List[int],
          armed: List[int]) -> Tensor:
    y = x
    for t in range(torch.len(keys)):
      if keys[t] == key:
        if gradients[t]:
          if not tail:
            y = (self).arm(y, t, sites, armed)
        else:
          own = torch.narrow(torch.detach(y), 0, 0, n)
          _0 = torch.append(found, (self).pool(own, kinds[t], torch.narrow(spans, 1, 0, n)))
          _0 = torch.append(fired, t)
    return y

  # x [rows, pos, width], spans [4, rows, 2] -> the mean over each row's span, [rows, width] in float64
  def pool(self: __torch__.P, x: Tensor, kind: int, spans: Tensor) -> Tensor:
    first = torch.select(torch.select(spans, 0, kind), 1, 0)                      # [rows]
    length = torch.select(torch.select(spans, 0, kind), 1, 1)                     # [rows]
    if kind == 0 or kind == 2:
      row = torch.arange(torch.size(x, 0), dtype=4, layout=None, device=ops.prim.device(x), pin_memory=None)
      pooled = torch.to(torch.index(x, annotate(List[Optional[Tensor]], [row, first])), 7)
    else:
      at = torch.unsqueeze(torch.arange(torch.size(x, 1), dtype=4, layout=None, device=ops.prim.device(x), pin_memory=None), 0)
      begin = torch.unsqueeze(first, 1)
      inside = torch.logical_and(torch.ge(at, begin), torch.lt(at, torch.add(begin, torch.unsqueeze(length, 1))))
      weight = torch.div(torch.to(inside, 7), torch.unsqueeze(length, 1))         # [rows, pos]
      pooled = torch.squeeze(torch.matmul(torch.unsqueeze(weight, 1), torch.to(x, 7)), 1)
    return pooled

  # x [rows, pos, d] -> log p(label) [n] and log p(others) [n] (0 where there are none)
  def score(self: __torch__.P, x: Tensor, w: List[Tensor], eps: float, chunk: int, n: int, scored: Tensor,
            entries: Tensor, others: Tensor, has_others: Tensor) -> List[Tensor]:
    totals = (self).totals(x, w, eps, chunk, scored, entries)
    answers = (self).weigh(torch.unsqueeze(totals, 0), n, others, has_others)
    return [torch.squeeze(answers[0], 0), torch.squeeze(answers[1], 0)]

  # totals [m, choices] -> log p(label) [m, n] and log p(others) [m, n] (0 where there are none)
  def weigh(self: __torch__.P, totals: Tensor, n: int, others: Tensor, has_others: Tensor) -> List[Tensor]:
    m = torch.size(totals, 0)
    # One more than there are choices: next to nothing, which fills up the table of the others.
    nothing = torch.full([m, 1], -1.0e30, dtype=7, layout=None, device=ops.prim.device(totals), pin_memory=None)
    padded = torch.cat([totals, nothing], 1)                                      # [m, choices + 1]
    table = torch.index_select(padded, 1, torch.reshape(others, [-1]))
    table = torch.view(table, [m, n, torch.size(others, 1)])                      # [m, n, c]
    rest = torch.mul(torch.logsumexp(table, [2]), has_others)                     # [m, n]
    return [torch.narrow(totals, 1, 0, n), rest]

  # x [rows, pos, d] -> the log-probability of each choice, [choices]
  def totals(self: __torch__.P, x: Tensor, w: List[Tensor], eps: float, chunk: int, scored: Tensor,
             entries: Tensor) -> Tensor:
    last = torch.len(w) - 1
    row = torch.select(scored, 1, 0)
    at = torch.select(scored, 1, 1)
    hidden = torch.index(x, annotate(List[Optional[Tensor]], [row, at]))          # [s, d]
    hidden = (self).norm(hidden, w[last - 1], eps, True)
    source = torch.select(entries, 1, 0)
    token = torch.select(entries, 1, 1)
    choice = torch.select(entries, 1, 2)
    s = torch.size(hidden, 0)
    choices = annotate(int, torch.max(choice).item()) + 1
    totals = torch.zeros([choices], dtype=7, layout=None, device=ops.prim.device(x), pin_memory=None)
    for c in range((s + chunk - 1) // chunk):
      start = c * chunk
      size = ops.prim.min(chunk, s - start)
      raw = torch.linear(torch.narrow(hidden, 0, start, size), w[last])           # [size, V]
      if ops.prim.dtype(raw) != 7:
        raw = torch.to(raw, 6)
      norm = torch.logsumexp(raw, [1])                                            # [size]
      mine = torch.squeeze(torch.nonzero(torch.logical_and(torch.ge(source, start), torch.lt(source, start + size))), 1)
      of = torch.sub(torch.index_select(source, 0, mine), start)
      picked = torch.index(raw, annotate(List[Optional[Tensor]], [of, torch.index_select(token, 0, mine)]))
      gained = torch.to(torch.sub(picked, torch.index_select(norm, 0, of)), 7)
      totals = torch.index_add(totals, 0, torch.index_select(choice, 0, mine), gained)
    return totals

  # x [rows, pos, d] -> the logits, their mean over the span of a position, [n, V] in float64
  def logits(self: __torch__.P, x: Tensor, w: List[Tensor], eps: float, chunk: int, n: int, kind: int,
             spans: Tensor) -> Tensor:
    last = torch.len(w) - 1
    hidden = (self).norm(torch.narrow(x, 0, 0, n), w[last - 1], eps, False)      # [n, pos, d]
    # Pooled first: the projection is linear and without bias, so that of the mean is the mean of the logits.
    pooled = (self).pool(hidden, kind, torch.narrow(spans, 1, 0, n))              # [n, d]
    pooled = torch.to(pooled, ops.prim.dtype(w[last]))
    parts = annotate(List[Tensor], [])
    for c in range((n + chunk - 1) // chunk):
      start = c * chunk
      part = torch.narrow(pooled, 0, start, ops.prim.min(chunk, n - start))
      _0 = torch.append(parts, torch.to(torch.linear(part, w[last]), 7))          # [size, V]
    return torch.cat(parts, 0)

  # include layers.py

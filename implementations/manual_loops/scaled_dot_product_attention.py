"""Means of values, weighted by how well keys match a query.

    score[l][s] = scale * sum_e query[l][e] * key[s][e] + mask[l][s]
    w[l][s] = exp(score[l][s]) / sum_t exp(score[l][t])
    y[l][e] = sum_s w[l][s] * value[s][e]

    dvalue[s][e] = sum_l w[l][s] * g[l][e]
    dw[l][s] = sum_e g[l][e] * value[s][e]
    dmask[l][s] = w[l][s] * (dw[l][s] - sum_t w[l][t] * dw[l][t])
    dquery[l][e] = scale * sum_s dmask[l][s] * key[s][e]
    dkey[s][e] = scale * sum_l dmask[l][s] * query[l][e]

for every place `at` in the leading dimensions, over which query, key, value and mask broadcast; with enable_gqa
the head h of the query meets the head h // n of key and value. mask is 0 where attn_mask is True, -inf where it
is False, attn_mask itself where it is floating; with is_causal -inf where s > l. A query whose scores are all
-inf has the weights 0.

query (..., L, E), key (..., S, E), value (..., S, Ev), attn_mask broadcasts to (..., L, S); y (..., L, Ev)

Raises ValueError where shapes do not fit or broadcast, attn_mask is neither boolean nor of the query's dtype or
has more places than the scores, and where it comes together with is_causal.
Source: torch.nn.functional.scaled_dot_product_attention.
"""

import math
from functools import reduce

import numpy as np

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._broadcast import broadcast, place
from ._softmax_row import softmax_row

Shape = tuple[int, ...]


def forward(
    params: Params,
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None,
    *,
    is_causal: bool,
    scale: float | None,
    enable_gqa: bool,
) -> Array:
    """Return y."""
    options = {"is_causal": is_causal, "enable_gqa": enable_gqa}
    return vjp(params, query, key, value, attn_mask, scale=scale, **options)[0]


def vjp(
    params: Params,
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array | None,
    *,
    is_causal: bool,
    scale: float | None,
    enable_gqa: bool,
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of query, key, value and a floating mask."""
    shapes, dtype = (query.shape, key.shape, value.shape), query.dtype
    leading = _leading(*shapes, enable_gqa)
    mask_shape = None if attn_mask is None else _mask_shape(attn_mask, dtype, *shapes, is_causal, enable_gqa)
    boolean = attn_mask is not None and attn_mask.dtype == np.bool_
    (length, features), (count, width) = query.shape[-2:], value.shape[-2:]
    factor = 1 / math.sqrt(features) if scale is None else scale

    rows = [math.prod(shape[:-2]) for shape in shapes]
    q = to_lists(query, (rows[0], length, features))
    k = to_lists(key, (rows[1], count, features))
    v = to_lists(value, (rows[2], count, width))
    m = None if attn_mask is None else to_lists(attn_mask, (attn_mask.size,))

    def places(at: Shape) -> tuple[int, int, int]:
        """Which matrices of query, key and value meet at one place of the leading dimensions."""
        found = []
        for shape in shapes:
            here = at
            if enable_gqa:
                here = (*at[:-1], at[-1] // (leading[-1] // shape[-3]))
            found.append(place(here, shape[:-2]))
        return found[0], found[1], found[2]

    def masked(score: float, at: Shape, i: int, s: int) -> float:
        if is_causal:
            return score if s <= i else -math.inf
        if m is None or mask_shape is None:
            return score
        entry = m[place((*at, i, s), mask_shape)]
        if boolean:
            return score if entry else -math.inf
        return score + float(entry)

    weights = {}
    y = []
    for at in indices(*leading):
        a, b, c = places(at)
        w = []
        for i in range(length):
            row = []
            for s in range(count):
                score = 0.0
                for e in range(features):
                    score += q[a][i][e] * k[b][s][e]
                row.append(masked(score * factor, at, i, s))
            unseen = all(score == -math.inf for score in row)
            w.append([0.0] * count if unseen else softmax_row(row))
        weights[at] = w
        mean = zeros(length, width)
        for i, e, s in indices(length, width, count):
            mean[i][e] += w[i][s] * v[c][s][e]
        y.append(mean)

    def pullback(cotangent: Array) -> tuple[dict[str, Array | None], tuple[Array | None, ...]]:
        g = to_lists(cotangent, (math.prod(leading), length, width))
        dq = zeros(rows[0], length, features)
        dk = zeros(rows[1], count, features)
        dv = zeros(rows[2], count, width)
        dm = zeros(0 if mask_shape is None else math.prod(mask_shape))
        for number, at in enumerate(indices(*leading)):
            a, b, c = places(at)
            w = weights[at]
            for i in range(length):
                dw = zeros(count)
                for s, e in indices(count, width):
                    dv[c][s][e] += w[i][s] * g[number][i][e]
                    dw[s] += g[number][i][e] * v[c][s][e]
                mean = 0.0
                for s in range(count):
                    mean += w[i][s] * dw[s]
                for s in range(count):
                    dscore = w[i][s] * (dw[s] - mean)
                    if mask_shape is not None:
                        dm[place((*at, i, s), mask_shape)] += dscore
                    for e in range(features):
                        dq[a][i][e] += factor * dscore * k[b][s][e]
                        dk[b][s][e] += factor * dscore * q[a][i][e]
        return {}, (
            to_array(dq, query.shape, dtype),
            to_array(dk, key.shape, dtype),
            to_array(dv, value.shape, dtype),
            None if mask_shape is None or boolean else to_array(dm, mask_shape, dtype),
        )

    return to_array(y, (*leading, length, width), dtype), pullback


def _leading(query: Shape, key: Shape, value: Shape, enable_gqa: bool) -> Shape:
    """The leading dimensions of y, with the query's heads; ValueError if the shapes do not fit."""
    if min(len(query), len(key), len(value)) < 2 + enable_gqa:
        raise ValueError(f"too few dimensions: query {query}, key {key}, value {value}")
    if query[-1] != key[-1]:
        raise ValueError(f"query {query} and key {key} have different features")
    if key[-2] != value[-2]:
        raise ValueError(f"key {key} and value {value} are not equally many")
    return reduce(broadcast, (_with_heads(shape, query, enable_gqa) for shape in (query, key, value)))


def _with_heads(shape: Shape, query: Shape, enable_gqa: bool) -> Shape:
    if not enable_gqa:
        return shape[:-2]
    if query[-3] % shape[-3]:
        raise ValueError(f"{query[-3]} heads of the query are no multiple of {shape[-3]}")
    return (*shape[:-3], query[-3])


def _mask_shape(
    attn_mask: Array, dtype: object, query: Shape, key: Shape, value: Shape, is_causal: bool, enable_gqa: bool
) -> Shape:
    """The shape of a mask that fits; else ValueError."""
    if is_causal:
        raise ValueError("attn_mask has no meaning where is_causal is True")
    if attn_mask.dtype not in (np.bool_, dtype):
        raise ValueError(f"attn_mask must be boolean or {dtype}, got {attn_mask.dtype}")
    leading = broadcast(*(_with_heads(shape, query, enable_gqa) for shape in (query, key)))
    scores = (*leading, query[-2], key[-2])
    if attn_mask.ndim < 2 or broadcast(attn_mask.shape, scores) != scores:
        raise ValueError(f"attn_mask {attn_mask.shape} does not broadcast to {scores}")
    return attn_mask.shape

"""Scaled dot-product attention.

    P = softmax(scale q k^T + mask) over the keys        y = P v
    dv = P^T g        dP = g v^T        dS = P (dP - sum g y)        dq = scale dS k        dk = scale dS^T q

The mask is attn_mask, with 0 for True and -inf for False, or causal: 0 where s <= l, else -inf. dS is the
cotangent of a floating mask. A row without any key has P = 0. Cotangents are summed over what was broadcast.
With enable_gqa the heads of k and v are repeated, each n times in a row.

Shapes: q (*, L, E), k (*, S, E), v (*, S, Ev), attn_mask broadcasts to (*, L, S), y (*, L, Ev).
Raises: ValueError for shapes that do not fit, a mask that is neither boolean nor of q's dtype or that enlarges
the scores, and attn_mask together with is_causal.
Source: torch.nn.functional.scaled_dot_product_attention; Vaswani et al. (2017); Ainslie et al. (2023) for groups.
"""

import math

import numpy as np

from ._attention import Heads, attend, attend_transpose
from ._broadcast import summed_to
from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
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
    _check(query, key, value, attn_mask, is_causal, enable_gqa)
    leading, heads = _stack(query, key, value, attn_mask, is_causal, enable_gqa)
    y, _ = attend(heads, _factor(scale, query), keep=False)
    return y.reshape(*leading, *y.shape[1:])


@ieee
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
    _check(query, key, value, attn_mask, is_causal, enable_gqa)
    leading, heads = _stack(query, key, value, attn_mask, is_causal, enable_gqa)
    factor = _factor(scale, query)
    y, attended = attend(heads, factor, keep=True)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        is_added = attn_mask is not None and attn_mask.dtype != np.bool_
        pulled = attend_transpose(_stacked(cotangent), heads, factor, attended, is_added)
        d_mask = None
        if attn_mask is not None and pulled.scores is not None:
            d_mask = _gathered(pulled.scores.swapaxes(1, 2), leading, attn_mask)
        return {}, (
            _gathered(pulled.query, leading, query),
            _gathered(pulled.key, leading, key),
            _gathered(pulled.value, leading, value),
            d_mask,
        )

    return y.reshape(*leading, *y.shape[1:]), pullback


def _factor(scale: float | None, query: Array) -> Array:
    """The scale, in the dtype of the scores."""
    return np.asarray(1 / math.sqrt(query.shape[-1]) if scale is None else scale, dtype=query.dtype)


def _stack(
    query: Array, key: Array, value: Array, attn_mask: Array | None, is_causal: bool, enable_gqa: bool
) -> tuple[tuple[int, ...], Heads]:
    """The leading dimensions, and all heads in one dimension; key and value have as many as the query."""
    if enable_gqa:
        key, value = (np.repeat(x, query.shape[-3] // x.shape[-3], axis=-3) for x in (key, value))
    leading = np.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    if is_causal:
        attn_mask = np.tri(query.shape[-2], key.shape[-2], dtype=np.bool_)
    mask = None
    if attn_mask is not None:
        hides = attn_mask.dtype == np.bool_
        mask = np.ascontiguousarray((~attn_mask if hides else attn_mask).swapaxes(-1, -2))
        mask = _broadcast(mask, leading, key.shape[-2], query.shape[-2])
    q, k, v = (_broadcast(x, leading, *x.shape[-2:]) for x in (query, key, value))
    return leading, Heads(q, k, v, mask)


def _broadcast(x: Array, leading: tuple[int, ...], *matrix: int) -> Array:
    """X as (H, *matrix); a view, unless it is repeated in some of the leading dimensions only."""
    shape = (*leading, *matrix)
    return _stacked(x if x.shape == shape else np.broadcast_to(x, shape))


def _stacked(x: Array) -> Array:
    """(*, M, N) as (H, M, N)."""
    return x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:])


def _gathered(cotangent: Array, leading: tuple[int, ...], x: Array) -> Array:
    """The sum over what was broadcast, and over the repetitions of a head, in the shape of x."""
    whole = cotangent.reshape(*leading, *cotangent.shape[1:])
    if whole.shape == x.shape:
        return whole
    if x.ndim > 2 and x.shape[-3] not in (1, whole.shape[-3]):
        heads, repeats = x.shape[-3], whole.shape[-3] // x.shape[-3]
        whole = whole.reshape(*whole.shape[:-3], heads, repeats, *whole.shape[-2:]).sum(axis=-3)
    return summed_to(whole, x.shape)


def _check(
    query: Array, key: Array, value: Array, attn_mask: Array | None, is_causal: bool, enable_gqa: bool
) -> None:
    shapes = f"query {query.shape}, key {key.shape}, value {value.shape}"
    if min(query.ndim, key.ndim, value.ndim) < 2 + enable_gqa:
        raise ValueError(f"too few dimensions: {shapes}")
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ValueError(f"the last two dimensions do not fit: {shapes}")
    leading = [x.shape[:-2] for x in (query, key, value)]
    if enable_gqa:
        heads = query.shape[-3]
        if any(heads % x.shape[-3] for x in (key, value)):
            raise ValueError(f"the query's heads are no multiple of the others': {shapes}")
        leading = [(*x.shape[:-3], heads) for x in (query, key, value)]
    try:
        np.broadcast_shapes(*leading)
    except ValueError:
        raise ValueError(f"leading dimensions do not broadcast: {shapes}") from None
    if attn_mask is None:
        return
    if is_causal:
        raise ValueError("attn_mask and is_causal exclude each other")
    if attn_mask.dtype != np.bool_ and attn_mask.dtype != query.dtype:
        raise ValueError(f"attn_mask has dtype {attn_mask.dtype}, expected bool or {query.dtype}")
    scores = (*np.broadcast_shapes(*leading[:2]), query.shape[-2], key.shape[-2])
    fits = 2 <= attn_mask.ndim <= len(scores) and all(
        size in (1, whole) for size, whole in zip(attn_mask.shape[::-1], scores[::-1], strict=False)
    )
    if not fits:
        raise ValueError(f"attn_mask has shape {attn_mask.shape}, which does not broadcast to {scores}")

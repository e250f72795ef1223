"""Scaled dot-product attention.

    P = softmax(scale q k^T + mask) over the keys        y = P v
    dv = P^T g        dP = g v^T        dS = P (dP - sum P dP)        dq = scale dS k        dk = scale dS^T q

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
    k, v = (_repeated(x, query, enable_gqa) for x in (key, value))
    y: Array = _weights(query, k, attn_mask, is_causal, _factor(scale, query)) @ v
    return y


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
    k, v = (_repeated(x, query, enable_gqa) for x in (key, value))
    factor = _factor(scale, query)
    p = _weights(query, k, attn_mask, is_causal, factor)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        dv = p.swapaxes(-1, -2) @ cotangent
        # In the memory of dP: fresh arrays of this size cost as much as the arithmetic.
        ds = summed_to(cotangent @ v.swapaxes(-1, -2), p.shape)
        ds -= np.einsum("...ls,...ls->...l", p, ds)[..., None]
        ds *= p
        d_mask = None
        if attn_mask is not None and attn_mask.dtype.kind == "f":
            d_mask = summed_to(ds, attn_mask.shape)
        dq = ds @ k
        dq *= factor
        dk = ds.swapaxes(-1, -2) @ query
        dk *= factor
        return {}, (
            summed_to(dq, query.shape),
            _gathered(summed_to(dk, k.shape), key),
            _gathered(summed_to(dv, v.shape), value),
            d_mask,
        )

    return p @ v, pullback


def _weights(query: Array, key: Array, attn_mask: Array | None, is_causal: bool, factor: Array) -> Array:
    """P: probabilities along the last dimension, or zeros."""
    p: Array = query @ key.swapaxes(-1, -2)
    p *= factor
    if is_causal:
        attn_mask = np.tri(*p.shape[-2:], dtype=np.bool_)
    if attn_mask is not None and attn_mask.dtype.kind == "b":
        np.copyto(p, -np.inf, where=~attn_mask)
    elif attn_mask is not None:
        p += attn_mask
    largest = np.max(p, axis=-1, keepdims=True, initial=-np.inf)
    # Of -inf alone there is no largest number to subtract: exp(-inf) is 0, and so is their sum.
    largest[largest == -np.inf] = 0
    p -= largest
    np.exp(p, out=p)
    total = np.sum(p, axis=-1, keepdims=True)
    total[total == 0] = 1
    p /= total
    return p


def _factor(scale: float | None, query: Array) -> Array:
    """The scale, in the dtype of the scores."""
    return np.asarray(1 / math.sqrt(query.shape[-1]) if scale is None else scale, dtype=query.dtype)


def _repeated(x: Array, query: Array, enable_gqa: bool) -> Array:
    """Key or value with as many heads as the query has."""
    return np.repeat(x, query.shape[-3] // x.shape[-3], axis=-3) if enable_gqa else x


def _gathered(cotangent: Array, x: Array) -> Array:
    """The sum over the repetitions of a head."""
    if cotangent.shape == x.shape:
        return cotangent
    heads = x.shape[-3]
    groups = cotangent.reshape(*x.shape[:-3], heads, cotangent.shape[-3] // heads, *x.shape[-2:])
    return np.asarray(groups.sum(axis=-3))


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

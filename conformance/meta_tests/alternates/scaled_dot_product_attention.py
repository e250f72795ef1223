"""Attention by other formulas: a scale elsewhere, divided last, key by key, and sums in other orders."""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from conformance.eager import eager_kernel, reference_function
from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, product

Attend: TypeAlias = Callable[[Array, Array, Order], tuple[Array, Array]]
"""(scores, values, order) -> (weights, output), of one place in the leading dimensions."""

NAME = "scaled_dot_product_attention"


def weights_first(scores: Array, values: Array, order: Order) -> tuple[Array, Array]:
    """Weights P, then P v."""
    e = np.exp(scores - largest(scores))
    p = e / divisor(order(e, -1))
    return p, product(p, values, order)


def divided_last(scores: Array, values: Array, order: Order) -> tuple[Array, Array]:
    """The output is (exp(scores) v) / sum exp(scores)."""
    e = np.exp(scores - largest(scores))
    total = divisor(order(e, -1))
    return e / total, product(e, values, order) / total


def online(scores: Array, values: Array, order: Order) -> tuple[Array, Array]:
    """Key by key, everything so far rescaled whenever a larger score is met."""
    rows = len(scores)
    top, total = np.full((rows, 1), -np.inf, scores.dtype), np.zeros((rows, 1), scores.dtype)
    y = np.zeros((rows, values.shape[-1]), scores.dtype)
    for s in range(scores.shape[-1]):
        score = scores[:, s : s + 1]
        higher = np.maximum(top, score)
        base = np.where(higher == -np.inf, 0, higher)
        old, new = np.exp(top - base), np.exp(score - base)
        total, y, top = total * old + new, y * old + new * values[s], higher
    base = np.where(top == -np.inf, 0, top)
    return np.exp(scores - base) / divisor(total[:, 0]), y / divisor(total[:, 0])


def recomputed(scores: Array, values: Array, order: Order) -> tuple[Array, Array]:
    """As FlashAttention-2: the weights of the pullback are exp(scores - log sum exp(scores))."""
    base = largest(scores)
    e = np.exp(scores - base)
    total = divisor(order(e, -1))
    return np.exp(scores - (base + np.log(total))), product(e, values, order) / total


def largest(scores: Array) -> Array:
    """The largest score of every row, 0 where all are -inf."""
    found = scores.max(-1, keepdims=True, initial=-np.inf)
    return np.asarray(np.where(found == -np.inf, np.zeros_like(found), found))


def divisor(total: Array) -> Array:
    """The sum as a column, 1 where nothing was summed."""
    return np.asarray(np.where(total == 0, np.ones_like(total), total)[:, None])


def attention(attend: Attend, order: Order, *, scale_last: bool = False, flash: bool = False) -> Vjp:
    """The pullback is dS = P (dP - D) with D = sum P dP or, `flash`, D = sum g y.

    Scaled are the queries or, in the end, the scores.
    """

    def vjp(
        params: Params,
        query: Array,
        key: Array,
        value: Array,
        mask: Array | None,
        *,
        is_causal: bool,
        scale: float | None,
        enable_gqa: bool,
    ) -> tuple[Array, Pullback]:
        factor = query.dtype.type(1 / math.sqrt(query.shape[-1]) if scale is None else scale)
        dtype = query.dtype
        heads: list[Array] = [
            np.arange(math.prod(x.shape[:-2])).reshape(x.shape[:-2]) for x in (query, key, value)
        ]
        if enable_gqa:
            heads = [np.repeat(at, query.shape[-3] // at.shape[-1], axis=-1) for at in heads]
        heads = list(np.broadcast_arrays(*heads))
        leading, (length, count) = heads[0].shape, (query.shape[-2], key.shape[-2])
        places = list(zip(*(at.ravel().tolist() for at in heads), strict=True))
        # Which element of the mask meets which score.
        entries: Array | None = None
        if mask is not None:
            numbers = np.arange(mask.size).reshape(mask.shape)
            entries = np.broadcast_to(numbers, (*leading, length, count)).reshape(len(places), length, count)
        q, k, v = (x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:]) for x in (query, key, value))
        seen = np.tri(length, count, dtype=np.bool_) if is_causal else None

        def scores_of(number: int, a: int, b: int) -> Array:
            left = q[a] if scale_last else q[a] * factor
            scores = product(left, k[b].T, order)
            scores = scores * factor if scale_last else scores
            if seen is not None:
                return np.where(seen, scores, -np.inf).astype(dtype)
            if mask is None or entries is None:
                return scores
            entry = mask.reshape(-1)[entries[number]]
            return (
                np.where(entry, scores, -np.inf).astype(dtype)
                if mask.dtype.kind == "b"
                else np.asarray(scores + entry)
            )

        with np.errstate(all="ignore"):
            found = [attend(scores_of(n, a, b), v[c], order) for n, (a, b, c) in enumerate(places)]
        y = np.array([out for _, out in found], dtype).reshape(*leading, length, value.shape[-1])

        def pullback(cotangent: Any) -> Cotangents:
            g = cotangent.reshape(len(places), length, value.shape[-1])
            dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
            dm = None if mask is None or mask.dtype.kind == "b" else np.zeros(mask.size, dtype)
            for n, ((a, b, c), (p, out)) in enumerate(zip(places, found, strict=True)):
                dv[c] += product(p.T, g[n], order)
                dp = product(g[n], v[c].T, order)
                ds = p * (dp - order(g[n] * out if flash else p * dp, -1)[:, None])
                if dm is not None and entries is not None:
                    np.add.at(dm, entries[n].ravel(), ds.ravel())
                dq[a] += product(ds, k[b], order) * factor
                dk[b] += product(ds.T, q[a], order) * factor
            return {}, (
                dq.reshape(query.shape),
                dk.reshape(key.shape),
                dv.reshape(value.shape),
                None if dm is None or mask is None else dm.reshape(mask.shape),
            )

        return y, pullback

    return vjp


def fused(_: Any, query: Tensor, key: Tensor, value: Tensor, mask: Any, **options: Any) -> Tensor:
    """PyTorch's own FlashAttention, which wants four dimensions, one width, and no derivative of the mask.

    It hides later keys by -inf before it scales: with a scale below zero they are not hidden, and all is NaN. Of
    scores that are all NaN it makes zeros.
    """
    whole: Tensor = reference_function(NAME)({}, query, key, value, mask, **options)
    if not query.numel() or not key.numel() or not value.numel() or (mask is not None and mask.requires_grad):
        return whole
    if options.pop("enable_gqa"):
        key, value = (x.repeat_interleave(query.shape[-3] // x.shape[-3], -3) for x in (key, value))
    scale = query.shape[-1] ** -0.5 if options["scale"] is None else options["scale"]
    if (options["is_causal"] and scale <= 0) or _may_be_all_nan(query, key, mask):
        return whole
    width, leading = max(query.shape[-1], value.shape[-1]), whole.shape[:-2]
    q, k, v = (
        functional.pad(x, (0, width - x.shape[-1]))
        .expand(*leading, -1, -1)
        .reshape(-1, 1, x.shape[-2], width)
        for x in (query, key, value)
    )
    if mask is not None:
        mask = mask.expand(*leading, *mask.shape[-2:]).reshape(-1, 1, *mask.shape[-2:])
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        y = functional.scaled_dot_product_attention(
            q, k, v, mask, is_causal=options["is_causal"], scale=scale
        )
    return y[..., : value.shape[-1]].reshape(whole.shape)


def _may_be_all_nan(query: Tensor, key: Tensor, mask: Tensor | None) -> bool:
    """Of infinities, too: their products may be of both signs."""
    masked = mask is not None and mask.is_floating_point() and bool(mask.isnan().any())
    return masked or not bool(query.isfinite().all() and key.isfinite().all())


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate(NAME, name, attention(weights_first, order, scale_last=i % 2 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate(NAME, "divided_last", attention(divided_last, native, scale_last=True)),
    alternate(NAME, "online", attention(online, native)),
    *(
        alternate(NAME, f"flash, {name}", attention(recomputed, order, flash=True))
        for name, order in ORDERS.items()
    ),
    alternate(NAME, "flash, online", attention(online, native, flash=True)),
    alternate(NAME, "flash, weights first", attention(weights_first, native, flash=True)),
    Alternate(operation=NAME, name="torch, fused", kernel=eager_kernel(NAME, fused)),
)

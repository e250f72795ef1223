"""Masks of multi-head attention: as numbers that are added to scores, and the way back.

Of scores [n][h][i][s], N samples, H heads, L queries and S keys: key_padding_mask has (N, S), or (S,) without a
batch, attn_mask (N * H, L, S), or (L, S) for all samples and heads.
"""

import math
from typing import Any

import numpy as np

from ._arrays import Array, indices, to_array, to_lists, zeros

Shape = tuple[int, ...]


def read_masks(
    padding: Array | None, mask: Array | None, sizes: Shape, batched: bool, dtype: object
) -> tuple[Any, Any]:
    """Return padding[n][s], and mask[n * H + h][i][s] or mask[0][i][s]; ValueError where they do not fit."""
    batch, heads, length, count = sizes
    padding_shape = (batch, count) if batched else (count,)
    whole = (batch * heads, length, count)
    lists = (1, length, count) if mask is not None and mask.ndim == 2 else whole
    return (
        _read("key_padding_mask", padding, (padding_shape,), (batch, count), dtype),
        _read("attn_mask", mask, (whole, whole[1:]), lists, dtype),
    )


def added(padding: Any, mask: Any, n: int, h: int, heads: int, length: int, count: int) -> Any:
    """Return what is added to the scores [i][s] of one head of one sample."""
    found = zeros(length, count)
    for i, s in indices(length, count):
        if mask is not None:
            found[i][s] += mask[n * heads + h if len(mask) > 1 else 0][i][s]
        if padding is not None:
            found[i][s] += padding[n][s]
    return found


def padding_cotangent(dscore: Any, padding: Array | None, sizes: Shape) -> Array | None:
    """Return the cotangent of a floating key_padding_mask: the sum over heads and queries."""
    if padding is None or padding.dtype == np.bool_:
        return None
    batch, heads, length, count = sizes
    found = zeros(batch, count)
    for n, h, i, s in indices(batch, heads, length, count):
        found[n][s] += dscore[n][h][i][s]
    return to_array(found, padding.shape, padding.dtype)


def mask_cotangent(dscore: Any, mask: Array | None, sizes: Shape) -> Array | None:
    """Return the cotangent of a floating attn_mask: the sum over samples and heads if all of them share it."""
    if mask is None or mask.dtype == np.bool_:
        return None
    batch, heads, length, count = sizes
    shared = mask.ndim == 2
    found = zeros(1 if shared else batch * heads, length, count)
    for n, h, i, s in indices(batch, heads, length, count):
        found[0 if shared else n * heads + h][i][s] += dscore[n][h][i][s]
    return to_array(found, mask.shape, mask.dtype)


def _read(name: str, mask: Array | None, shapes: tuple[Shape, ...], lists: Shape, dtype: object) -> Any:
    if mask is None:
        return None
    if mask.dtype not in (np.bool_, dtype):
        raise ValueError(f"{name} must be boolean or {dtype}, got {mask.dtype}")
    if mask.shape not in shapes:
        raise ValueError(f"{name} has shape {mask.shape}, expected {' or '.join(map(str, shapes))}")
    return to_lists(np.where(mask, -math.inf, 0.0) if mask.dtype == np.bool_ else mask, lists)

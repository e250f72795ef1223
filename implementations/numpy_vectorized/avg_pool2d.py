"""Average over windows.

    y[n, c] = sum over i, j of windows[n, c, i, j] / divisor
    windows[n, c, i, j, u, v] = padded[n, c, u stride + i, v stride + j], padded with 0
    d_windows[n, c, i, j] = g / divisor, added up in padded

divisor is divisor_override, else the number of cells of the window that lie in the plane, with count_include_pad
in the plane or its padding; cells that only ceil_mode adds are never counted.

Shapes: x (N, C, H, W) or (C, H, W), y (N, C, OH, OW) or (C, OH, OW) with
OH = (H + 2 padding - KH) / stride + 1, rounded down, or in ceil_mode up.
Raises: ValueError for x of other shapes or without cells, sizes that are not positive, padding that is
negative or more than half of the kernel, an output without cells, and a divisor of 0.
Source: torch.nn.AvgPool2d.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._padding import inside, padded_shape, surround
from ._pooling import Pooling, pooling
from ._windows import Pair, as_batch, sliding_windows


@ieee
def forward(
    params: Params,
    x: Array,
    *,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Array:
    pool = pooling(as_batch(x), kernel_size, stride, padding, 1, ceil_mode)
    divisor = _divisor(x, pool, count_include_pad, divisor_override)
    windows = sliding_windows(surround(as_batch(x), pool.border, 0), *pool.window)
    y = np.zeros(windows[:, :, 0, 0].shape, x.dtype)
    for i, j in np.ndindex(pool.kernel):
        y += windows[:, :, i, j]
    y /= divisor
    return y.reshape(*x.shape[:-2], *y.shape[-2:])


@ieee
def vjp(
    params: Params,
    x: Array,
    *,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> tuple[Array, Pullback]:
    pool = pooling(as_batch(x), kernel_size, stride, padding, 1, ceil_mode)
    divisor = _divisor(x, pool, count_include_pad, divisor_override)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        d_padded = np.zeros(padded_shape(as_batch(x), pool.border), x.dtype)
        d_windows = sliding_windows(d_padded, *pool.window)
        share = as_batch(cotangent) / divisor
        for i, j in np.ndindex(pool.kernel):
            d_windows[:, :, i, j] += share
        return {}, (inside(d_padded, pool.border).reshape(x.shape),)

    y = forward(
        params,
        x,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
        ceil_mode=ceil_mode,
        count_include_pad=count_include_pad,
        divisor_override=divisor_override,
    )
    return y, pullback


def _divisor(x: Array, pool: Pooling, count_include_pad: bool, divisor_override: int | None) -> Array:
    """What each window (OH, OW) is divided by, in x's dtype so that float32 stays float32."""
    if divisor_override is not None:
        if divisor_override == 0:
            raise ValueError("divisor_override must not be 0")
        return np.asarray(divisor_override, x.dtype)
    axes = zip(x.shape[-2:], pool.kernel, pool.stride, pool.border, strict=True)
    rows, columns = (_cells(*axis, count_include_pad) for axis in axes)
    return (rows[:, None] * columns).astype(x.dtype)


def _cells(size: int, k: int, s: int, border: Pair, count_include_pad: bool) -> Array:
    """The number of cells that count along an axis, for each window."""
    before, behind = border
    start = np.arange(0, before + size + behind - k + 1, s)
    first, end = (0, before + size + before) if count_include_pad else (before, before + size)
    return np.minimum(start + k, end) - np.maximum(start, first)

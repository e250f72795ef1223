"""Maximum over windows.

    y[n, c] = max over i, j of windows[n, c, i, j]        dx[n, c, index] += g
    windows[n, c, i, j, u, v] = padded[n, c, u stride + i dilation, v stride + j dilation], padded with -inf

The first of equal cells wins; a window with a nan gives nan, and its last nan wins.

Shapes: x (N, C, H, W) or (C, H, W); y and index (N, C, OH, OW) or (C, OH, OW), index int64 into the plane H W,
OH = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1, rounded down, or in ceil_mode up.
Raises: ValueError for x of other shapes or without cells, sizes that are not positive, padding that is
negative or more than half of the kernel, and an output without cells.
Source: torch.nn.MaxPool2d.
"""

import math
from typing import Any

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._padding import inside, surround
from ._pooling import Pooling, pooling
from ._select import keep_where
from ._windows import Pair, as_batch, chunks, sliding_windows


@ieee
def forward(
    params: Params,
    x: Array,
    *,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    dilation: int | Pair,
    return_indices: bool,
    ceil_mode: bool,
) -> Array | tuple[Array, Array]:
    pool = pooling(as_batch(x), kernel_size, stride, padding, dilation, ceil_mode)
    windows = sliding_windows(surround(as_batch(x), pool.border, -np.inf), *pool.window)
    shape = (*x.shape[:-2], *windows.shape[-2:])
    if return_indices:
        y, winner = _max_and_winner(windows, pool)
        return y.reshape(shape), _index(winner, pool, x.shape[-1]).reshape(shape)
    y = windows[:, :, 0, 0].copy()
    for i, j in pool.cells[1:]:
        np.maximum(windows[:, :, i, j], y, out=y)
    return y.reshape(shape)


@ieee
def vjp(
    params: Params,
    x: Array,
    *,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    dilation: int | Pair,
    return_indices: bool,
    ceil_mode: bool,
) -> tuple[Array | tuple[Array, Array], Pullback]:
    pool = pooling(as_batch(x), kernel_size, stride, padding, dilation, ceil_mode)
    padded = surround(as_batch(x), pool.border, -np.inf)
    y, winner = _max_and_winner(sliding_windows(padded, *pool.window), pool)

    @ieee
    def pullback(cotangent: Any) -> Cotangents:
        g = as_batch(cotangent[0] if return_indices else cotangent)
        d_padded = (np.empty if pool.tiles(padded) else np.zeros)(padded.shape, padded.dtype)
        d_windows = sliding_windows(d_padded, *pool.window)
        for cell, (i, j) in enumerate(pool.cells):
            if pool.overlaps:
                d_windows[:, :, i, j] += keep_where(winner == cell, g)
            else:  # 5 ms instead of 7 on 8 samples of 64 x 56 x 56, 2 x 2 cells
                keep_where(winner == cell, g, out=d_windows[:, :, i, j])
        return {}, (inside(d_padded, pool.border).reshape(x.shape),)

    shape = (*x.shape[:-2], *y.shape[-2:])
    if return_indices:
        return (y.reshape(shape), _index(winner, pool, x.shape[-1]).reshape(shape)), pullback
    return y.reshape(shape), pullback


def _max_and_winner(windows: Array, pool: Pooling) -> tuple[Array, Array]:
    """The maximum of each window, and the number of the kernel cell that holds it."""
    y = np.empty((*windows.shape[:2], *windows.shape[4:]), windows.dtype)
    winner = np.empty(y.shape, np.min_scalar_type(math.prod(pool.kernel)))
    winner[...] = _first_inside(y.shape, pool)
    # On 8 samples of 64 x 56 x 56, 2 x 2 cells, all samples at once take 5.4 ms, one after the other 4.1.
    for chunk in chunks(windows):
        _compete(windows[chunk], y[chunk], winner[chunk], pool)
    return y, winner


def _compete(windows: Array, y: Array, winner: Array, pool: Pooling) -> None:
    """Fill y, and set the winner where it is not the first cell inside."""
    y[...] = windows[:, :, 0, 0]
    for cell, (i, j) in enumerate(pool.cells[1:], 1):
        x = windows[:, :, i, j].copy()  # read twice, and strided reads are slow
        # Cells come in rising order, so the greatest number is the latest winner.
        np.maximum(winner, (x > y) * winner.dtype.type(cell), out=winner)
        np.maximum(x, y, out=y)
    if np.isnan(y).any():
        for cell, (i, j) in enumerate(pool.cells):
            winner[np.isnan(windows[:, :, i, j])] = cell


def _first_inside(shape: tuple[int, ...], pool: Pooling) -> Array:
    """The number of the first cell of each window that is not in the padding: the winner if all are -inf."""
    (top, _), (left, _) = pool.border
    i, j = (
        -(-np.maximum(margin - s * np.arange(size), 0) // d)
        for margin, s, size, d in zip((top, left), pool.stride, shape[2:], pool.dilation, strict=True)
    )
    cell: Array = i[:, None] * pool.kernel[1] + j
    return cell


def _index(winner: Array, pool: Pooling, width: int) -> Array:
    """The place in the plane of each window's winner."""
    i, j = np.divmod(winner.astype(np.int64), pool.kernel[1])
    (top, _), (left, _) = pool.border
    row = np.arange(winner.shape[2])[:, None] * pool.stride[0] + i * pool.dilation[0] - top
    column = np.arange(winner.shape[3]) * pool.stride[1] + j * pool.dilation[1] - left
    index: Array = row * width + column
    return index

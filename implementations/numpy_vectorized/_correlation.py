"""Correlation of windows with a weight as matrix products, block by block."""

from collections.abc import Iterator

import numpy as np

from ._kernel import Array

CACHE = 512 * 1024
"""Bytes of columns in a block, so that they are still in a core's L2 cache when they are multiplied."""


def correlate(windows: Array, weight: Array, groups: int) -> Array:
    """y[n, o] = sum over c, i, j of weight[o, c, i, j] windows[n, c, i, j], within each group.

    windows (N, C, KH, KW, OH, OW), weight (O, C / groups, KH, KW), y (N, O, OH, OW).
    """
    matrix = _matrix(weight, groups)
    n, _, _, _, height, width = windows.shape
    y = np.empty((n, groups, matrix.shape[1], height * width), windows.dtype)
    for samples, rows, span in _blocks(windows):
        np.matmul(matrix, _columns(windows[samples, ..., rows, :], groups), out=y[samples, ..., span])
    return y.reshape(n, len(weight), height, width)


def correlate_transpose(g: Array, windows: Array, weight: Array, groups: int, d_windows: Array) -> Array:
    """The cotangent of the weight; those of the windows are added to d_windows, cell by cell."""
    n, _, _, _, height, width = windows.shape
    matrix = _matrix(weight, groups)
    g = g.reshape(n, groups, matrix.shape[1], height * width)
    d_matrix = np.zeros_like(matrix)
    for samples, rows, span in _blocks(windows):
        block, d_block = windows[samples, ..., rows, :], d_windows[samples, ..., rows, :]
        g_block = g[samples, ..., span]
        d_matrix += (g_block @ _columns(block, groups).swapaxes(-1, -2)).sum(axis=0)
        d_columns = (matrix.swapaxes(-1, -2) @ g_block).reshape(block.shape)
        for i, j in np.ndindex(weight.shape[2:]):
            d_block[:, :, i, j] += d_columns[:, :, i, j]
    return d_matrix.reshape(weight.shape)


def _matrix(weight: Array, groups: int) -> Array:
    """The weight (O, C / groups, KH, KW) as (groups, O / groups, C / groups KH KW)."""
    return weight.reshape(groups, len(weight) // groups, weight[0].size)


def _columns(block: Array, groups: int) -> Array:
    """A block of windows as (N, groups, C / groups KH KW, OH OW), the im2col matrices."""
    n, channels, kh, kw, height, width = block.shape
    return block.reshape(n, groups, channels // groups * kh * kw, height * width)


def _blocks(windows: Array) -> Iterator[tuple[slice, slice, slice]]:
    """Slices over samples, output rows and output cells that together cover all the windows."""
    n, channels, kh, kw, height, width = windows.shape
    row_bytes = channels * kh * kw * width * windows.itemsize
    rows = max(1, CACHE // max(1, row_bytes))
    samples, rows = max(1, rows // height), min(rows, height)
    for sample in range(0, n, samples):
        for row in range(0, height, rows):
            yield (
                slice(sample, sample + samples),
                slice(row, row + rows),
                slice(row * width, (row + rows) * width),
            )

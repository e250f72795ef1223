"""Correlation of windows with a weight as matrix products.

Windows are laid out as the columns of a matrix block by block, and only the results are written in full.
"""

from collections.abc import Iterator

import numpy as np

from ._geometry import Geometry
from ._kernel import Array
from ._padding import pad_transpose, padded_shape
from ._pixels import correlate_pixels, has_many_channels, weight_cotangent
from ._windows import CACHE, sliding_windows


def correlate(planes: Array, weight: Array, bias: Array | None, groups: int, geometry: Geometry) -> Array:
    """y[n, o] = bias[o] + sum over c, i, j of weight[o, c, i, j] windows[n, c, i, j], within each group.

    planes (N, C, H, W), weight (O, C / groups, KH, KW), bias (O,), y (N, O, OH, OW).
    """
    if has_many_channels(weight, groups, geometry):
        return correlate_pixels(planes, weight, bias, geometry)
    windows, matrix = geometry.windows(planes), _matrix(weight, groups)
    height, width = windows.shape[-2:]
    y = np.empty((len(planes), groups, matrix.shape[1], height * width), planes.dtype)
    for samples, rows, span in _blocks(windows):
        block = y[samples, ..., span]
        np.matmul(matrix, _columns(windows[samples, ..., rows, :], groups), out=block)
        if bias is not None:
            block += bias.reshape(groups, matrix.shape[1], 1)
    return y.reshape(len(planes), len(weight), height, width)


def correlate_transpose(
    g: Array, planes: Array, weight: Array, groups: int, geometry: Geometry
) -> tuple[Array, Array]:
    """The cotangents of planes and weight."""
    # With stride 1 there are two ways: one lays out the channels of g and adds nothing up, the other lays out
    # the channels of the planes, and takes as long when g has twice as many.
    convolved = geometry.stride == (1, 1) and len(weight) <= 2 * planes.shape[1]
    pull_back = _convolved if convolved else _scattered
    if has_many_channels(weight, groups, geometry):
        d_weight = weight_cotangent(g, planes, weight, geometry)
    else:
        d_weight = _of_weight(g, planes, weight, groups, geometry)
    return pull_back(g, planes, weight, groups, geometry), d_weight


def _of_weight(g: Array, planes: Array, weight: Array, groups: int, geometry: Geometry) -> Array:
    """The cotangent of the weight."""
    windows, g = geometry.windows(planes), _flat(g, groups).swapaxes(2, 3)
    d_matrix_t = np.zeros((groups, weight[0].size, len(weight) // groups), weight.dtype)
    for samples, rows, span in _blocks(windows):
        # This way round OpenBLAS makes 93 billion multiplications a second, transposed 68.
        products = _columns(windows[samples, ..., rows, :], groups) @ g[samples, :, span]
        d_matrix_t += products.sum(axis=0)
    return d_matrix_t.swapaxes(1, 2).reshape(weight.shape)


def _scattered(g: Array, planes: Array, weight: Array, groups: int, geometry: Geometry) -> Array:
    """The cotangent of the planes: those of the windows, added up cell by cell."""
    d_padded = np.zeros(padded_shape(planes, geometry.border), g.dtype)
    d_windows = sliding_windows(d_padded, geometry.kernel, geometry.stride, geometry.dilation)
    g, transposed = _flat(g, groups), _matrix(weight, groups).swapaxes(1, 2)
    for samples, rows, span in _blocks(d_windows):
        _add_cell_by_cell(d_windows[samples, ..., rows, :], transposed @ g[samples, ..., span])
    return pad_transpose(d_padded, planes, geometry.border, geometry.mode)


def _add_cell_by_cell(d_windows: Array, d_columns: Array) -> None:
    """Windows overlap, but not those of one cell of the kernel."""
    d_columns = d_columns.reshape(d_windows.shape)
    for i, j in np.ndindex(d_windows.shape[2:4]):
        d_windows[:, :, i, j] += d_columns[:, :, i, j]


def _convolved(g: Array, planes: Array, weight: Array, groups: int, geometry: Geometry) -> Array:
    """The same where the stride is 1: g, surrounded by zeros, correlated with the mirrored weight."""
    (kh, kw), (dh, dw) = geometry.kernel, geometry.dilation
    around = geometry._replace(border=((dh * (kh - 1),) * 2, (dw * (kw - 1),) * 2), mode="zeros")
    by_group = weight[..., ::-1, ::-1].reshape(groups, len(weight) // groups, *weight.shape[1:])
    mirrored = by_group.swapaxes(1, 2).reshape(planes.shape[1], len(weight) // groups, kh, kw)
    return pad_transpose(correlate(g, mirrored, None, groups, around), planes, geometry.border, geometry.mode)


def _matrix(weight: Array, groups: int) -> Array:
    """The weight (O, C / groups, KH, KW) as (groups, O / groups, C / groups KH KW)."""
    return weight.reshape(groups, len(weight) // groups, weight[0].size)


def _columns(block: Array, groups: int) -> Array:
    """A block of windows as (N, groups, C / groups KH KW, OH OW), the im2col matrices."""
    n, channels, kh, kw, height, width = block.shape
    return block.reshape(n, groups, channels // groups * kh * kw, height * width)


def _flat(g: Array, groups: int) -> Array:
    """The cotangent (N, O, OH, OW) as (N, groups, O / groups, OH OW)."""
    n, channels, height, width = g.shape
    return g.reshape(n, groups, channels // groups, height * width)


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

"""Correlation with a kernel of several rows over many channels, pixel by pixel.

    bands[r, v] = pixels[r, v stride + j dilation] for all j
    y[u, v] = sum over i of bands[u + i dilation, v] W_i
    dW_i = sum over u, v of g[u, v] bands[u + i dilation, v]^T

A padded sample becomes pixels (H, W, C), so that windows are laid out in runs of KW C numbers, and only those of
one row of the kernel: the next row's are the same ones, a row of windows later, and the result is a sum of KH
products. All that lies between x and y stays in a core's L2 cache, in arrays that are made once. On 8 samples of
64 x 56 x 56, 3 x 3 cells, forward takes 31 ms, of which 21 are products, and by the columns of `_correlation` 36.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ._geometry import Geometry
from ._kernel import Array
from ._padding import inside, pad, padded_shape
from ._windows import CACHE

MANY = 32
"""So many numbers in a run, and laying out pays: on 8 samples of 32 x 32 cells, 3 x 3, from 8 channels on."""


def has_many_channels(weight: Array, groups: int, geometry: Geometry) -> bool:
    """Whether a correlation is one for this module."""
    _, channels, kh, kw = weight.shape
    return groups == 1 and kh > 1 and geometry.stride[0] == 1 and channels * kw >= MANY


def correlate_pixels(planes: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    """Correlate: y (N, O, OH, OW) of planes (N, C, H, W), weight (O, C, KH, KW) and bias (O,)."""
    out, channels, kh, kw = weight.shape
    matrices = weight.transpose(2, 3, 1, 0).reshape(kh, kw * channels, out)
    height, width = geometry.windows(planes[:0]).shape[-2:]
    y = np.empty((len(planes), out, height * width), planes.dtype)
    scratch = np.empty((2, height * width * out), planes.dtype)
    for sample, span, bands in _bands(planes, height, width, geometry):
        total, product = (part[: len(bands[0]) * out].reshape(-1, out) for part in scratch)
        total[...] = 0 if bias is None else bias
        for band, matrix in zip(bands, matrices, strict=True):
            total += np.matmul(band, matrix, out=product)
        y[sample, :, span] = total.T
    return y.reshape(len(planes), out, height, width)


def weight_cotangent(g: Array, planes: Array, weight: Array, geometry: Geometry) -> Array:
    """The cotangent of the weight, for g (N, O, OH, OW)."""
    out, channels, kh, kw = weight.shape
    height, width = g.shape[-2:]
    d_matrices = np.zeros((kh, out, kw * channels), weight.dtype)
    g = g.reshape(len(g), out, height * width)
    for sample, span, bands in _bands(planes, height, width, geometry):
        for d_matrix, band in zip(d_matrices, bands, strict=True):
            d_matrix += g[sample, :, span] @ band
    return d_matrices.reshape(kh, out, kw, channels).transpose(1, 3, 0, 2)


def _bands(
    planes: Array, height: int, width: int, geometry: Geometry
) -> Iterator[tuple[int, slice, list[Array]]]:
    """Blocks of a result of height x width cells: the sample, the cells, and for each row of the kernel a matrix.

    The matrices (cells, KW C) are views of one array, in which the next block is laid out.
    """
    if geometry.mode != "zeros":
        planes = pad(planes, geometry.border, geometry.mode)
        geometry = geometry._replace(border=((0, 0), (0, 0)), mode="zeros")
    (kh, kw), (_, stride), (down, right) = geometry.kernel, geometry.stride, geometry.dilation
    _, channels, padded_height, padded_width = padded_shape(planes, geometry.border)
    pixels = np.zeros((padded_height, padded_width, channels), planes.dtype)
    plane = inside(pixels.transpose(2, 0, 1)[None], geometry.border)[0]
    row, column, channel = pixels.strides
    further = down * (kh - 1)
    bands = as_strided(
        pixels,
        (height + further, width, kw, channels),
        (row, column * stride, column * right, channel),
    )
    rows = min(height, max(1, CACHE // max(1, bands[0].nbytes) - further))
    laid_out = np.empty((rows + further, *bands.shape[1:]), planes.dtype)
    matrix = laid_out.reshape(-1, kw * channels)
    for n, sample in enumerate(planes):
        plane[...] = sample
        for first in range(0, height, rows):
            end = min(first + rows, height)
            laid_out[: end - first + further] = bands[first : end + further]
            cells = slice(first * width, end * width)
            starts = range(0, further * width + 1, down * width)
            yield n, cells, [matrix[start : start + (end - first) * width] for start in starts]

"""A convolution as the matrix of a dense layer: sparse, and each weight shared by many cells of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..tree import Array
from ._windows import Pair, pair


def padding_widths(padding: str | int | Pair, kernel: Pair, dilation: Pair) -> tuple[Pair, Pair]:
    """(before, after) for rows and for columns; the odd cell of "same" goes after."""
    if padding == "valid":
        padding = 0
    if isinstance(padding, str):
        rows, columns = (d * (k - 1) for k, d in zip(kernel, dilation, strict=True))
        return (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)
    rows, columns = pair(padding)
    return (rows, rows), (columns, columns)


def _shown(position: int, size: int, mode: str) -> int | None:
    """The cell of the plane that a position of the padded plane shows; None where it shows a zero."""
    if mode == "replicate":
        return min(max(position, 0), size - 1)
    if mode == "circular":
        return position % size
    if mode == "reflect":
        return min(abs(position), 2 * (size - 1) - abs(position))
    return position if 0 <= position < size else None


def taps(config: Mapping[str, Any], sizes: Pair) -> tuple[Array, Array]:
    """For rows and for columns: [tap, output cell, input cell] is 1 where that tap reads that cell."""
    kernel, dilation = pair(config["kernel_size"]), pair(config["dilation"])
    found = []
    for size, k, d, s, (before, after) in zip(
        sizes,
        kernel,
        dilation,
        pair(config["stride"]),
        padding_widths(config["padding"], kernel, dilation),
        strict=True,
    ):
        outputs = (before + size + after - d * (k - 1) - 1) // s + 1
        reads = np.zeros((k, outputs, size))
        for tap in range(k):
            for i in range(outputs):
                cell = _shown(i * s + tap * d - before, size, config["padding_mode"])
                if cell is not None:
                    reads[tap, i, cell] = 1
        found.append(reads)
    return found[0], found[1]


def toeplitz(weight: Array, config: Mapping[str, Any], sizes: Pair) -> Array:
    """The matrix [out_channel, i, j, in_channel, r, s] in float64."""
    rows, columns = taps(config, sizes)
    groups, out_channels = config["groups"], config["out_channels"]
    in_group, out_group = config["in_channels"] // groups, out_channels // groups
    whole = np.zeros((out_channels, config["in_channels"], *weight.shape[2:]))
    for g in range(groups):
        channels = slice(g * out_group, (g + 1) * out_group)
        whole[channels, g * in_group : (g + 1) * in_group] = weight[channels]
    matrix: Array = np.einsum("ocpq,pir,qjs->oijcrs", whole, rows, columns, optimize=True)
    return matrix

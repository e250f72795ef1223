"""Where the cells of sliding windows lie in planes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from conformance.tree import Array

Pair: TypeAlias = tuple[int, int]

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pair(option: int | Pair) -> Pair:
    """An int-or-pair option as a pair (rows, columns)."""
    return option if isinstance(option, tuple) else (option, option)


def size_of(planes: Array) -> Pair:
    """Rows and columns."""
    rows, columns = planes.shape[-2:]
    return rows, columns


def planes(x: Array) -> Array:
    """(N, C, H, W) or (C, H, W) as (N, C, H * W)."""
    *batch, channels, rows, columns = x.shape
    return x.reshape(batch[0] if batch else 1, channels, rows * columns)


@dataclass(frozen=True)
class Windows:
    """`read` (KH * KW, OH * OW) is the cell of the plane that each window reads, -1 in a margin of nothing."""

    read: Array
    shape: Pair


@lru_cache(maxsize=64)
def windows(
    size: Pair, kernel: Pair, stride: Pair, dilation: Pair, margin: tuple[Pair, Pair], counts: Pair, mode: str
) -> Windows:
    """`counts` windows over a plane of `size` with `margin` ((top, bottom), (left, right))."""
    plane = np.arange(size[0] * size[1]).reshape(size)
    fill = {"constant_values": -1} if mode == "zeros" else {}
    padded = np.pad(plane, margin, mode=MODES[mode], **fill)  # type: ignore[call-overload]
    rows, columns = (
        np.arange(k)[:, None] * d + np.arange(n) * s
        for k, d, n, s in zip(kernel, dilation, counts, stride, strict=True)
    )
    cells = rows[:, None, :, None] * padded.shape[1] + columns[None, :, None, :]
    cells = cells.reshape(kernel[0] * kernel[1], counts[0] * counts[1])
    return Windows(padded.reshape(-1)[cells], counts)


def gathered(x: Array, read: Array, fill: float) -> Array:
    """The cells that windows read of planes (N, C, H * W): (N, C, KH * KW, OH * OW)."""
    return np.where(read < 0, x.dtype.type(fill), x[:, :, read])


def scattered(cotangent: Array, read: Array, size: int, *, backwards: bool = False) -> Array:
    """The transpose of `gathered`: each cell adds up the cotangents of its copies, from either end."""
    total = np.zeros((size, *cotangent.shape[:2]), cotangent.dtype)
    inside = np.flatnonzero(read.reshape(-1) >= 0)[:: -1 if backwards else 1]
    copies = np.moveaxis(cotangent.reshape(*cotangent.shape[:2], read.size), -1, 0)
    np.add.at(total, read.reshape(-1)[inside], copies[inside])
    return np.moveaxis(total, 0, -1)


def pool_counts(size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil: bool) -> Pair:
    """How many windows a pooling has along rows and columns."""

    def count(axis: int) -> int:
        travel = size[axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1
        found = (-(-travel // stride[axis]) if ceil else travel // stride[axis]) + 1
        # A window must start in the plane or in the padding before it.
        return found - (ceil and (found - 1) * stride[axis] >= size[axis] + padding[axis])

    return count(0), count(1)


def pool_windows(
    size: Pair, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil: bool
) -> Windows:
    """The windows of a pooling; the margin holds all of the last one, too."""
    counts = pool_counts(size, kernel, stride, padding, dilation, ceil)

    def margin(axis: int) -> Pair:
        reach = (counts[axis] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1
        return padding[axis], max(padding[axis], reach - size[axis] - padding[axis])

    return windows(size, kernel, stride, dilation, (margin(0), margin(1)), counts, "zeros")

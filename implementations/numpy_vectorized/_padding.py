"""Padding of planes (N, C, H, W), and its transpose."""

from typing import TypeAlias

import numpy as np

from ._kernel import Array
from ._windows import Pair

Border: TypeAlias = tuple[Pair, Pair]
"""Cells added (top, bottom) and (left, right)."""


def padded_shape(planes: Array, border: Border) -> tuple[int, int, int, int]:
    """The shape of the planes with their border."""
    (top, bottom), (left, right) = border
    n, c, h, w = planes.shape
    return n, c, top + h + bottom, left + w + right


def surround(planes: Array, border: Border, fill: float) -> Array:
    """The planes with a border of one value; the planes themselves where the border is empty."""
    if border == ((0, 0), (0, 0)):
        return planes
    padded = np.full(padded_shape(planes, border), fill, planes.dtype)
    inside(padded, border)[...] = planes
    return padded


def inside(padded: Array, border: Border) -> Array:
    """The planes within the border: the transpose of `surround`."""
    (top, bottom), (left, right) = border
    return padded[:, :, top : padded.shape[2] - bottom, left : padded.shape[3] - right]


def pad(planes: Array, border: Border, mode: str) -> Array:
    """The planes with a border of zeros, or of their own cells."""
    if mode == "zeros":
        return surround(planes, border, 0)
    rows, columns = _sources(planes, border, mode)
    return planes[:, :, rows[:, None], columns]


def pad_transpose(d_padded: Array, planes: Array, border: Border, mode: str) -> Array:
    """The cotangent of the planes: each cell gathers those of its copies."""
    if mode == "zeros":
        return inside(d_padded, border)
    rows, columns = _sources(planes, border, mode)
    return _fold(_fold(d_padded, 3, columns, border[1]), 2, rows, border[0])


def _fold(d_padded: Array, axis: int, source: Array, border: Pair) -> Array:
    """The border is taken off an axis, and each of its cells added to the one that it copied."""
    cells = np.moveaxis(d_padded, axis, 0)
    before, end = border[0], len(cells) - border[1]
    folded = cells[before:end].copy(order="K")
    for copy in (*range(before), *range(end, len(cells))):
        folded[source[copy]] += cells[copy]
    return np.moveaxis(folded, 0, axis)


def _sources(planes: Array, border: Border, mode: str) -> tuple[Array, Array]:
    """For each row and each column of the padded planes, the one that it copies."""
    (top, bottom), (left, right) = border
    height, width = planes.shape[2:]
    return _source(height, top, bottom, mode), _source(width, left, right, mode)


def _source(size: int, before: int, after: int, mode: str) -> Array:
    position = np.arange(-before, size + after)
    last, widest = size - 1, max(before, after)
    if mode == "replicate":
        return np.clip(position, 0, last)
    if mode == "reflect" and widest < size:
        reflected: Array = last - np.abs(last - np.abs(position))
        return reflected
    if mode == "circular" and widest <= size:
        return position % size
    if mode in ("reflect", "circular"):
        raise ValueError(f"{mode} padding of {widest} is too wide for {size} cells")
    raise ValueError(f"padding_mode must be 'zeros', 'reflect', 'replicate' or 'circular', not {mode!r}")

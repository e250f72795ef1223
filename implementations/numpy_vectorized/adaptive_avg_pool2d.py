"""Average over a given number of windows.

    y = (sum of x over rows and columns of each window) / cells
    rows of window u: floor(u H / OH) <= i < ceil((u + 1) H / OH), its columns likewise; cells is their product
    dx = sum of g / cells over the windows that hold each cell

Window u of OH and cell i of H meet where the intervals [u / OH, (u + 1) / OH) and [i / H, (i + 1) / H) do. That
is symmetric: the windows that hold a cell are a window themselves, with the sizes exchanged.

Shapes: x (N, C, H, W) or (C, H, W), y (N, C, OH, OW) or (C, OH, OW), output_size (OH, OW) or a number for both;
None means the size of x.
Raises: ValueError for x of other shapes or without cells, and for an output_size that is not positive.
Source: torch.nn.AdaptiveAvgPool2d.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._windows import Pair, as_batch


@ieee
def forward(params: Params, x: Array, *, output_size: int | tuple[int | None, int | None]) -> Array:
    windows = _windows(x, output_size)
    return _sums(x, windows) / _cells(x, windows)


@ieee
def vjp(
    params: Params, x: Array, *, output_size: int | tuple[int | None, int | None]
) -> tuple[Array, Pullback]:
    windows = _windows(x, output_size)
    cells = _cells(x, windows)
    plane = x.shape[-2], x.shape[-1]

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (_sums(cotangent / cells, plane),)

    return _sums(x, windows) / cells, pullback


def _windows(x: Array, output_size: int | tuple[int | None, int | None]) -> Pair:
    """The number of windows along rows and columns, checked as x is."""
    as_batch(x)
    given = (output_size, output_size) if isinstance(output_size, int) else output_size
    if not isinstance(given, tuple) or len(given) != 2:
        raise ValueError(f"output_size must be an int or a pair, not {output_size}")
    rows, columns = (
        size if windows is None else windows for size, windows in zip(x.shape[-2:], given, strict=True)
    )
    if min(rows, columns) < 1:
        raise ValueError(f"output_size must be at least 1, not {output_size}")
    return rows, columns


def _bounds(size: int, windows: int) -> Array:
    """(windows, 2): the first cell of each window, and the one behind it."""
    number = np.arange(windows)
    return np.stack([number * size // windows, -(-(number + 1) * size // windows)], axis=1)


def _cells(x: Array, windows: Pair) -> Array:
    """How many cells each window has, in x's dtype so that float32 stays float32."""
    rows, columns = (
        np.diff(_bounds(size, count))[:, 0] for size, count in zip(x.shape[-2:], windows, strict=True)
    )
    cells: Array = (rows[:, None] * columns).astype(x.dtype)
    return cells


def _sums(x: Array, windows: Pair) -> Array:
    """The sum of each window of x."""
    for axis, count in zip((-2, -1), windows, strict=True):
        bounds = _bounds(x.shape[axis], count).ravel()
        # A window may end behind the last cell, where reduceat wants one to begin.
        beyond = [(0, int(axis == own)) for own in range(-x.ndim, 0)]
        # Every second sum runs from one window's end to the next one's start.
        kept = np.s_[..., ::2, :] if axis == -2 else np.s_[..., ::2]
        x = np.add.reduceat(np.pad(x, beyond), bounds, axis=axis)[kept]
    return x

"""Where the windows of a pooling lie."""

from typing import NamedTuple

import numpy as np

from ._kernel import Array
from ._padding import Border
from ._windows import Pair, pair, require_at_least


class Pooling(NamedTuple):
    """A window, and the border of the planes that it slides over."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    border: Border

    @property
    def window(self) -> tuple[Pair, Pair, Pair]:
        """What `sliding_windows` takes."""
        return self.kernel, self.stride, self.dilation

    @property
    def cells(self) -> list[tuple[int, ...]]:
        """The cells of the kernel, row by row."""
        return list(np.ndindex(self.kernel))

    @property
    def overlaps(self) -> bool:
        """Whether a cell may be in two windows."""
        axes = zip(self.kernel, self.stride, self.dilation, strict=True)
        return any(dilation * (size - 1) >= stride for size, stride, dilation in axes)

    def tiles(self, padded: Array) -> bool:
        """Whether each cell of padded planes is in one window."""
        cells = zip(padded.shape[2:], self.stride, strict=True)
        return (
            self.kernel == self.stride and self.dilation == (1, 1) and not any(size % s for size, s in cells)
        )


def pooling(
    planes: Array,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    dilation: int | Pair,
    ceil_mode: bool,
) -> Pooling:
    """The pooling of planes (N, C, H, W) with these options."""
    if planes.shape[1] == 0:
        raise ValueError(f"x has no channels: its shape is {planes.shape}")
    kernel, padding, dilation = pair(kernel_size), pair(padding), pair(dilation)
    stride = kernel if stride is None else pair(stride)
    require_at_least(1, kernel_size=kernel, stride=stride, dilation=dilation)
    require_at_least(0, padding=padding)
    if any(p > k // 2 for p, k in zip(padding, kernel, strict=True)):
        raise ValueError(f"padding {padding} is more than half of kernel_size {kernel}")
    axes = zip(planes.shape[2:], kernel, stride, padding, dilation, strict=True)
    vertical, horizontal = (_border(*axis, ceil_mode) for axis in axes)
    return Pooling(kernel, stride, dilation, (vertical, horizontal))


def _border(size: int, k: int, s: int, p: int, d: int, ceil_mode: bool) -> Pair:
    """The padding, and behind it in ceil_mode the cells that complete a last window."""
    travel = size + 2 * p - (d * (k - 1) + 1)
    last_start = (travel // s + 1) * s
    # A window that starts in the padding behind the plane is left out.
    if ceil_mode and travel % s and last_start < size + p:
        return p, p + s - travel % s
    return p, p

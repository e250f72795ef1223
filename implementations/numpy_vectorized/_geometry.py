"""Where the windows of a convolution lie."""

from typing import NamedTuple

from ._kernel import Array
from ._padding import Border, pad
from ._windows import Pair, sliding_windows

CACHE = 512 * 1024
"""Bytes that stay in a core's L2 cache while they are worked on: the size of a block."""


class Geometry(NamedTuple):
    """A kernel and its steps over planes (N, C, H, W), and how these are padded."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    border: Border
    mode: str

    def windows(self, planes: Array) -> Array:
        """A view (N, C, KH, KW, OH, OW) of the padded planes."""
        padded = pad(planes, self.border, self.mode)
        return sliding_windows(padded, self.kernel, self.stride, self.dilation)

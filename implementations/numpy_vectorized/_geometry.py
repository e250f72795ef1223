"""Where the windows of a convolution lie."""

from typing import NamedTuple

from ._kernel import Array
from ._padding import Border, pad
from ._windows import Pair, sliding_windows


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

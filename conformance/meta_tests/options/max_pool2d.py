"""max_pool2d: maximum of every window."""

from ._option import REGIME, switches
from ._windows import END, POOLS, windows

OPTIONS = (REGIME, *windows(), END, *switches("return_indices", "ceil_mode"))

IMPOSSIBLE = POOLS

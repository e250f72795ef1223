"""silu: an elementwise operation."""

from ._elements import IMPOSSIBLE as IMPOSSIBLE
from ._elements import OPTIONS as OPTIONS

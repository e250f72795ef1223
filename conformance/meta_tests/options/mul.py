"""mul: two operands."""

from ._broadcast import IMPOSSIBLE as IMPOSSIBLE
from ._broadcast import OPTIONS as OPTIONS

"""gelu: an elementwise operation of two forms."""

from ._elements import IMPOSSIBLE as IMPOSSIBLE
from ._elements import OPTIONS as ELEMENTS
from ._option import among

OPTIONS = (*ELEMENTS, among("approximate", "none", "tanh"))

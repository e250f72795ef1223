"""adam: a step of Adam."""

from ._adam import ADAMS, NEVER
from ._option import switches

OPTIONS = (*ADAMS, *switches("decoupled_weight_decay"))

IMPOSSIBLE = NEVER

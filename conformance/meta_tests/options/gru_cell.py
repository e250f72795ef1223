"""gru_cell: one gated step."""

from ._cells import CELL, SIZES
from ._option import Impossible, Option

OPTIONS: tuple[Option, ...] = CELL

IMPOSSIBLE: tuple[Impossible, ...] = SIZES

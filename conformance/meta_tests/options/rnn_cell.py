"""rnn_cell: one recurrent step."""

from ._cells import CELL, SIZES
from ._option import Impossible, among

OPTIONS = (*CELL, among("nonlinearity", "tanh", "relu"))

IMPOSSIBLE: tuple[Impossible, ...] = SIZES

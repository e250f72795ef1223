"""gru: layers of gated recurrent units."""

from ._option import Impossible, Option
from .rnn import IMPOSSIBLE as OF_NETWORKS
from .rnn import OPTIONS as NETWORK

OPTIONS: tuple[Option, ...] = tuple(option for option in NETWORK if option.name != "nonlinearity")

IMPOSSIBLE: tuple[Impossible, ...] = OF_NETWORKS

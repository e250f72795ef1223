"""lstm_cell: one step of a long short-term memory."""

from ._option import REGIME, Option, batch, size, switches
from .rnn import width_of

OPTIONS = (
    REGIME,
    *switches("bias"),
    Option("states", ("given", "None"), lambda case: "None" if case.inputs[1] is None else "given"),
    Option("hidden_size", ("as wide", "wider", "narrower"), width_of),
    size("units", lambda case: int(case.config["hidden_size"]), empty=False),
    Option("batch", ("none", "1", "several"), lambda case: batch(case, 1), rare=("0", "large")),
)

IMPOSSIBLE = ()

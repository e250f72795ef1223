"""What all recurrent cells have in common."""

from ._option import REGIME, Impossible, Option, batch, size, switches
from .rnn import width_of

CELL = (
    REGIME,
    *switches("bias"),
    size("input_size", lambda case: case.config["input_size"]),
    size("hidden_size", lambda case: case.config["hidden_size"], empty=False),
    Option("width", ("as wide", "wider", "narrower"), width_of),
    Option("h", ("given", "None"), lambda case: "None" if case.inputs[1] is None else "given"),
    Option("batch", ("none", "1", "several"), lambda case: batch(case, 1), rare=("0", "large")),
)

_WHY = "what is large in one dimension is small in the others"

SIZES = (
    Impossible("input_size=0", ("width=as wide", "width=narrower"), "there is at least one unit"),
    Impossible("input_size=1", ("width=narrower",), "there is at least one unit"),
    Impossible(
        "input_size=large", ("hidden_size=large", "batch=large", "width=as wide", "width=wider"), _WHY
    ),
    Impossible("hidden_size=large", ("batch=large", "width=as wide", "width=narrower"), _WHY),
)

"""rnn: recurrent layers."""

from conformance.case import Case

from ._between_layers import BETWEEN_LAYERS, NOTHING_DROPPED
from ._option import REGIME, Impossible, Option, among, batch, size, switches, x


def steps(case: Case) -> int:
    """The length of a sequence."""
    return int(x(case).shape[1 if case.config["batch_first"] and x(case).ndim == 3 else 0])


def width_of(case: Case) -> str:
    """The hidden size against the input's."""
    wide, narrow = case.config["hidden_size"], case.config["input_size"]
    return "as wide" if wide == narrow else "wider" if wide > narrow else "narrower"


OPTIONS = (
    REGIME,
    among("nonlinearity", "tanh", "relu"),
    *switches("bias", "batch_first", "bidirectional"),
    among("num_layers", 1, 2, 3),
    *BETWEEN_LAYERS,
    Option("h_0", ("given", "None"), lambda case: "None" if case.inputs[1] is None else "given"),
    Option("hidden_size", ("as wide", "wider", "narrower"), width_of),
    size("steps", steps, empty=False, large=64),
    Option(
        "batch",
        ("none", "1", "several"),
        lambda case: batch(case, 2, 0 if case.config["batch_first"] else 1),
        rare=("0", "large"),
    ),
)

IMPOSSIBLE = (
    Impossible(
        "steps=large",
        ("num_layers=3", "batch=large"),
        "what is large in one dimension is small in the others",
    ),
    Impossible("batch=large", ("num_layers=3",), "what is large in one dimension is small in the others"),
    *NOTHING_DROPPED,
)

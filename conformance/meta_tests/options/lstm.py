"""lstm: long short-term memories."""

from conformance.case import Case

from ._between_layers import BETWEEN_LAYERS, NOTHING_DROPPED
from ._option import REGIME, Impossible, Option, among, batch, size, switches
from .rnn import steps, width_of


def projection(case: Case) -> str:
    """The class of a projection's size."""
    width = int(case.config["proj_size"])
    return "none" if width == 0 else "1" if width == 1 else "several"


OPTIONS = (
    REGIME,
    *switches("bias", "batch_first", "bidirectional"),
    among("num_layers", 1, 2, 3),
    *BETWEEN_LAYERS,
    Option("states", ("given", "None"), lambda case: "None" if case.inputs[1] is None else "given"),
    Option("hidden_size", ("as wide", "wider", "narrower"), width_of),
    Option("proj_size", ("none", "1", "several"), projection),
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

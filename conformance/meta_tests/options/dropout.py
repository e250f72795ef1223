"""dropout: an elementwise operation with a mask."""

from conformance.case import Case

from ._elements import IMPOSSIBLE as ELEMENTS
from ._elements import OPTIONS as SIZES
from ._option import Impossible, Option, switches


def _rate(case: Case) -> str:
    rate = case.config["p"]
    return "0" if rate == 0 else "1" if rate == 1 else "up to half" if rate <= 0.5 else "more"


def _mask(case: Case) -> str:
    mask = case.inputs[1]
    if mask is None:
        return "none"
    return "all alike" if mask.all() or not mask.any() else "mixed"


OPTIONS = (
    *SIZES,
    *switches("training"),
    Option("p", ("0", "up to half", "more", "1"), _rate),
    Option("mask", ("none", "mixed", "all alike"), _mask),
)

IMPOSSIBLE = (
    *ELEMENTS,
    Impossible("training=False", ("mask=mixed", "mask=all alike"), "evaluation has no mask"),
    *(
        Impossible("mask=mixed", (value,), "one element is kept or not")
        for value in ("dimensions=0", "longest dimension=0", "longest dimension=1")
    ),
    Impossible("mask=all alike", ("longest dimension=large",), "of so many some are kept"),
)

"""Dropout between recurrent layers."""

from conformance.case import Case

from ._option import Impossible, Option, switches


def _rate(case: Case) -> str:
    rate = case.config["dropout"]
    return "0" if rate == 0 else "1" if rate == 1 else "up to half" if rate <= 0.5 else "more"


def _mask(case: Case) -> str:
    mask = case.inputs[-1]
    if mask is None:
        return "none"
    return "all alike" if mask.all() or not mask.any() else "mixed"


BETWEEN_LAYERS = (
    *switches("training"),
    Option("dropout", ("0", "up to half", "more"), _rate, rare=("1",)),
    Option("mask", ("none", "mixed"), _mask, rare=("all alike",)),
)

NOTHING_DROPPED = (
    *(
        Impossible(value, ("mask=mixed", "mask=all alike"), "nothing is dropped")
        for value in ("training=False", "dropout=0", "num_layers=1")
    ),
    Impossible("batch=0", ("mask=mixed",), "an empty mask"),
)

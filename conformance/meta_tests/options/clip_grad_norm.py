"""clip_grad_norm: gradients scaled down until their total norm is within a bound."""

import numpy as np

from conformance.case import Case
from conformance.operations.clip_grad_norm import MAX_NORM, NORM_TYPE

from ._option import REGIME, Impossible, Option, among, switches


def _gradients(case: Case) -> str:
    return "several" if len(case.inputs) > 1 else "1"


def _empty(case: Case) -> str:
    return "some" if any(x is not None and x.size == 0 for x in case.inputs) else "none"


def _length(case: Case) -> str:
    """Whether the gradients are beyond the bound in the norm of type 2."""
    flat = np.concatenate([x.ravel().astype(np.float64) for x in case.inputs if x is not None])
    return "beyond" if np.sqrt((flat * flat).sum()) > case.config["max_norm"] else "within"


OPTIONS = (
    REGIME,
    Option("gradients", ("1", "several"), _gradients),
    Option("empty", ("none",), _empty, rare=("some",)),
    Option("length", ("beyond", "within"), _length),
    among("max_norm", *MAX_NORM),
    among("norm_type", *(value for value in NORM_TYPE if value != "inf")),
    *switches("error_if_nonfinite"),
)

IMPOSSIBLE: tuple[Impossible, ...] = (
    Impossible("max_norm=inf", ("length=beyond",), "nothing is beyond"),
    Impossible(
        "empty=some", ("norm_type=inf", "norm_type=-inf", "norm_type=-1.0"), "nothing has no such norm"
    ),
)

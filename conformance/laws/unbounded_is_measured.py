"""Law: a bound that is infinite changes nothing."""

import math

import numpy as np

from ..trial import Trial
from ._clipped import clipped, given, with_gradients


def unbounded_is_measured(trial: Trial) -> None:
    """With max_norm inf the gradients come back bit for bit, and the total norm is what it is with any bound."""
    case = trial.case
    gradients = given(case)
    unbounded = with_gradients(case, gradients, max_norm=math.inf)
    same, total_norm = clipped(trial, unbounded)
    for name, gradient in gradients.items():
        trial.require(
            np.array_equal(same[name], gradient),
            f"gradients[{name!r}] is changed though max_norm is inf",
            expected=gradient,
            actual=same[name],
        )
    _, bounded = clipped(trial)
    trial.agree_with_each_other((same, bounded), (same, total_norm), like=unbounded, what="max_norm=inf")

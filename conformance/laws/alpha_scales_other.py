"""Law: alpha is the factor of the second operand and of nothing else."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def alpha_scales_other(trial: Trial) -> None:
    """An operand scaled beforehand has the same output, and alpha times its cotangent is the operand's."""
    case = trial.case
    # Only then are alpha * other and what becomes of it without an error.
    if not case.exact:
        return
    x, other = case.inputs
    assert x is not None and other is not None
    alpha = other.dtype.type(case.config["alpha"])
    scaled = replace(case, config={**case.config, "alpha": 1}, inputs=(x, np.asarray(alpha * other)))
    output, cotangents = answer(trial, scaled, trial.oracle.output)
    if cotangents is not None:
        of_input, of_scaled = cotangents.inputs
        assert of_scaled is not None
        cotangents = replace(cotangents, inputs=(of_input, np.asarray(alpha * of_scaled)))
    compare(trial, named(trial, (output, cotangents)), named(trial, own_answer(trial)), "scaled beforehand")

"""Law: a rectifier loses nothing between x and -x."""

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of


def splits_its_input(trial: Trial) -> None:
    """relu(x) - relu(-x) is x."""
    case = trial.case
    x = first_input(case)
    # One of the two is zero, so that nothing is rounded.
    parts = output_of(trial) - output_of(trial, case.with_inputs(-x))
    trial.require(np.array_equal(parts, x), "relu(x) - relu(-x) is not x", expected=x, actual=parts)

"""Law: what is clipped is within the bounds already."""

import numpy as np

from ..trial import Trial
from ._single import output_of


def clipping_twice_is_clipping(trial: Trial) -> None:
    """y(y(x)) is y(x), to the bit."""
    once = output_of(trial)
    twice = output_of(trial, trial.case.with_inputs(once.astype(trial.case.dtype)))
    trial.require(np.array_equal(twice, once), "y(y(x)) is not y(x)", expected=once, actual=twice)

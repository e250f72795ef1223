"""Law: probabilities depend on differences of scores alone."""

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of


def shift_changes_nothing(trial: Trial) -> None:
    """A number added to all scores along dim, another one for each slice, changes nothing."""
    case = trial.case
    x = first_input(case)
    # Only integers can be shifted without an error.
    if case.regime != "exact" or x.size == 0:
        return
    dim = case.config["dim"]
    slices = np.array(x.shape, dtype=np.int64)
    slices[dim : dim + 1 or None] = 1
    # Far enough for the exponentials of shifted scores to overflow, and to vanish, in either dtype.
    shift = 1024 * (np.arange(slices.prod()) % 8 - 3).reshape(slices)
    shifted = case.with_inputs(np.asarray(x + shift, dtype=x.dtype))
    trial.agree_with_each_other(trial.run(shifted), output_of(trial), what="shifted scores")

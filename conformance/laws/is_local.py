"""Law: a convolution sees no further than its kernel."""

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of
from ._toeplitz import taps


def is_local(trial: Trial) -> None:
    """What lies outside of an output's window does not change it."""
    case, x, y = trial.case, first_input(trial.case), output_of(trial)
    rows, columns = taps(case.config, (x.shape[-2], x.shape[-1]))
    i, j = y.shape[-2] // 2, y.shape[-1] // 2
    window = np.outer(rows[:, i].any(axis=0), columns[:, j].any(axis=0))
    if window.all():
        return
    changed = output_of(trial, case.with_inputs(np.where(window, x, -x - 1)))
    beside = y.copy()
    beside[..., i, j] = changed[..., i, j]
    trial.agree_with_each_other(y, beside, what=f"cell ({i}, {j}) after changes outside of its window")

"""Law: the mean of a single cell is that cell."""

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of


def own_size_changes_nothing(trial: Trial) -> None:
    """With as many windows as cells, every window is a cell, and the output is the input."""
    x = first_input(trial.case)
    y = output_of(trial, trial.case.with_config(output_size=x.shape[-2:]))
    trial.require(np.array_equal(x, y), "the plane is not as it was", expected=x, actual=y)

"""Law: a channel does not know where in the batch its elements are."""

import numpy as np

from ..trial import Trial
from ._normalised import first_output
from ._single import first_input


def places_are_samples(trial: Trial) -> None:
    """Every place of every sample as a sample of its own has the same output."""
    case = trial.case
    x = first_input(case)
    if x.ndim == 2:
        return
    moved = np.moveaxis(x, 1, -1)
    flat = first_output(trial.run(case.with_inputs(np.ascontiguousarray(moved.reshape(-1, x.shape[1])))))
    trial.agree_with_each_other(
        np.moveaxis(flat.reshape(moved.shape), -1, 1),
        first_output(trial.run(case)),
        what="of places as samples",
    )

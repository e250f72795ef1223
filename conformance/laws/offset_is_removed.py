"""Law: a mean takes every offset with it."""

import numpy as np

from ..trial import Trial
from ._normalised import first_output, normalised_axes
from ._single import first_input


def offset_is_removed(trial: Trial) -> None:
    """A number added to all elements that share a mean, another one for each mean, changes no output."""
    case = trial.case
    x = first_input(case)
    # Only integers can be shifted without an error.
    if case.regime != "exact" or x.size == 0:
        return
    axes = normalised_axes(case)
    means = [1 if axis in axes else size for axis, size in enumerate(x.shape)]
    # Far enough for squares to lose the digits that a variance in one pass needs.
    offset = 1024 * (np.arange(np.prod(means)) % 3 - 1).reshape(means) + 512
    shifted = case.with_inputs(np.asarray(x + offset, dtype=x.dtype))
    trial.agree_with_each_other(
        first_output(trial.run(shifted)), first_output(trial.run(case)), like=shifted, what="with an offset"
    )

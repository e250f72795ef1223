"""Law: a maximum has no zero of its own."""

import numpy as np

from ..tree import Array, map_leaves
from ..trial import Trial
from ._single import first_input


def maximum_shifts(trial: Trial) -> None:
    """A number added to all cells is added to all maxima, which stay where they are: padding never wins."""
    case = trial.case
    x = first_input(case)
    # Only integers can be shifted without an error. The shift leaves none above zero.
    if case.regime != "exact" or not x.size:
        return
    shift = np.asarray(x.max() + 1, dtype=x.dtype)
    shifted = trial.run(case.with_inputs(x - shift))

    def back(leaf: Array) -> Array:
        return leaf + shift if leaf.dtype.kind == "f" else leaf

    trial.agree_with_each_other(map_leaves(back, shifted), trial.run(trial.case), what="shifted back")

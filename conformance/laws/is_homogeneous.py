"""Law: a rectifier and a maximum have no scale of their own."""

import numpy as np

from ..tree import Array, map_leaves
from ..trial import Trial
from ._single import first_input


def is_homogeneous(trial: Trial) -> None:
    """Twice the input has twice the output, from the same places."""
    case = trial.case
    x = first_input(case)

    def twice(leaf: Array) -> Array:
        return np.asarray(2 * leaf) if leaf.dtype.kind == "f" else leaf

    doubled = trial.run(case.with_inputs(twice(x)))
    half = map_leaves(lambda leaf: leaf / 2 if leaf.dtype.kind == "f" else leaf, doubled)
    trial.agree_with_each_other(half, trial.run(trial.case), what="half of twice the input's output")

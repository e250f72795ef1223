"""Law: what softmax gives are probabilities."""

import numpy as np

from ..tree import Array
from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def sums_to_one(trial: Trial) -> None:
    """Along dim, the outputs sum to one, and none of them is negative."""
    if not first_input(trial.case).size:
        return
    y = output_of(trial).astype(np.float64)
    axis = trial.case.config["dim"] if y.ndim else None
    total = np.asarray(y.sum(axis))

    def spreads(careful: bool) -> list[Array | None]:
        (each,) = spread_leaves(trial.oracle, careful)
        return [None if each is None else np.asarray(each.sum(axis))]

    trial.agree([("the sum along dim", total)], [("", np.ones_like(total))], spreads)
    trial.require(bool((y >= 0).all()), "a probability is negative", expected="0 or more", actual=y.min())

"""Law: probabilities sum to one."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def sums_to_one(trial: Trial) -> None:
    """Along dim, the outputs sum to one and none of them is negative."""
    y, dim = output_of(trial).astype(np.float64), trial.case.config["dim"]
    if not first_input(trial.case).size:
        return
    total = np.asarray(y.sum(dim if y.ndim else None))

    def spread(careful: bool) -> "list[np.ndarray | None]":
        (each,) = spread_leaves(trial.oracle, careful)
        return [None if each is None else np.asarray(each.sum(dim if y.ndim else None))]

    trial.agree([("the sum along dim", total)], [("", np.ones_like(total))], spread)
    trial.require(bool((y >= 0).all()), "a probability is negative", expected="0 or more", actual=y.min())

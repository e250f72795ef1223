"""Law: what attention shows are weights."""

import numpy as np

from ..tree import Array
from ..trial import Trial, spread_leaves


def weights_sum_to_one(trial: Trial) -> None:
    """The weights of every query sum to one, and none of them is negative."""
    output = trial.run(trial.case)
    assert isinstance(output, tuple)
    weights = output[1]
    if not isinstance(weights, np.ndarray) or not weights.size:
        return
    total = weights.astype(np.float64).sum(-1)

    def spreads(careful: bool) -> list[Array | None]:
        each = spread_leaves(trial.oracle, careful)[1]
        return [None if each is None else np.asarray(each.sum(-1))]

    trial.agree([("the sum of weights", total)], [("", np.ones_like(total))], spreads)
    trial.require(
        bool((weights >= 0).all()), "a weight is negative", expected="0 or more", actual=weights.min()
    )

"""Law: the logistic function is symmetric."""

import numpy as np

from ..tree import Array
from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def complement_is_mirrored(trial: Trial) -> None:
    """sigmoid(x) + sigmoid(-x) is 1."""
    case = trial.case
    y = output_of(trial).astype(np.float64)
    mirrored = case.with_inputs(-first_input(case))
    total = y + output_of(trial, mirrored).astype(np.float64)
    other = trial.oracle_of(mirrored)

    def spreads(careful: bool) -> list[Array | None]:
        pairs = zip(spread_leaves(trial.oracle, careful), spread_leaves(other, careful), strict=True)
        return [None if here is None or there is None else here + there for here, there in pairs]

    trial.agree([("the sum", total)], [("", np.ones_like(total))], spreads)

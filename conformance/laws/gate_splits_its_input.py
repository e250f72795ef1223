"""Law: a gate that is open by a share for x is open by the rest for -x."""

import numpy as np

from ..tree import Array
from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def gate_splits_its_input(trial: Trial) -> None:
    """y(x) - y(-x) is x."""
    case = trial.case
    x = first_input(case).astype(np.float64)
    mirrored = case.with_inputs(-first_input(case))
    parts = output_of(trial).astype(np.float64) - output_of(trial, mirrored).astype(np.float64)
    other = trial.oracle_of(mirrored)

    def spreads(careful: bool) -> list[Array | None]:
        pairs = zip(spread_leaves(trial.oracle, careful), spread_leaves(other, careful), strict=True)
        return [None if here is None or there is None else here + there for here, there in pairs]

    trial.agree([("y(x) - y(-x)", parts)], [("", x)], spreads)

"""Law: what is clipped is as long as the bound."""

import math

import numpy as np

from ..trial import Trial, spread_leaves
from ._clipped import clipped, with_gradients


def clipped_norm_is_bounded(trial: Trial) -> None:
    """The norm of clipped gradients is min(total_norm, max_norm), less the 1e-6; not where they are counts."""
    case = trial.case
    if float(case.config["norm_type"]) == 0:
        return
    gradients, before = clipped(trial)
    again = with_gradients(case, gradients, max_norm=math.inf)
    _, after = clipped(trial, again)
    total = float(before)
    expected = np.array(total * min(1.0, float(case.config["max_norm"]) / (total + 1e-6)))
    oracle = trial.oracle_of(again)
    trial.agree(
        [("the norm of what is clipped", np.asarray(after))],
        [("min(total_norm, max_norm)", expected)],
        lambda careful: spread_leaves(oracle, careful)[-1:],
        shares=2,
    )

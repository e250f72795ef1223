"""Law: weight and bias act on what is standardised already."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._normalised import affine, bare, first_output


def affine_map_comes_last(trial: Trial) -> None:
    """With weight and bias the output is the output without them, times the weight, plus the bias."""
    case = trial.case
    if "weight" not in case.params:
        return
    weight, bias = affine(case)
    plain = first_output(trial.run(bare(case)))
    trial.agree(
        [("output", first_output(trial.run(case)))],
        [("", np.asarray(plain * weight + bias))],
        lambda careful: spread_leaves(trial.oracle, careful)[:1],
        shares=2,
    )

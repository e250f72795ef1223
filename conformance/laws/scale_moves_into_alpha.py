"""Law: a local response norm compares squares."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def scale_moves_into_alpha(trial: Trial) -> None:
    """Twice the input, with a quarter of alpha, has twice the output."""
    case = trial.case
    doubled = case.with_config(alpha=case.config["alpha"] / 4).with_inputs(2 * first_input(case))
    trial.agree(
        [("half of the output for the doubles", np.asarray(output_of(trial, doubled) / 2))],
        trial.named_output(output_of(trial)),
        lambda careful: spread_leaves(trial.oracle, careful),
        shares=2,
    )

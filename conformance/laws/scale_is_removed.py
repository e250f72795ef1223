"""Law: eps is added to the variance."""

import numpy as np

from ..trial import Trial
from ._normalised import first_output
from ._single import first_input


def scale_is_removed(trial: Trial) -> None:
    """Twice the input, with four times the eps, has the same output."""
    case = trial.case
    scaled = case.with_config(eps=4 * case.config["eps"]).with_inputs(np.asarray(2 * first_input(case)))
    trial.agree_with_each_other(
        first_output(trial.run(scaled)), first_output(trial.run(case)), what="of twice the input"
    )

"""Law: logarithms of probabilities."""

import numpy as np

from ..tree import Array
from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def exponentials_sum_to_one(trial: Trial) -> None:
    """Along dim, the exponentials of the outputs sum to one."""
    if not first_input(trial.case).size:
        return
    logs = output_of(trial).astype(np.float64)
    axis = trial.case.config["dim"] if logs.ndim else None
    total = np.asarray(np.exp(logs).sum(axis))

    def spreads(careful: bool) -> list[Array | None]:
        (each,) = spread_leaves(trial.oracle, careful)
        # An error of the logarithm is one of its exponential, times that; a third of it in units of the
        # allowance's multiple is the rounding of the result itself.
        noise = np.abs(logs) / 3 if each is None else each + np.abs(logs) / 3
        return [np.asarray((np.exp(logs) * noise).sum(axis))]

    trial.agree([("the sum of exponentials", total)], [("", np.ones_like(total))], spreads)

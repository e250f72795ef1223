"""Law: what a normalisation is for."""

import numpy as np

from ..tree import Array
from ..trial import Trial, spread_leaves
from ._normalised import bare, first_output, groups
from ._single import first_input


def is_standardised(trial: Trial) -> None:
    """Without weight and bias, what shares a mean has the mean 0 and the variance v / (v + eps), of v before."""
    case = bare(trial.case)
    if not first_input(case).size:
        return
    y = groups(case, first_output(trial.run(case)))
    x = groups(case, first_input(case)).astype(np.float64)
    # From the first element, which costs nothing where all are equal: a mean is rounded at the size of x.
    away = x - x[:1]
    variance = ((away - away.mean(0)) ** 2).mean(0)
    wanted = variance / (variance + case.config["eps"])
    above, below = np.maximum(y, 0).sum(0), np.maximum(-y, 0).sum(0)
    squares = (y * y).mean(0)

    def spreads(careful: bool) -> list[Array | None]:
        each = spread_leaves(trial.oracle_of(case), careful)[0]
        if each is None:
            return [None, None]
        of = groups(case, each)
        return [np.asarray(of.sum(0)), np.asarray((2 * np.abs(y) * of).mean(0))]

    trial.agree(
        [("the sum above the mean", above), ("the mean square", squares)],
        [("", below), ("", wanted)],
        spreads,
    )

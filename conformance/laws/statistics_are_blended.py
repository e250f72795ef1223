"""Law: running statistics are a mean of the past and the present."""

import numpy as np

from ..tree import Array
from ..trial import Trial, spread_leaves
from ._single import first_input


def statistics_are_blended(trial: Trial) -> None:
    """New statistics are a share f of what momentum 1 gives and 1 - f of the old; a batch more is counted."""
    case = trial.case
    if not (case.config["training"] and case.config["track_running_stats"]) or not first_input(case).size:
        return
    newest, found = trial.run(case.with_config(momentum=1.0)), trial.run(case)
    assert isinstance(newest, tuple) and isinstance(found, tuple)
    names = ("running_mean", "running_var")
    counted = int(case.params["num_batches_tracked"]) + 1
    f = 1 / counted if case.config["momentum"] is None else case.config["momentum"]
    trial.require(
        np.array_equal(np.asarray(found[3]), np.asarray(counted)),
        "the number of batches is not one more",
        expected=counted,
        actual=found[3],
    )

    def wanted(name: str, new: object) -> Array:
        return np.asarray((1 - f) * case.params[name].astype(np.float64) + f * np.asarray(new, np.float64))

    trial.agree(
        [(name, np.asarray(found[i], np.float64)) for i, name in enumerate(names, 1)],
        [(name, wanted(name, newest[i])) for i, name in enumerate(names, 1)],
        lambda careful: spread_leaves(trial.oracle, careful)[1:3],
        shares=2,
    )

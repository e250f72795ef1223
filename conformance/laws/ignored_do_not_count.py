"""Law: what ignore_index means."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def ignored_do_not_count(trial: Trial) -> None:
    """Leaving the ignored rows out changes no sum and no mean."""
    case = trial.case
    x, target = first_input(case), case.inputs[1]
    assert target is not None
    if target.dtype.kind == "f" or x.ndim == 1 or case.config["reduction"] == "none":
        return
    counted = target != case.config["ignore_index"]
    if counted.all() or not counted.any():
        return
    rows = np.moveaxis(x, 1, -1)[counted].copy()
    fewer = case.with_inputs(rows, target[counted])
    trial.agree(
        trial.named_output(output_of(trial, fewer)),
        trial.named_output(output_of(trial)),
        lambda careful: spread_leaves(trial.oracle, careful),
        shares=2,
    )

"""Law: no channel sees another one."""

from dataclasses import replace

import numpy as np

from ..tree import leaves
from ..trial import Trial
from ._independence import at, check_others
from ._single import first_input


def channels_are_independent(trial: Trial) -> None:
    """A channel that is not a number changes the outputs, statistics and cotangents of no other channel."""
    case = trial.case
    x = first_input(case)
    channels = x.shape[1]
    if channels < 2 or not x.size:
        return
    changed = channels // 2
    other = x.copy()
    other[at(1, changed)] = np.nan
    # The number of batches is nobody's.
    outputs = [0 if leaf is not None and leaf.ndim == 1 else None for _, leaf in leaves(trial.oracle.output)]
    params = [0 if array.ndim else None for array in case.params.values()]
    axes = (1, *outputs[1:], *params, 1)
    check_others(trial, replace(case, inputs=(other,)), changed, axes, f"with NaN in channel {changed}")

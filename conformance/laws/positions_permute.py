"""Law: what normalises channels sees one position at a time."""

import numpy as np

from ..trial import Trial
from ._single import first_input
from ._symmetry import Symmetry, check_symmetry, shuffled


def positions_permute(trial: Trial) -> None:
    """Reordering the positions, whatever lies behind the channels, reorders output and cotangents alike."""
    shape = first_input(trial.case).shape
    orders: dict[int, np.ndarray] = {axis: shuffled(shape[axis]) for axis in range(2, len(shape))}
    if max(shape[2:]) < 2:
        return
    check_symmetry(trial, Symmetry(inputs=(orders,), outputs=(orders,)), "positions reordered")

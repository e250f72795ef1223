"""Law: channels have no order."""

import numpy as np

from ..tree import leaves
from ..trial import Trial
from ._single import first_input
from ._symmetry import Symmetry, check_symmetry


def channels_permute(trial: Trial) -> None:
    """Reversing the channels, with their weights, reverses the output's channels, and changes nothing else."""
    case = trial.case
    channels = first_input(case).shape[-3]
    if channels < 2 and "weight" not in case.params:
        return
    # Reversed, the groups of a convolution stay together.
    backwards = {
        name: {axis: np.arange(size)[::-1] for axis, size in enumerate(array.shape[:2])}
        for name, array in case.params.items()
    }
    out = next(leaf for _, leaf in leaves(trial.oracle.output) if leaf is not None).shape[-3]
    symmetry = Symmetry(
        params=backwards,
        inputs=({-3: np.arange(channels)[::-1]},),
        outputs=tuple({-3: np.arange(out)[::-1]} for _ in leaves(trial.oracle.output)),
    )
    check_symmetry(trial, symmetry, "channels reversed")

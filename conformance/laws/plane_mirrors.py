"""Law: adaptive windows lie symmetrically in the plane."""

import numpy as np

from ..trial import Trial
from ._single import first_input
from ._symmetry import Symmetry, check_symmetry


def plane_mirrors(trial: Trial) -> None:
    """A plane that is turned by half has the output turned by half, and so have the cotangents."""
    x, y = first_input(trial.case), trial.oracle.output
    assert isinstance(y, np.ndarray)

    def turned(array: np.ndarray) -> dict[int, np.ndarray]:
        return {axis: np.arange(array.shape[axis])[::-1] for axis in (-2, -1)}

    check_symmetry(trial, Symmetry(inputs=(turned(x),), outputs=(turned(y),)), "turned by half")

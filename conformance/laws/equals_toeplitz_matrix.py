"""Law: what a convolution is."""

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of
from ._toeplitz import toeplitz


def equals_toeplitz_matrix(trial: Trial) -> None:
    """A convolution is a dense layer whose matrix is sparse and shared."""
    case, x, y = trial.case, first_input(trial.case), output_of(trial)
    matrix = toeplitz(case.params["weight"], case.config, (x.shape[-2], x.shape[-1]))
    dense = np.tensordot(x.astype(np.float64), matrix, axes=((-3, -2, -1), (-3, -2, -1)))
    if "bias" in case.params:
        dense += case.params["bias"].astype(np.float64)[:, None, None]
    trial.agree_with_each_other(y, dense, what="the convolution against its matrix")

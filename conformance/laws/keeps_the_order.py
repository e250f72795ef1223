"""Law: flattening moves nothing."""

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of


def keeps_the_order(trial: Trial) -> None:
    """The elements come out in the order in which they went in, the last dimension running first."""
    x, y = first_input(trial.case), output_of(trial)
    trial.require(
        np.array_equal(x.ravel(), y.ravel()), "the elements have another order", expected=x.ravel(), actual=y
    )

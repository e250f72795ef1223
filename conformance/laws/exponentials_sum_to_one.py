"""Law: logarithms of probabilities are those of probabilities."""

import numpy as np

from ..trial import Trial, spread_leaves
from ._single import first_input, output_of


def exponentials_sum_to_one(trial: Trial) -> None:
    """Along dim, the exponentials of the outputs sum to one and none of them is above one."""

"""What laws of one input and one output ask."""

import numpy as np

from ..case import Case
from ..tree import Array
from ..trial import Trial


def first_input(case: Case) -> Array:
    """The first input, which is never omitted."""
    x = case.inputs[0]
    assert x is not None
    return x


def output_of(trial: Trial, case: Case | None = None) -> Array:
    """The kernel's output for another case, by default the trial's own, where it is a single array."""
    output = trial.run(trial.case if case is None else case)
    assert isinstance(output, np.ndarray)
    return output

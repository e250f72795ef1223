"""Law: the maximum is Lipschitz-continuous with the constant 1."""

import numpy as np

from ..tree import Array
from ..trial import Trial
from ._single import first_input, output_of


def differences_do_not_grow(trial: Trial) -> None:
    """The largest difference between two inputs is at least that between their maxima."""
    case = trial.case.with_config(return_indices=False)
    x = first_input(case)
    # Rounding is monotonic, so that no allowance is needed.
    other = x + (np.arange(x.size) % 2 + 1).reshape(x.shape).astype(x.dtype)
    values, found = output_of(trial, case), output_of(trial, case.with_inputs(other))
    before, after = _largest(other, x), _largest(found, values)
    trial.require(
        after <= before,
        f"two inputs differ by at most {before:.9g}, but their maxima by {after:.9g}",
        expected=f"at most {before:.9g}",
        actual=f"{after:.9g}",
    )


def _largest(left: Array, right: Array) -> float:
    return float(np.abs(left - right).max(initial=0.0))

"""Law: averaging makes nothing larger."""

import math

import numpy as np

from ..comparison import allowance
from ..tree import Array
from ..trial import Trial, spread_leaves
from ._single import first_input, output_of
from ._windows import grown, pair


def norm_shrinks(trial: Trial) -> None:
    """Over disjoint windows of k x k cells, the means have at most 1/k of the 2-norm of the input."""
    kernel = pair(trial.case.config["kernel_size"])
    # Of one sign, so that means are not small and the bound is nearly reached.
    inputs = grown(np.abs(first_input(trial.case)), kernel)
    options = {"stride": None, "padding": 0, "ceil_mode": False, "divisor_override": None}
    case = trial.case.with_config(**options).with_inputs(inputs)
    norm = _norm(output_of(trial, case))
    bound = _norm(inputs) / math.sqrt(kernel[0] * kernel[1])
    oracle = trial.oracle_of(case)

    def allowed() -> float:
        (spread,), expected = spread_leaves(oracle, careful=True), oracle.output
        assert isinstance(expected, np.ndarray)
        return _norm(allowance(expected, spread, trial.arithmetic))

    trial.require(
        norm <= bound or norm <= bound + allowed(),
        f"the means have the norm {norm:.9g}, more than {bound:.9g}",
        expected=f"at most {bound:.9g}",
        actual=f"{norm:.9g}",
    )


def _norm(array: Array) -> float:
    return float(np.linalg.norm(array.astype(np.float64).ravel()))

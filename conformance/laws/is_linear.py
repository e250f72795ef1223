"""Law: superposition."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._single import first_input, output_of


def is_linear(trial: Trial) -> None:
    """Without its bias, the output for 2 a - 3 b is 2 times that for a, less 3 times that for b."""
    case = trial.case
    if not case.exact:
        return
    if case.config.get("bias"):
        weights = {name: array for name, array in case.params.items() if name != "bias"}
        case = replace(case.with_config(bias=False), params=weights)
    a, others = first_input(case), case.inputs[1:]
    b = np.flip(a).copy()
    both = case.with_inputs(2 * a - 3 * b, *others)
    of_a, of_b = output_of(trial, case), output_of(trial, case.with_inputs(b, *others))
    trial.agree_with_each_other(trial.run(both), 2 * of_a - 3 * of_b, both, "2 a - 3 b")

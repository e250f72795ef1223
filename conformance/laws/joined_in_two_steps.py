"""Law: joining is associative."""

from dataclasses import replace

import numpy as np

from ..trial import Trial, check_alike
from ._answers import compare, named, own_answer


def joined_in_two_steps(trial: Trial) -> None:
    """The first tensors joined, and what they give joined with the others, is all of them joined."""
    from ..oracle import Cotangents

    case = trial.case
    count = (len(case.inputs) + 1) // 2
    if count < 2:
        return
    first, others = case.inputs[:count], case.inputs[count:]
    if all(array is not None and array.shape == (0,) for array in first):
        return
    joined = trial.run(case.with_inputs(*first))
    assert isinstance(joined, np.ndarray)
    rest = replace(case, inputs=(joined, *others))
    output, cotangents = trial.run(rest), None
    if trial.kernel.vjp is not None:
        _, pulled = trial.run_vjp(rest)
        check_alike(pulled.inputs, rest.inputs)
        _, back = trial.run_vjp(replace(case, inputs=first, cotangent=pulled.inputs[0]))
        check_alike(back.inputs, first)
        cotangents = Cotangents({}, (*back.inputs, *pulled.inputs[1:]))
    found = named(trial, (output, cotangents))
    compare(trial, found, named(trial, own_answer(trial)), "in two steps")

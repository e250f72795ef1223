"""Law: a distance has no direction."""

from dataclasses import replace

from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def arguments_exchange(trial: Trial) -> None:
    """Input and target may change places: the loss stays, and their cotangents change places."""
    case = trial.case
    output, cotangents = answer(trial, replace(case, inputs=case.inputs[::-1]), trial.oracle.output)
    if cotangents is not None:
        cotangents = replace(cotangents, inputs=cotangents.inputs[::-1])
    compare(trial, named(trial, (output, cotangents)), named(trial, own_answer(trial)), "exchanged")

"""Law: a difference has a direction."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def difference_is_odd(trial: Trial) -> None:
    """Operands that change places, none scaled, negate the output, and their cotangents change places too."""
    case = trial.case
    if case.config["alpha"] != 1:
        return
    assert isinstance(case.cotangent, np.ndarray)
    exchanged = replace(case, inputs=case.inputs[::-1], cotangent=-case.cotangent)
    output, cotangents = answer(trial, exchanged, trial.oracle.output)
    assert isinstance(output, np.ndarray)
    if cotangents is not None:
        cotangents = replace(cotangents, inputs=cotangents.inputs[::-1])
    compare(trial, named(trial, (-output, cotangents)), named(trial, own_answer(trial)), "exchanged")

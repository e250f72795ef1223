"""Law: training follows PyTorch's trajectory."""

from typing import TYPE_CHECKING

import numpy as np

from ..case import Case
from ..graph import Composed
from ..kernel import Kernel, Refused
from ..law import NotJudged
from ..tree import Array
from ..trial import Trial

if TYPE_CHECKING:
    from ..trajectory import Batch

STEPS = 3
RATE = 0.125


def training(trial: Trial) -> None:
    """Three steps from the same start on the same batches give PyTorch's losses and parameters."""
    from ..trajectory import Reference, descend
    from ._composed import ModelOperation

    assert isinstance(trial.operation, ModelOperation)
    case, loss = trial.case, trial.operation.loss
    if not trial.same_structure(trial.forward()):
        raise NotJudged("the output has the wrong shape")
    kernel = trial.kernel.parts.get(loss) if isinstance(trial.kernel, Composed) else None
    if not isinstance(kernel, Kernel) or kernel.vjp is None:
        raise Refused(f"training needs {loss}, forward and vjp")
    g = case.cotangent
    assert isinstance(g, np.ndarray)
    if g.size == 0:
        return
    # Powers of two, exact: parameters and data of the size that networks have, so that no step explodes.
    start = {name: array * array.dtype.type(2**-4) for name, array in case.params.items()}
    batches = _batches(case, np.argmax(g, axis=1) if loss == "cross_entropy" else g * g.dtype.type(2**-3))
    reference = Reference(case, start, batches, rate=RATE, loss=loss)
    losses, params = descend(trial.kernel, kernel, case, start, batches, rate=RATE)
    trial.agree(
        [("losses", losses), *((f"{name} after training", array) for name, array in params.items())],
        [("losses", reference.losses), *reference.params.items()],
        reference.spreads,
    )


def _batches(case: Case, targets: Array) -> "list[Batch]":
    """The case's inputs, each step without another row; the targets are read off the case's cotangent."""
    (x,) = case.inputs
    assert x is not None
    x = x * x.dtype.type(2**-3)
    rows = max(len(x) - 1, 1)
    return [(np.roll(x, step, axis=0)[:rows], np.roll(targets, step, axis=0)[:rows]) for step in range(STEPS)]

"""Law: training follows PyTorch's trajectory."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..case import Case
from ..graph import Composed
from ..kernel import Kernel, Refused
from ..law import NotJudged
from ..losses import LOSSES
from ..tree import Array, is_floating
from ..trial import Trial
from ._outputs import of_output

if TYPE_CHECKING:
    from ..trajectory import Batch

STEPS = 3
RATE = 0.125


def training(trial: Trial) -> None:
    """Three steps from the same start on the same batches give PyTorch's losses and parameters."""
    from ..specification import build, differentiated
    from ..trajectory import Reference, descend
    from ._composed import ModelOperation

    assert isinstance(trial.operation, ModelOperation)
    case, loss = trial.case, LOSSES[trial.operation.loss]
    if not trial.same_structure(trial.forward()):
        raise NotJudged("the output has the wrong shape")
    kernel = trial.kernel.parts.get(loss.operation) if isinstance(trial.kernel, Composed) else None
    if not isinstance(kernel, Kernel) or kernel.vjp is None:
        raise Refused(f"training needs {loss.operation}, forward and vjp")
    g = of_output(case.cotangent)
    if g.size == 0:
        return
    # Powers of two, exact: parameters and data of the size that networks have, so that no step explodes.
    learned = differentiated(build(case))
    start = {
        name: array * array.dtype.type(2**-4) if name in learned else array
        for name, array in case.params.items()
    }
    batches = _batches(case, loss.targets(g * g.dtype.type(2**-3)))
    given: Any = {"rate": RATE, "loss": trial.operation.loss}
    reference = Reference(case, start, batches, **given)
    losses, params = descend(trial.kernel, kernel, case, start, batches, **given)
    trial.agree(
        [("losses", losses), *((f"{name} after training", array) for name, array in params.items())],
        [("losses", reference.losses), *reference.params.items()],
        reference.spreads,
    )


def _batches(case: Case, targets: Array) -> "list[Batch]":
    """The case's inputs, each step without another row; the targets are read off the case's cotangent."""
    (x,) = case.inputs
    assert x is not None
    if is_floating(x):
        x = x * x.dtype.type(2**-3)
    rows = max(len(x) - 1, 1)
    return [(np.roll(x, step, axis=0)[:rows], np.roll(targets, step, axis=0)[:rows]) for step in range(STEPS)]

"""Law: training follows PyTorch's trajectory."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from ..case import Case
from ..graph import Composed
from ..kernel import Kernel, Refused
from ..law import NotJudged
from ..losses import LOSSES
from ..optimizer import DEFAULTS, Optimizer
from ..tree import Array, is_floating
from ..trial import Trial, arrays_of
from ._outputs import of_output

if TYPE_CHECKING:
    from ..trajectory import Batch

STEPS = 3
RATE = 0.125


def _of(name: str, max_norm: float | None = None, **options: Any) -> Optimizer:
    return Optimizer(operation=name, config={**DEFAULTS[name], **options}, max_norm=max_norm)


# Each changes params of the size that networks have by a tenth or so. With such an eps a gradient that is all but
# zero has a step that is all but zero, whose sign does not matter.
OPTIMIZERS: tuple[tuple[Optimizer, float], ...] = (
    (_of("sgd", momentum=0.75, weight_decay=0.0625), RATE),
    (_of("adam", betas=(0.75, 0.875), eps=0.0625), 2**-6),
    (_of("adamw", max_norm=0.25, betas=(0.5, 0.75), eps=0.0625, weight_decay=0.5), 2**-6),
)
"""What models are trained with, and the step sizes."""


def training(trial: Trial) -> None:
    """Three steps of an optimiser, each in its turn, from the same start give PyTorch's losses and parameters."""
    from ..specification import build, differentiated
    from ..trajectory import Reference, descend
    from ._composed import ModelOperation

    assert isinstance(trial.operation, ModelOperation)
    case, loss = trial.case, LOSSES[trial.operation.loss]
    if not trial.same_structure(trial.forward()):
        raise NotJudged("the output has the wrong shape")
    parts = trial.kernel.parts if isinstance(trial.kernel, Composed) else {}
    kernel = parts.get(loss.operation)
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
    optimizer, rate = _optimizer(parts, case)
    given: Any = {"rate": rate, "loss": trial.operation.loss, "optimizer": optimizer}
    reference = Reference(case, start, batches, **given)
    losses, params = descend(trial.kernel, kernel, case, start, batches, kernels=parts, **given)
    by = "gradient descent" if optimizer is None else optimizer.operation
    trial.agree(
        [
            (f"losses of {by}", losses),
            *((f"{name} after training by {by}", array) for name, array in params.items()),
        ],
        [("losses", reference.losses), *reference.params.items()],
        reference.spreads,
    )


def _optimizer(kernels: Mapping[str, object], case: Case) -> tuple[Optimizer | None, float]:
    """The optimiser whose turn it is, of those that a backend has; where it has none, plain gradient descent.

    Whose turn it is the bits of params and inputs say: every optimiser has its share of the cases of every model.
    """
    known = [
        (optimizer, rate)
        for optimizer, rate in OPTIMIZERS
        if all(isinstance(kernels.get(name), Kernel) for name in optimizer.operations)
    ]
    bits = b"".join(array.tobytes() for array in arrays_of(case.params, case.inputs))
    return known[crc32(bits) % len(known)] if known else (None, RATE)


def _batches(case: Case, targets: Array) -> "list[Batch]":
    """The case's inputs, each step without another row; the targets are read off the case's cotangent."""
    (x,) = case.inputs
    assert x is not None
    if is_floating(x):
        x = x * x.dtype.type(2**-3)
    rows = max(len(x) - 1, 1)
    return [(np.roll(x, step, axis=0)[:rows], np.roll(targets, step, axis=0)[:rows]) for step in range(STEPS)]

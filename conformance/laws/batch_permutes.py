"""Law: samples have no order."""

from ..trial import Trial
from ._samples import batch_size, samples_of
from ._symmetry import Symmetry, check_symmetry, shuffled


def batch_permutes(trial: Trial) -> None:
    """Reordering the samples of a batch reorders the outputs and cotangents of its samples, and nothing else."""
    samples = samples_of(trial)
    size = batch_size(trial.case, samples)
    if size < 2:
        return
    order = shuffled(size)
    symmetry = Symmetry(
        inputs=tuple(
            {} if axis is None else {axis: samples.along(i, order)} for i, axis in enumerate(samples.inputs)
        ),
        outputs=tuple({} if axis is None else {axis: order} for axis in samples.outputs),
    )
    check_symmetry(trial, symmetry, "samples reordered")

"""Law: no sample sees another one."""

from dataclasses import replace

from ..trial import Trial
from ._independence import at, check_others
from ._samples import batch_size, samples_of


def batch_is_independent(trial: Trial) -> None:
    """Changing one sample of a batch changes the outputs and cotangents of no other sample."""
    samples, case = samples_of(trial), trial.case
    size = batch_size(case, samples)
    if size < 2:
        return
    changed = size // 2
    x, *rest = case.inputs
    assert x is not None and samples.inputs[0] is not None
    other = x.copy()
    other[at(samples.inputs[0], changed)] = 1 - x[at(samples.inputs[0], changed)]
    # Not the params' cotangents and what is reduced: every sample has a share in them.
    several = [count > 1 for count in samples.places or (1,) * len(samples.inputs)]
    single = (None if many else axis for axis, many in zip(samples.inputs, several, strict=True))
    axes = (*samples.outputs, *(None for _ in case.params), *single)
    check_others(
        trial, replace(case, inputs=(other, *rest)), changed, axes, f"after a change of sample {changed}"
    )

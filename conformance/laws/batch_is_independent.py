"""Law: no sample sees another one."""

from dataclasses import replace

from ..tree import Array
from ..trial import Trial
from ._answers import answer, compare, named, own_answer
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
    other[_at(samples.inputs[0], changed)] = 1 - x[_at(samples.inputs[0], changed)]
    found = answer(trial, replace(case, inputs=(other, *rest)), trial.oracle.output)
    # Not the params' cotangents and what is reduced: every sample has a share in them.
    axes = (*samples.outputs, *(None for _ in case.params), *samples.inputs)

    def others(leaf: Array | None, axis: int | None, own: Array | None) -> Array | None:
        """What is to be the same: all but the changed sample, for which the case's own stands."""
        if leaf is None or own is None or axis is None:
            return None
        kept = leaf.copy()
        kept[_at(axis, changed)] = own[_at(axis, changed)]
        return kept

    before = named(trial, own_answer(trial))
    after = named(trial, found)
    compare(
        trial,
        [
            (name, others(leaf, axis, own))
            for (name, leaf), axis, (_, own) in zip(after, axes, before, strict=False)
        ],
        [(name, None if axis is None else own) for (name, own), axis in zip(before, axes, strict=False)],
        f"after a change of sample {changed}",
    )


def _at(axis: int, place: int) -> tuple[slice | int, ...]:
    return (*(slice(None),) * axis, place)

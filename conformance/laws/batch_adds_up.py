"""Law: the weights are shared by all samples, so that their gradient is a sum over them."""

from ..trial import Trial
from ._answers import answer, compare, named, own_answer
from ._samples import batch_size, chosen, joined, samples_of


def batch_adds_up(trial: Trial) -> None:
    """The params' cotangents of a batch are the sums of its two parts', whose outputs follow each other."""
    samples, case = samples_of(trial), trial.case
    size = batch_size(case, samples)
    if size < 2:
        return
    halves = [chosen(case, samples, which) for which in (slice(0, size // 2), slice(size // 2, size))]
    found = [named(trial, answer(trial, half)) for half in halves]
    axes = (*samples.outputs, *(None for _ in case.params), *samples.inputs)
    together = [
        (name, joined([leaf for _, leaf in leaves], axis))
        for (name, _), axis, leaves in zip(found[0], axes, zip(*found, strict=True), strict=False)
    ]
    # The terms of the sums are the same; each part has a share of the allowance, and so has the whole.
    compare(trial, together, named(trial, own_answer(trial)), "in two parts", shares=3)

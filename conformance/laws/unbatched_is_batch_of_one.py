"""Law: the batch dimension adds nothing of its own."""

from dataclasses import replace

import numpy as np

from ..tree import Array
from ..trial import Trial
from ._answers import answer, compare, named, own_answer
from ._samples import samples_of, with_axes


def unbatched_is_batch_of_one(trial: Trial) -> None:
    """A sample without a batch dimension comes out as in a batch of this sample alone."""
    samples, case = samples_of(trial), trial.case
    if samples.batched:
        return
    single = replace(
        case,
        inputs=tuple(map(_in_batch, case.inputs, samples.inputs)),
        cotangent=with_axes(_in_batch, case.cotangent, samples.outputs),
    )
    found = named(trial, answer(trial, single))
    axes = (*samples.outputs, *(None for _ in case.params), *samples.inputs)
    alone = [
        (name, leaf if leaf is None or axis is None else leaf.squeeze(axis))
        for (name, leaf), axis in zip(found, axes, strict=False)
    ]
    compare(trial, alone, named(trial, own_answer(trial)), "as a batch of one")


def _in_batch(array: Array | None, axis: int | None) -> Array | None:
    return array if array is None or axis is None else np.expand_dims(array, axis)

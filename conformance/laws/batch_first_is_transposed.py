"""Law: batch_first is a layout and nothing more."""

from collections.abc import Sequence
from dataclasses import replace

from ..tree import Array
from ..trial import Trial
from ._answers import answer, compare, named, own_answer
from ._samples import samples_of, with_axes


def batch_first_is_transposed(trial: Trial) -> None:
    """With batch_first, sequences and masks have time and batch exchanged, and all else stays as it is."""
    samples, case = samples_of(trial), trial.case
    if not samples.batched:
        return
    config = {**case.config, "batch_first": not case.config["batch_first"]}
    assert trial.operation.samples is not None
    # A sequence is what has its samples elsewhere then.
    elsewhere = trial.operation.samples(replace(case, config=config))
    inputs = _moved(samples.inputs, elsewhere.inputs)
    outputs = _moved(samples.outputs, elsewhere.outputs)
    other = replace(
        case,
        config=config,
        inputs=tuple(map(_exchanged, case.inputs, inputs)),
        cotangent=with_axes(_exchanged, case.cotangent, outputs),
    )
    found = named(trial, answer(trial, other))
    axes = (*outputs, *(None for _ in case.params), *inputs)
    back = [(name, _exchanged(leaf, axis)) for (name, leaf), axis in zip(found, axes, strict=False)]
    compare(trial, back, named(trial, own_answer(trial)), "with batch_first exchanged")


def _moved(axes: Sequence[int | None], others: Sequence[int | None]) -> tuple[int | None, ...]:
    """The first of the two axes that are exchanged, None where none are."""
    return tuple(
        None if axis is None or other is None or axis == other else min(axis, other)
        for axis, other in zip(axes, others, strict=True)
    )


def _exchanged(array: Array | None, first: int | None) -> Array | None:
    return array if array is None or first is None else array.swapaxes(first, first + 1).copy()

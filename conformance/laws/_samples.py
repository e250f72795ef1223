"""The samples of a case: which operation has them where, and cases made of some of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..case import Case
from ..operation import Samples
from ..tree import Array, Tree
from ..trial import Trial


def samples_of(trial: Trial) -> Samples:
    """Where the samples of the trial's case are."""
    assert trial.operation.samples is not None
    return trial.operation.samples(trial.case)


def batch_size(case: Case, samples: Samples) -> int:
    """How many samples the case has; 1 where it has no axis for them."""
    if not samples.batched:
        return 1
    pairs = zip(case.inputs, samples.inputs, strict=True)
    return next(
        len(array.swapaxes(0, axis)) for array, axis in pairs if array is not None and axis is not None
    )


def chosen(case: Case, samples: Samples, which: slice) -> Case:
    """The case of those samples alone, with their part of the cotangent."""
    numbers = np.arange(batch_size(case, samples))[which]

    def part(array: Array | None, axis: int | None) -> Array | None:
        return array if array is None or axis is None else np.take(array, numbers, axis)

    return replace(
        case,
        inputs=tuple(
            array if array is None or axis is None else np.take(array, samples.along(i, numbers), axis)
            for i, (array, axis) in enumerate(zip(case.inputs, samples.inputs, strict=True))
        ),
        cotangent=with_axes(part, case.cotangent, samples.outputs),
    )


def joined(arrays: Sequence[Array | None], axis: int | None) -> Array | None:
    """The samples of several arrays one after the other; without an axis, their sum."""
    known = [array for array in arrays if array is not None]
    if not known:
        return None
    return np.concatenate(known, axis) if axis is not None else np.asarray(sum(known[1:], known[0]))


def with_axes(
    change: Callable[[Array | None, int | None], Array | None], tree: Tree, axes: Sequence[int | None]
) -> Tree:
    """Every leaf of an output changed along its own axis; `axes` are in the order of the leaves."""
    remaining = iter(axes)

    def changed(branch: Tree) -> Tree:
        if isinstance(branch, tuple):
            return tuple(changed(leaf) for leaf in branch)
        if isinstance(branch, dict):
            return {key: changed(branch[key]) for key in sorted(branch)}
        return change(branch, next(remaining))

    return changed(tree)

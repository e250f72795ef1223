"""What stays when one place along an axis changes: everything at all other places of it."""

from collections.abc import Sequence

from ..case import Case
from ..tree import Array
from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def check_others(trial: Trial, changed: Case, place: int, axes: Sequence[int | None], what: str) -> None:
    """Outputs and cotangents of `changed` are the case's own, but at `place`; without an axis they are not asked.

    `axes` are those of the outputs' leaves, of the params and of the inputs.
    """
    found = answer(trial, changed, trial.oracle.output)
    before, after = named(trial, own_answer(trial)), named(trial, found)

    def others(leaf: Array | None, axis: int | None, own: Array | None) -> Array | None:
        """What is to be the same: all but the changed place, for which the case's own stands."""
        if leaf is None or own is None or axis is None:
            return None
        kept = leaf.copy()
        kept[at(axis, place)] = own[at(axis, place)]
        return kept

    compare(
        trial,
        [
            (name, others(leaf, axis, own))
            for (name, leaf), axis, (_, own) in zip(after, axes, before, strict=False)
        ],
        [(name, None if axis is None else own) for (name, own), axis in zip(before, axes, strict=False)],
        what,
    )


def at(axis: int, place: int) -> tuple[slice | int, ...]:
    """The index of one place along an axis."""
    return (*(slice(None),) * axis, place)

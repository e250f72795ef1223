"""What tells the cases that come out wrong from the others: an option, an omitted input, a number of axes."""

from collections.abc import Callable, Iterator, Sequence

from ..case import Case

ENOUGH = 3
"""Cases of either kind: with fewer, many a difference tells them apart by accident."""


def condition(wrong: Sequence[Case], right: Sequence[Case], inputs: Sequence[str]) -> str | None:
    """`stride != 1`, `h_0 is None`: true of every wrong case and of no right one; None where nothing is."""
    if min(len(wrong), len(right)) < ENOUGH:
        return None
    for words, holds in _conditions([*wrong, *right], inputs):
        if all(map(holds, wrong)) and not any(map(holds, right)):
            return words
    return None


def _conditions(cases: Sequence[Case], inputs: Sequence[str]) -> Iterator[tuple[str, Callable[[Case], bool]]]:
    for option in cases[0].config:
        values = sorted(dict.fromkeys(case.config.get(option) for case in cases), key=repr)
        for value in values:
            yield f"{option}={value!r}", lambda case, o=option, v=value: case.config.get(o) == v  # type: ignore[misc]
        for value in values:
            yield f"{option} is not {value!r}", lambda case, o=option, v=value: case.config.get(o) != v  # type: ignore[misc]
        yield f"{option} is a pair", lambda case, o=option: isinstance(case.config.get(o), tuple)  # type: ignore[misc]
    for name in dict.fromkeys(name for case in cases for name in case.params):
        yield f"there is a {name}", lambda case, n=name: n in case.params  # type: ignore[misc]
    for i, name in enumerate(inputs):
        yield f"{name} is given", lambda case, i=i: case.inputs[i] is not None  # type: ignore[misc]
        yield f"{name} is left out", lambda case, i=i: case.inputs[i] is None  # type: ignore[misc]
        for ndim in range(6):
            yield f"{name} has {ndim} dimensions", lambda case, i=i, n=ndim: _ndim(case, i) == n  # type: ignore[misc]
    yield "the contents are no small integers", lambda case: case.regime != "exact"
    yield "an array is empty", _is_empty


def _ndim(case: Case, index: int) -> int | None:
    given = case.inputs[index]
    return None if given is None else given.ndim


def _is_empty(case: Case) -> bool:
    return any(array is not None and array.size == 0 for array in (*case.params.values(), *case.inputs))

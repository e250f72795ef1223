"""What tells the cases that come out wrong from the others: an option, an omitted input, a number of axes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..case import Case

ENOUGH = 3
"""Cases of either kind: with fewer, many a difference tells them apart by accident."""

EXCEPTIONS = 4
"""One in so many right cases may be like the wrong ones: not every fault shows whenever it can."""


def condition(wrong: Sequence[Case], right: Sequence[Case], inputs: Sequence[str]) -> str | None:
    """`stride != 1`, `h_0 is None`: true of every wrong case and of hardly a right one; None where nothing is."""
    if min(len(wrong), len(right)) < ENOUGH:
        return None
    for words, holds in _conditions([*wrong, *right], inputs):
        if all(map(holds, wrong)) and EXCEPTIONS * sum(map(holds, right)) <= len(right):
            return words
    return None


def _conditions(cases: Sequence[Case], inputs: Sequence[str]) -> Iterator[tuple[str, Callable[[Case], bool]]]:
    for option in cases[0].config:
        read = _option(option)
        values = sorted(dict.fromkeys(map(read, cases)), key=repr)
        yield from ((f"{option}={value!r}", _is(read, value)) for value in values)
        yield from ((f"{option} is not {value!r}", _is_not(read, value)) for value in values)
        yield f"{option} is a pair", _is_pair(read)
    for name in dict.fromkeys(name for case in cases for name in case.params):
        yield f"there is a {name}", _has(name)
    for i, name in enumerate(inputs):
        count = _dimensions(i)
        yield f"{name} is given", _is_not(count, None)
        yield f"{name} is left out", _is(count, None)
        for n in sorted({found for case in cases if (found := count(case)) is not None}):
            yield f"{name} has {n} dimension{'s' * (n != 1)}", _is(count, n)
    yield "the contents are no small integers", lambda case: case.regime != "exact"
    yield "an array is empty", _is_empty


def _option(name: str) -> Callable[[Case], Any]:
    return lambda case: case.config.get(name)


def _dimensions(index: int) -> Callable[[Case], Any]:
    def count(case: Case) -> int | None:
        # Of mappings there are as many arrays as there are params: none has a place of its own.
        given = None if case.mappings or index >= len(case.inputs) else case.inputs[index]
        return None if given is None else given.ndim

    return count


def _is(read: Callable[[Case], Any], value: object) -> Callable[[Case], bool]:
    return lambda case: bool(read(case) == value)


def _is_not(read: Callable[[Case], Any], value: object) -> Callable[[Case], bool]:
    return lambda case: bool(read(case) != value)


def _is_pair(read: Callable[[Case], Any]) -> Callable[[Case], bool]:
    return lambda case: isinstance(read(case), tuple)


def _has(name: str) -> Callable[[Case], bool]:
    return lambda case: name in case.params


def _is_empty(case: Case) -> bool:
    return any(array is not None and array.size == 0 for array in (*case.params.values(), *case.inputs))

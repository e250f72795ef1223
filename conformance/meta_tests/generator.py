"""How many values of its options an operation's cases take, and how many pairs of values.

`python -m conformance.meta_tests.generator` prints the tables of docs/inputs.md.
"""

import random
from collections.abc import Iterable, Iterator
from itertools import combinations

from conformance.case import Case
from conformance.drawing import LENGTH, Draw
from conformance.operation import Operation
from conformance.operations import OPERATIONS

from .options import IMPOSSIBLE, OPTIONS, Value


class Chance:
    """Choices from a generator of random numbers."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def integer(self, high: int) -> int:
        """Any of 0..high."""
        return self._random.randint(0, high)

    def content(self) -> bytes:
        """Any bytes."""
        return self._random.randbytes(LENGTH)


def drawn(operation: Operation, dtype: str, count: int) -> Iterator[Case]:
    """Cases without what the reference says to them."""
    for seed in range(count):
        yield operation.cases(Draw(Chance(seed), operation.name, dtype))


def values_of(name: str, cases: Iterable[Case]) -> list[frozenset[Value]]:
    """The values that each case has."""
    return [frozenset((option.name, option.of(case)) for option in OPTIONS[name]) for case in cases]


def pairs_of(name: str) -> set[frozenset[Value]]:
    """All pairs of values of two options."""
    return {
        frozenset((left, right))
        for one, other in combinations(OPTIONS[name], 2)
        for left in one.values
        for right in other.values
    }


def reached(name: str, dtype: str, count: int) -> set[frozenset[Value]]:
    """The pairs that `count` cases have."""
    (operation,) = (operation for operation in OPERATIONS if operation.name == name)
    return {
        frozenset(two)
        for found in values_of(name, drawn(operation, dtype, count))
        for two in combinations(sorted(found), 2)
    }


def impossible(name: str) -> dict[frozenset[Value], str]:
    """The pairs that no case can have, with the reason."""
    return {
        frozenset((_value(entry.value), _value(other))): entry.why
        for entry in IMPOSSIBLE.get(name, ())
        for other in entry.others
    }


def _value(text: str) -> Value:
    option, _, value = text.partition("=")
    return option, value


def coverage(count: int) -> Iterator[str]:
    """A table of what the pairs among `count` cases of every operation are."""
    yield "| operation | values | pairs | impossible | reached | share | not met, though possible |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for operation in OPERATIONS:
        name = operation.name
        possible = pairs_of(name) - set(impossible(name))
        met = reached(name, "float32", count) & possible
        missed = "; ".join(sorted(" with ".join(sorted(map("=".join, two))) for two in possible - met))
        values = sum(len(option.values) for option in OPTIONS[name])
        yield (
            f"| {name} | {values} | {len(pairs_of(name))} | {len(impossible(name))} | {len(met)} "
            f"| {len(met) / len(possible):.1%} | {missed} |"
        )


def exceptions() -> Iterator[str]:
    """A table of what is impossible."""
    yield "| operation | value | never with | because |"
    yield "| --- | --- | --- | --- |"
    # What several operations have in common is one line.
    named: dict[tuple[str, str, str], list[str]] = {}
    for name, entries in IMPOSSIBLE.items():
        for entry in entries:
            named.setdefault((entry.value, ", ".join(entry.others), entry.why), []).append(name)
    for (value, others, why), names in named.items():
        yield f"| {', '.join(names)} | {value} | {others} | {why} |"


if __name__ == "__main__":
    print("\n".join((*coverage(1000), "", *exceptions())))

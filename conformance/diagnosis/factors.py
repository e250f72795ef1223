"""A wrong array that is the right one times a number, or plus one: which, or how it goes with the sizes."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from .sights import Sight

LARGEST = 64
"""Denominators up to which a factor is told as a fraction."""

RELATIONS: Mapping[str, Callable[[float], float]] = {
    "{n} times the right result": lambda n: n,
    "the right result divided by {n}": lambda n: 1 / n,
    "the right result times the square root of {n}": math.sqrt,
    "the right result divided by the square root of {n}": lambda n: 1 / math.sqrt(n),
    "the right result times (n - 1) / n, with n the {n}": lambda n: (n - 1) / n,
    "the right result times n / (n - 1), with n the {n}": lambda n: n / (n - 1),
}


def factor(wrong: Sequence[Sight], inputs: Sequence[str]) -> str | None:
    """`is 2 times the right result`, `is the right result divided by the size of x along axis 0 (3)`."""
    ratios = [_ratio(sight) for sight in wrong]
    if None in ratios or not all(
        sight.explained_by(sight.expected * ratio) for sight, ratio in zip(wrong, ratios, strict=True)
    ):
        return _shift(wrong)
    one = _nice(ratios[0] or 0.0)
    if all(sight.explained_by(sight.expected * float(one)) for sight in wrong):
        return f"is {one if isinstance(one, Fraction) else f'{one:.6g}'} times the right result"
    for name, sizes in _shared(wrong, inputs):
        for words, relation in RELATIONS.items():
            if min(sizes) > 1 and all(
                sight.explained_by(sight.expected * relation(n))
                for sight, n in zip(wrong, sizes, strict=True)
            ):
                return f"is {words.format(n=f'{name}')} ({sizes[0]:g} in the smallest case)"
    told = ", ".join(f"{_nice(ratio or 0.0)}" for ratio in ratios[:4])
    return f"is the right result times a number that differs from case to case: {told}"


def _ratio(sight: Sight) -> float | None:
    finite = np.isfinite(sight.expected) & np.isfinite(sight.actual)
    if not finite.any() or not (sight.expected[finite] != 0).any():
        return None
    place = int(np.argmax(np.abs(np.where(finite, sight.expected, 0))))
    return float(sight.actual.flat[place]) / float(sight.expected.flat[place])


def _nice(ratio: float) -> Fraction | float:
    near = Fraction(ratio).limit_denominator(LARGEST)
    # Within what float32 can tell apart.
    return near if abs(float(near) - ratio) <= 8 * np.finfo(np.float32).eps * abs(ratio) else ratio


def _shift(wrong: Sequence[Sight]) -> str | None:
    """A number added to every element."""
    shifts = [float(np.ravel(s.actual - s.expected)[0]) for s in wrong]
    many = [sight for sight in wrong if sight.expected.size > 1]
    if len(many) < 2 or not np.isfinite(shifts).all():
        return None
    if not all(
        sight.explained_by(sight.expected + shift) for sight, shift in zip(wrong, shifts, strict=True)
    ):
        return None
    one = _nice(shifts[0])
    if all(sight.explained_by(sight.expected + float(one)) for sight in wrong):
        return f"is the right result plus {one if isinstance(one, Fraction) else f'{one:.6g}'}"
    return "is the right result plus a number that differs from case to case"


def _shared(wrong: Sequence[Sight], inputs: Sequence[str]) -> Iterator[tuple[str, list[float]]]:
    """The sizes that every case has, with their names."""
    tables = [dict(_sizes(sight, inputs)) for sight in wrong]
    for name in tables[0]:
        if all(name in table for table in tables):
            yield name, [table[name] for table in tables]


def _sizes(sight: Sight, names: Sequence[str]) -> Iterator[tuple[str, float]]:
    case = sight.oracle.case
    arrays = [(name, array) for name, array in case.params.items()]
    # Where their number varies, there are names for the most that any case has.
    named = zip(case.input_names(names), case.inputs, strict=False)
    inputs = [(name, array) for name, array in named if array is not None]
    for name, array in (*inputs, *arrays, ("the result", sight.expected)):
        for i, n in enumerate(array.shape):
            yield f"the size of {name} along axis {i}", n
        for i, n in enumerate(array.shape):
            yield f"the size of {name} along axis {i - array.ndim}", n
        yield f"the number of elements of {name}", array.size
        yield f"the number of rows of {name}", math.prod(array.shape[:-1])
        yield f"the number of planes of {name}", math.prod(array.shape[:-2])
        yield f"the size of a plane of {name}", math.prod(array.shape[-2:])
    for name, value in case.config.items():
        if isinstance(value, tuple):
            yield f"the product of {name}", math.prod(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value
            yield f"the square of {name}", value * value

"""A wrong array that has not even the right shape."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence

from .sights import Sight

Shape = tuple[int, ...]

RELATIONS: Mapping[str, Callable[[Shape, Shape], bool]] = {
    "has its axes in another order": lambda given, right: sorted(given) == sorted(right),
    "has axes of size 1 too many": lambda given, right: (
        _squeezed(given) == _squeezed(right) and len(given) > len(right)
    ),
    "has axes of size 1 too few": lambda given, right: (
        _squeezed(given) == _squeezed(right) and len(given) < len(right)
    ),
    "has as many elements as the right result, in another shape": lambda given, right: (
        math.prod(given) == math.prod(right)
    ),
    "has too many axes": lambda given, right: len(given) > len(right),
    "has too few axes": lambda given, right: len(given) < len(right),
    "is too large": lambda given, right: len(given) == len(right) and all(map(operator.ge, given, right)),
    "is too small": lambda given, right: len(given) == len(right) and all(map(operator.le, given, right)),
}


def misshapen(wrong: Sequence[Sight]) -> str:
    """How the shapes differ, and both of the first case."""
    pairs = [(sight.actual.shape, sight.expected.shape) for sight in wrong]
    shown = f"{pairs[0][0]} in place of {pairs[0][1]}"
    for words, holds in RELATIONS.items():
        if all(holds(given, right) for given, right in pairs):
            return f"{words}: {shown}"
    return f"has another shape: {shown}"


def _squeezed(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)

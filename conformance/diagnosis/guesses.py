"""Guesses: simple things that a wrong array may be, made from the right one."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..tree import Array
from .sights import Sight

Guess = Callable[[Sight], Array | None]
"""The array that a guess says was given; None where it says nothing of the case."""


def guesses(sight: Sight, inputs: Sequence[str]) -> Iterator[tuple[str, Guess]]:
    """Every guess with its words, from the plainest on; the axes are those of `sight`."""
    yield "is all zeros", lambda s: np.zeros_like(s.expected)
    yield "has the opposite sign", lambda s: -s.expected
    yield from _rounded()
    for words, function in FUNCTIONS.items():
        yield words, lambda s, function=function: _safely(function, s.expected)  # type: ignore[misc]
    for i, place in _axes(sight.expected.ndim):
        yield from _along(i, place)
    yield "is transposed: the last two axes are exchanged", lambda s: _turned(s.expected)
    yield (
        "is transposed in memory: read in Fortran order",
        lambda s: s.expected.ravel("F").reshape(s.expected.shape),
    )
    yield (
        "is transposed in memory: written in Fortran order",
        lambda s: s.expected.reshape(s.expected.shape, order="F"),
    )
    yield from _others(sight, inputs)


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "is the right result without its sign": np.abs,
    "is the right result rectified": lambda y: np.maximum(y, 0),
    "is the right result squared": np.square,
    "is the square root of the right result": np.sqrt,
    "is the logarithm of the right result": np.log,
    "is the exponential of the right result": np.exp,
    "is one over the right result": lambda y: 1 / y,
    "is one minus the right result": lambda y: 1 - y,
    "is half of the right result": lambda y: y / 2,
    "is twice the right result": lambda y: 2 * y,
}


def _safely(function: Callable[[Array], Array], array: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(function(array))


def _rounded() -> Iterator[tuple[str, Guess]]:
    for dtype in (np.float16, np.float32):
        yield (
            f"is the right result rounded to {np.dtype(dtype).name}",
            lambda s, dtype=dtype: (
                None  # type: ignore[misc]
                if s.actual.dtype.itemsize <= np.dtype(dtype).itemsize
                else _safely(lambda y: y.astype(dtype).astype(np.float64), s.expected)
            ),
        )
    yield "is the right result rounded to bfloat16", lambda s: bfloat16(s.expected)


def bfloat16(array: Array) -> Array:
    """The nearest numbers with a significand of eight bits."""
    bits = np.ascontiguousarray(array, dtype=np.float32).view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return rounded.astype(np.uint32).view(np.float32).astype(np.float64).reshape(array.shape)


def _axes(ndim: int) -> Iterator[tuple[int, str]]:
    """Each axis counted from the front and from the end: in other cases there may be more of them."""
    for i in range(ndim):
        yield i, f"axis {i}"
        yield i - ndim, f"axis {i - ndim}"


def _along(axis: int, place: str) -> Iterator[tuple[str, Guess]]:
    def along(function: Callable[[Array, int], Array]) -> Guess:
        def guess(sight: Sight) -> Array | None:
            y = sight.expected
            if not -y.ndim <= axis < y.ndim or y.shape[axis] < 2:
                return None
            return _safely(lambda y: function(y, axis), y)

        return guess

    for words, function in ALONG.items():
        yield f"{words} along {place}", along(function)


def _all_alike(array: Array, like: Array) -> Array:
    return np.broadcast_to(array, like.shape)


ALONG: dict[str, Callable[[Array, int], Array]] = {
    "is flipped": lambda y, i: np.flip(y, i),
    "is moved on by one, around the end": lambda y, i: np.roll(y, 1, i),
    "is moved back by one, around the end": lambda y, i: np.roll(y, -1, i),
    "is moved on by one, zeros behind it": lambda y, i: _shifted(y, 1, i),
    "is moved back by one, zeros behind it": lambda y, i: _shifted(y, -1, i),
    "is summed": lambda y, i: _all_alike(y.sum(i, keepdims=True), y),
    "is averaged": lambda y, i: _all_alike(y.mean(i, keepdims=True), y),
    "is summed up step by step": lambda y, i: np.cumsum(y, i),
    "is summed up from the end": lambda y, i: np.flip(np.cumsum(np.flip(y, i), i), i),
    "repeats its first entry": lambda y, i: _all_alike(y.take([0], i), y),
    "repeats its last entry": lambda y, i: _all_alike(y.take([-1], i), y),
}


def _shifted(array: Array, step: int, axis: int) -> Array:
    moved = np.roll(array, step, axis)
    edge = [slice(None)] * array.ndim
    edge[axis] = slice(0, step) if step > 0 else slice(step, None)
    moved[tuple(edge)] = 0
    return moved


def _turned(array: Array) -> Array | None:
    if array.ndim < 2 or min(array.shape[-2:]) < 2:
        return None
    return array.swapaxes(-1, -2).reshape(array.shape)


def _others(sight: Sight, inputs: Sequence[str]) -> Iterator[tuple[str, Guess]]:
    """The place of another part of the answer, or an argument too many or too few."""
    for name, array in sight.facet.right(sight.oracle).parts:
        if name != sight.name and array is not None:
            yield f"is what {name} should be", lambda s, name=name: _part(s, name)  # type: ignore[misc]
    case = sight.oracle.case
    for key in case.params:
        for words, factor in (("too many", 1.0), ("too few", -1.0)):
            yield (
                f"has {key} once {words}",
                lambda s, key=key, factor=factor: _added(s, s.oracle.case.params.get(key), factor),  # type: ignore[misc]
            )
    for i, name in enumerate(() if sight.oracle.case.mappings else inputs):
        for words, factor in (("too many", 1.0), ("too few", -1.0)):
            yield (
                f"has {name} once {words}",
                lambda s, i=i, factor=factor: _added(s, _input(s, i), factor),  # type: ignore[misc]
            )


def _part(sight: Sight, name: str) -> Array | None:
    """Another part of the right answer, where it would fit."""
    found = dict(sight.facet.right(sight.oracle).parts).get(name)
    return None if found is None or found.shape != sight.expected.shape else found


def _input(sight: Sight, index: int) -> Array | None:
    given = sight.oracle.case.inputs
    return given[index] if index < len(given) else None


def _added(sight: Sight, array: Array | None, factor: float) -> Array | None:
    if array is None or array.dtype.kind != "f":
        return None
    y = sight.expected
    # A bias is added to the channels, whichever axis they are.
    shapes = [array.shape, *((*array.shape, *[1] * n) for n in range(1, y.ndim))]
    for shape in shapes:
        try:
            broadcast = np.broadcast_to(array.reshape(shape), y.shape)
        except ValueError:
            continue
        return y + factor * broadcast.astype(np.float64)
    return None

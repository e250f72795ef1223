"""Guesses: simple things that a wrong array may be, made from the right one."""

from collections.abc import Callable, Iterator

import numpy as np

from ..tree import Array
from .sights import Sight

Guess = Callable[[Sight], Array | None]
"""The array that a guess says was given; None where it says nothing of the case."""


def guesses(sight: Sight) -> Iterator[tuple[str, Guess]]:
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
    yield from _others(sight)


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

    yield f"is flipped along {place}", along(lambda y, i: np.flip(y, i))
    for step in (1, -1):
        way = "on" if step == 1 else "back"
        yield (
            f"is moved {way} by one along {place}, around the end",
            along(lambda y, i, n=step: np.roll(y, n, i)),
        )  # type: ignore[misc]
        yield (
            f"is moved {way} by one along {place}, zeros behind it",
            along(lambda y, i, n=step: _shifted(y, n, i)),
        )  # type: ignore[misc]
    yield f"is summed along {place}", along(lambda y, i: np.broadcast_to(y.sum(i, keepdims=True), y.shape))
    yield f"is averaged along {place}", along(lambda y, i: np.broadcast_to(y.mean(i, keepdims=True), y.shape))
    yield f"is summed up step by step along {place}", along(lambda y, i: np.cumsum(y, i))
    yield (
        f"is summed up from the end along {place}",
        along(lambda y, i: np.flip(np.cumsum(np.flip(y, i), i), i)),
    )
    yield (
        f"repeats its first entry along {place}",
        along(lambda y, i: np.broadcast_to(y.take([0], i), y.shape)),
    )
    yield (
        f"repeats its last entry along {place}",
        along(lambda y, i: np.broadcast_to(y.take([-1], i), y.shape)),
    )


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


def _others(sight: Sight) -> Iterator[tuple[str, Guess]]:
    """The place of another part of the answer, or an argument too many or too few."""
    for i, (name, array) in enumerate(sight.facet.right(sight.oracle).parts):
        if i != sight.index and array is not None:
            yield f"is what {name} should be", lambda s, i=i: _fitting(s, _part(s, i))  # type: ignore[misc]
    case = sight.oracle.case
    for key in case.params:
        for words, factor in (("too many", 1.0), ("too few", -1.0)):
            yield (
                f"has {key} once {words}",
                lambda s, key=key, factor=factor: _added(s, s.oracle.case.params.get(key), factor),  # type: ignore[misc]
            )
    for i in range(len(case.inputs)):
        for words, factor in (("too many", 1.0), ("too few", -1.0)):
            yield (
                f"has input {i} once {words}",
                lambda s, i=i, factor=factor: _added(s, s.oracle.case.inputs[i], factor),  # type: ignore[misc]
            )


def _part(sight: Sight, index: int) -> Array | None:
    return sight.facet.right(sight.oracle).parts[index][1]


def _fitting(sight: Sight, array: Array | None) -> Array | None:
    return None if array is None or array.shape != sight.expected.shape else array


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

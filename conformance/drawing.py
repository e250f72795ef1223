"""Drawing a case: structure from integers, contents from byte strings that shrink to small integers.

Every case is a sequence of choices, integers and byte strings, which Hypothesis makes and shrinks. A case whose
choices are known can be drawn again without it, also with other contents in the same structure.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np

from .case import Argument, Case, flattened
from .tree import Array, Tree

T = TypeVar("T")
Shape = Sequence[int]
Choice: TypeAlias = int | bytes

LENGTH = 64
"""Bytes drawn for a tensor: a constant, since lengths that follow the shape make half of the weights zero."""

GENERIC = bytes((i + 1) ** 3 % 17 for i in range(LENGTH))
"""What a string of zero bytes stands for: 1, -4, -5, 7, -3, ..., so that few tensors are all zeros.

Hypothesis tries the simplest continuation in a tenth of its examples, and shrinks to it.
"""

# Scales whose significand is full: a byte times a power of two is exact in float32 and would hide arithmetic
# of lower precision. Offsets make a mean, a bias and a shift visible. The order is the order of shrinking.
AFFINE = (
    (1 / 3, 0.0),
    (0.7071067811865476, 0.0),
    (0.1, 0.3),
    (1.1, -0.7),
    (0.03, 0.0),
    (math.pi, 1.9),
    (0.0123456789, -2.2),
    (2.718281828, 0.0),
)


@dataclass(frozen=True)
class Regime:
    """A named way of turning bytes into numbers; drawn first, so that the first in REGIMES shrinks first."""

    name: str
    sentence: str


REGIMES = (
    Regime("exact", "small integers: 0, 1, -1, 2, -2, ... 8, -8"),
    Regime("affine", "integers of -128..127 times a scale that fills the significand, plus an offset"),
    Regime("stress", "affine, and every row has a factor and an offset of its own"),
    Regime("extreme", "affine, and a whole tensor has a huge offset or a huge or tiny factor"),
)

SHARES = (0, 1, 2, 3, 0, 1)
"""A third of the cases is exact, a third affine, a sixth stress and a sixth extreme."""


@dataclass(frozen=True)
class Reach:
    """How far the contents of a tensor may go, as (factor, offset) of numbers that are of order 1.

    In the regime stress every row has one of `rows`, in the regime extreme the whole tensor has one of `whole`.
    The order is the order of shrinking. A factor of 0 makes a constant row, where that is no tie and no zero.
    """

    rows: tuple[tuple[float, float], ...] = ((1.0, 0.0),)
    whole: tuple[tuple[float, float], ...] = ((1.0, 0.0),)


MILD = Reach()
"""As affine in every regime."""

ANY = Reach(
    rows=(
        *((factor, 0.0) for factor in (1.0, 10.0, 0.1, 100.0, 1e-2, 1e3, 1e-3, 1e-4)),
        *((1.0, 100.0), (1.0, -1e3), (0.0, 7.3), (1e-2, 10.0)),
    ),
    whole=((1.0, 1e4), (1.0, -1e4), (1e30, 0.0), (1e-30, 0.0)),
)
"""For what is not multiplied by anything else that is huge or tiny."""

WEIGHTS = Reach(
    rows=((1.0, 0.0), (10.0, 0.0), (0.1, 0.0), (1e3, 0.0), (1e-4, 0.0), (0.1, 10.0)),
    whole=((1.0, 0.0), (1.0, 100.0)),
)
"""For what multiplies numbers of reach ANY."""

SCORES = Reach(
    rows=(
        *((1.0, 0.0), (8.0, 0.0), (0.1, 0.0), (30.0, 0.0), (100.0, 0.0), (1e-4, 0.0)),
        *((1.0, 100.0), (1.0, -1e3), (0.0, 7.3), (1e-2, 50.0)),
    ),
    whole=(
        *((1.0, 1e4), (1.0, -1e4), (0.1, 1e4), (1e-2, -1e4), (8.0, 1e3), (8.0, -1e3)),
        (500.0, 0.0),
    ),
)
"""For what is exponentiated, after its maximum has been subtracted."""

UNITS = Reach(
    rows=((1.0, 0.0), (4.0, 0.0), (0.1, 0.0), (16.0, 0.0), (1e-4, 0.0), (1.0, 10.0), (1.0, -100.0)),
    whole=((4.0, 0.0), (1e-4, 0.0), (1e-30, 0.0), (1.0, 3.0)),
)
"""For what saturates: some of it does, and some keeps a derivative."""


@lru_cache(maxsize=512)
def _positions(size: int) -> Array:
    """Which byte each element uses: beyond LENGTH a different permutation of the bytes in every tile."""
    index = np.arange(size)
    tile, place = index // LENGTH, index % LENGTH
    # An odd multiplier permutes 0..LENGTH-1, since LENGTH is a power of two.
    return (place * (2 * tile + 1) + 11 * tile) % LENGTH


def _zigzag(content: Array) -> Array:
    """0, 1, 2, 3, 4, ... -> 0, 1, -1, 2, -2, ...: small bytes are small numbers."""
    signed = (content.astype(np.int64) + 1) // 2
    return np.where(content % 2 == 1, signed, -signed)


class Choices(Protocol):
    """Where choices come from: Hypothesis, a generator of random numbers, or a record of earlier ones."""

    def integer(self, high: int) -> int:
        """An integer of 0..high; shrinks towards 0."""
        ...

    def content(self) -> bytes:
        """A string of LENGTH bytes; shrinks towards zeros."""
        ...


class Recorded:
    """Choices made before, once more; `content` 0 as they were, any other one with other byte strings."""

    def __init__(self, choices: Sequence[Choice], content: int = 0) -> None:
        self._choices = iter(altered(choices, content))

    def integer(self, high: int) -> int:
        """The next choice, which must have been an integer of 0..high."""
        choice = next(self._choices)
        assert isinstance(choice, int) and 0 <= choice <= high
        return choice

    def content(self) -> bytes:
        """The next choice, which must have been a string of bytes."""
        choice = next(self._choices)
        assert isinstance(choice, bytes)
        return choice


def altered(choices: Sequence[Choice], content: int) -> tuple[Choice, ...]:
    """The choices of the same structure with its `content`-th contents; 0 are its own."""
    if content == 0:
        return tuple(choices)
    # Another odd step at every place: no two contents are alike, and none is the other one shifted.
    step = content * (2 * np.arange(LENGTH) * 29 + 37)
    return tuple(
        choice
        if isinstance(choice, int)
        else ((np.frombuffer(choice if any(choice) else GENERIC, np.uint8) + step) % 256)
        .astype(np.uint8)
        .tobytes()
        for choice in choices
    )


class Draw:
    """What an operation draws a case with. `regime` is drawn before anything else; `made` are the choices."""

    def __init__(self, choices: Choices, operation: str, dtype: str) -> None:
        self._choices = choices
        self.made: list[Choice] = []
        self.operation = operation
        self.dtype = np.dtype(dtype)
        self._strings = 0
        self.regime = REGIMES[self.choice(SHARES)].name

    def integer(self, low: int, high: int) -> int:
        """An integer of low..high; shrinks towards low."""
        assert low <= high
        choice = self._choices.integer(high - low)
        self.made.append(choice)
        return low + choice

    def choice(self, options: Sequence[T]) -> T:
        """One of the options; shrinks towards the first."""
        return options[self.integer(0, len(options) - 1)]

    def boolean(self) -> bool:
        """False or True; shrinks towards False."""
        return self.integer(0, 1) == 1

    def rarely(self, one_in: int) -> bool:
        """True in one draw of `one_in`; shrinks towards False."""
        return self.integer(0, one_in - 1) == one_in - 1

    def size(self, high: int = 8) -> int:
        """A dimension of 1..high, and in about one draw of thirty 0; shrinks towards 1."""
        drawn = self.integer(0, 29 + high)
        return 0 if drawn == 29 + high else 1 + drawn % high

    def pair(self, low: int, high: int) -> int | tuple[int, int]:
        """An int-or-pair option, each within low..high; shrinks towards the plain int."""
        if self.boolean():
            return self.integer(low, high), self.integer(low, high)
        return self.integer(low, high)

    def tensor(self, shape: Shape, scale: float = 1.0, reach: Reach = MILD, *, row: int = 1) -> Array:
        """Generic numbers: small integers (exact) or affine ones, times `scale` (a power of two).

        Elements are of order 4 * scale: pass a scale of about 1 / fan_in where sums must stay moderate. The last
        `row` dimensions are a row of `reach`.
        """
        integers = self._integers(shape)
        return self._dress(integers, scale, reach, row)

    def distinct(self, shape: Shape, scale: float = 1.0, reach: Reach = MILD, *, row: int = 1) -> Array:
        """Numbers that differ within a row (ranks of the bytes), for maxima: no ties."""
        size = math.prod(shape)
        content = self._content(size)
        ranks = np.empty(size, dtype=np.int64)
        ranks[np.argsort(content, kind="stable")] = np.arange(size)
        return self._dress((ranks - size // 2).reshape(tuple(shape)), scale, reach, row, distinct=True)

    def off_zero(self, shape: Shape, scale: float = 1.0, reach: Reach = MILD, *, row: int = 1) -> Array:
        """Numbers at least half a step away from zero, for functions with a kink there."""
        integers = self._integers(shape)
        halves = np.where(integers >= 0, integers + 0.5, integers - 0.5)
        # A constant row is its offset; without one it would be zero.
        rows = tuple(pair for pair in reach.rows if pair[0])
        return self._dress(halves, scale, replace(reach, rows=rows), row, offset=False)

    def sprinkled(self, array: Array, values: Sequence[float] | None = None) -> Array:
        """`array` with about a quarter of its elements replaced by special values; shrinks towards none.

        By default NaN, infinities, both zeros, a subnormal of either sign and the largest finite number.
        """
        limits = np.finfo(self.dtype)
        tiny, huge = float(limits.smallest_subnormal) * 3, float(limits.max)
        table = values or (math.nan, math.inf, -math.inf, -0.0, 0.0, tiny, -tiny, huge, -huge)
        content = self._content(array.size, bytes(LENGTH)).reshape(array.shape).astype(np.int64)
        chosen = np.array(table, dtype=self.dtype)[content // 4 % len(table)]
        return np.where(content % 4 == 3, chosen, array).astype(self.dtype)

    def classes(self, shape: Shape, num_classes: int, others: Sequence[int] = ()) -> Array:
        """int64 class indices of 0..num_classes-1, now and then one of `others` (an ignore_index)."""
        table = np.array([*range(num_classes), *others], dtype=np.int64)
        content = self._content(math.prod(shape)).astype(np.int64)
        return table[content % len(table)].reshape(tuple(shape))

    def case(
        self,
        *,
        config: Mapping[str, Any],
        params: Mapping[str, Array] | None = None,
        inputs: Sequence[Argument],
        exact: bool = False,
    ) -> Case:
        """The case drawn; `exact` claims exact sums where the contents are small integers."""
        flat, mappings = flattened(inputs)
        return Case(
            operation=self.operation,
            dtype=self.dtype.name,
            config=dict(config),
            params=dict(params or {}),
            inputs=tuple(None if array is None else np.asarray(array) for array in flat),
            mappings=mappings,
            regime=self.regime,
            exact=exact and self.regime == "exact",
        )

    def cotangent(self, output: Tree) -> Tree:
        """A random cotangent of the output's structure: never all ones, None for integer outputs."""
        if isinstance(output, tuple):
            return tuple(self.cotangent(branch) for branch in output)
        if isinstance(output, dict):
            return {key: self.cotangent(output[key]) for key in sorted(output)}
        if output is None or not np.issubdtype(output.dtype, np.floating):
            return None
        return self.tensor(output.shape)

    def _content(self, size: int, simplest: bytes = GENERIC) -> Array:
        drawn = self._choices.content()
        self.made.append(drawn)
        # Equal strings give different tensors: Hypothesis repeats what it has drawn.
        start = 13 * self._strings
        self._strings += 1
        content: Array = np.frombuffer(drawn if any(drawn) else simplest, dtype=np.uint8)
        chosen: Array = content[(_positions(size) + start) % LENGTH]
        return chosen

    def _integers(self, shape: Shape) -> Array:
        content = self._content(math.prod(shape)).reshape(tuple(shape))
        return _zigzag(content % 17 if self.regime == "exact" else content)

    def _dress(
        self,
        integers: Array,
        scale: float,
        reach: Reach,
        row: int,
        *,
        offset: bool = True,
        distinct: bool = False,
    ) -> Array:
        # Arithmetic on a 0-d array gives a scalar, hence asarray.
        if self.regime == "exact":
            return np.asarray(integers * scale, dtype=self.dtype)
        factor, shift = self.choice(AFFINE)
        numbers = integers / 16 * (factor * scale) + offset * (shift * scale)
        # Neighbours must not be rounded to one number, however large the offset.
        unit = offset * scale * (factor if distinct else 1.0)
        # A constant row would be a row of ties, or of zeros.
        rows = [pair for pair in reach.rows if pair[0] or (offset and not distinct)]
        if self.regime == "stress" and len(rows) > 1:
            outer = integers.shape[: max(integers.ndim - row, 0)]
            chosen = self._content(math.prod(outer), bytes(LENGTH)) % len(rows)
            table = np.array(rows)[chosen].reshape(*outer, *[1] * (integers.ndim - len(outer)), 2)
            numbers = numbers * table[..., 0] + unit * table[..., 1]
        if self.regime == "extreme":
            factor, shift = self.choice(reach.whole)
            numbers = numbers * factor + unit * shift
        return np.asarray(numbers, dtype=self.dtype)

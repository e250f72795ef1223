"""Drawing a case: structure by Hypothesis, contents from byte strings that shrink to small integers.

Hypothesis harvests constants from imported source code and mixes them into draws, so a backend under test
would change its own cases. Integers within -99..99, `sampled_from` of at most 99 items, booleans and byte
strings longer than 50 are immune; nothing else is drawn here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st

from .case import Case
from .tree import Array, Tree

T = TypeVar("T")
Shape = Sequence[int]

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
)


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


class Draw:
    """What an operation draws a case with. `regime` is drawn before anything else."""

    def __init__(self, draw: st.DrawFn, operation: str, dtype: str) -> None:
        self._draw = draw
        self.operation = operation
        self.dtype = np.dtype(dtype)
        self._strings = 0
        self.regime = self.choice(REGIMES).name

    def integer(self, low: int, high: int) -> int:
        """An integer of low..high, both within -99..99; shrinks towards low."""
        assert -99 <= low <= high <= 99
        return low + self._draw(st.integers(0, high - low))

    def choice(self, options: Sequence[T]) -> T:
        """One of at most 99 options; shrinks towards the first."""
        assert len(options) <= 99
        return self._draw(st.sampled_from(options))

    def boolean(self) -> bool:
        """False or True; shrinks towards False."""
        return self._draw(st.booleans())

    def size(self, high: int = 6) -> int:
        """A dimension of 1..high, and in about one draw of twenty 0; shrinks towards 1."""
        drawn = self.integer(0, 19 + high)
        return 0 if drawn == 19 + high else 1 + drawn % high

    def pair(self, low: int, high: int) -> int | tuple[int, int]:
        """An int-or-pair option, each within low..high; shrinks towards the plain int."""
        if self.boolean():
            return self.integer(low, high), self.integer(low, high)
        return self.integer(low, high)

    def tensor(self, shape: Shape, scale: float = 1.0) -> Array:
        """Generic numbers: small integers (exact) or affine ones, times `scale` (a power of two).

        Elements are of order 4 * scale: pass a scale of about 1 / fan_in where sums must stay moderate.
        """
        integers = self._integers(shape)
        return self._dress(integers, scale)

    def distinct(self, shape: Shape, scale: float = 1.0) -> Array:
        """Numbers that all differ (ranks of the bytes), for maxima: no ties."""
        size = math.prod(shape)
        content = self._content(size)
        ranks = np.empty(size, dtype=np.int64)
        ranks[np.argsort(content, kind="stable")] = np.arange(size)
        return self._dress((ranks - size // 2).reshape(tuple(shape)), scale)

    def off_zero(self, shape: Shape, scale: float = 1.0) -> Array:
        """Numbers at least half a step away from zero, for functions with a kink there."""
        integers = self._integers(shape)
        return self._dress(np.where(integers >= 0, integers + 0.5, integers - 0.5), scale, offset=False)

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
        inputs: Sequence[Array | None],
        exact: bool = False,
    ) -> Case:
        """The case drawn; `exact` claims exact sums where the contents are small integers."""
        return Case(
            operation=self.operation,
            dtype=self.dtype.name,
            config=dict(config),
            params=dict(params or {}),
            inputs=tuple(None if array is None else np.asarray(array) for array in inputs),
            regime=self.regime,
            exact=exact and self.regime == "exact",
        )

    def cotangent(self, output: Tree) -> Tree:
        """A random cotangent of the output's structure: never all ones, None for integer outputs."""
        if isinstance(output, tuple):
            return tuple(self.cotangent(branch) for branch in output)
        if output is None or not np.issubdtype(output.dtype, np.floating):
            return None
        return self.tensor(output.shape)

    def _content(self, size: int, simplest: bytes = GENERIC) -> Array:
        drawn = self._draw(st.binary(min_size=LENGTH, max_size=LENGTH))
        # Equal strings give different tensors: Hypothesis repeats what it has drawn.
        start = 13 * self._strings
        self._strings += 1
        content: Array = np.frombuffer(drawn if any(drawn) else simplest, dtype=np.uint8)
        chosen: Array = content[(_positions(size) + start) % LENGTH]
        return chosen

    def _integers(self, shape: Shape) -> Array:
        content = self._content(math.prod(shape)).reshape(tuple(shape))
        return _zigzag(content % 17 if self.regime == "exact" else content)

    def _dress(self, integers: Array, scale: float, *, offset: bool = True) -> Array:
        # Arithmetic on a 0-d array gives a scalar, hence asarray.
        if self.regime == "exact":
            return np.asarray(integers * scale, dtype=self.dtype)
        factor, shift = self.choice(AFFINE)
        numbers = integers / 16 * (factor * scale) + offset * (shift * scale)
        return np.asarray(numbers, dtype=self.dtype)

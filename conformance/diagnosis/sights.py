"""Sights: one array of an answer beside the right one, on each case where it can be compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from ..comparison import Arithmetic, allowance
from ..oracle import Oracle
from ..tree import Array
from .answers import Answer, Facet, close, spread_of


@dataclass(frozen=True, eq=False)
class Sight:
    """What a kernel gave for one part of one case, `expected` in float64, and whether something explains it."""

    name: str
    index: int
    facet: Facet
    oracle: Oracle
    actual: Array
    expected: Array
    where: tuple[tuple[slice, ...], ...] = ()

    def explained_by(self, candidate: Array) -> bool:
        """Whether the kernel gave `candidate`, but for rounding."""
        return close(self.actual, candidate, partial(self._spread, candidate), self.oracle.case.dtype)

    @property
    def right(self) -> bool:
        """Whether the kernel gave what was expected."""
        spread = partial(self._spread, self.expected, wide=False)
        return close(self.actual, self.expected, spread, self.oracle.case.dtype, shares=1)

    @cached_property
    def wrong(self) -> Array:
        """Which elements are not within the allowance."""
        with np.errstate(all="ignore"):
            if self.actual.dtype.kind != "f" or self.expected.dtype.kind != "f":
                return np.asarray(self.actual != self.expected)
            wanted = self.expected.astype(self.oracle.case.dtype).astype(np.float64)
            allowed = allowance(
                self.expected, self._spread(self.expected, wide=False), Arithmetic(self.oracle.case.dtype)
            )
            near = np.abs(self.actual - self.expected) <= allowed
            equal = (self.actual == wanted) | (np.isnan(self.actual) & np.isnan(wanted))
            return np.asarray(~np.where(np.isfinite(wanted), near, equal))

    def within(self, where: tuple[slice, ...]) -> "Sight":
        """The same for a block of the array."""
        actual, expected = self.actual[where], self.expected[where]
        return replace(self, actual=actual, expected=expected, where=(*self.where, where))

    def _spread(self, candidate: Array, *, wide: bool = True) -> Array | None:
        right = self.facet.right(self.oracle).parts[self.index][1]
        assert right is not None
        whole = block = np.zeros(right.shape)
        for where in self.where:
            block = block[where]
        block[...] = candidate
        spread = spread_of(self.facet, self.oracle, self.index, whole, wide=wide)
        for where in self.where if spread is not None else ():
            spread = spread[where]  # type: ignore[index]
        return spread


def sights(
    facet: Facet, cases: Sequence[Oracle], answer: Callable[[Facet, Oracle], Answer]
) -> dict[str, list[Sight]]:
    """The arrays of the answers by name; empty ones say nothing."""
    found: dict[str, list[Sight]] = {}
    for oracle in cases:
        mine, right = answer(facet, oracle).parts, facet.right(oracle).parts
        for i, ((_, actual), (name, expected)) in enumerate(zip(mine, right, strict=False)):
            if actual is not None and expected is not None and (expected.size or actual.size):
                found.setdefault(name, []).append(Sight(name, i, facet, oracle, actual, expected))
    return found

"""Comparing what a backend gave with what was expected, element by element."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .tree import Array

MULTIPLE = 6.0
"""Allowed error in root-mean-square deviations of the noisy reference (docs/decisions/0003)."""

DOUBT = 16.0
"""An error this many times the quickly estimated allowance needs no careful estimate: that a spread over twelve
runs is sixteen times too small has a probability below 1e-12 (chi-squared with 12 degrees of freedom)."""

Spreads = Callable[[bool], Array | None]
"""Asked with False for a quick estimate of the spread, with True for a careful one; None: not available."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One array compared: how many elements, how many of them say anything, the largest error / allowance."""

    elements: int
    informative: int
    headroom: float | None = None
    complaint: str | None = None


def unit_roundoff(dtype: str) -> float:
    """2**-24 for float32, 2**-53 for float64."""
    return float(np.finfo(dtype).eps) / 2


@dataclass(frozen=True)
class Arithmetic:
    """What an allowance depends on beside the case: the dtype, and what the backend declares."""

    dtype: str
    accumulates_in: str = "native"
    flushes_subnormals: bool = False

    @property
    def precision(self) -> str:
        """The dtype whose rounding errors a result has: the narrower of its own and the intermediate results'."""
        return "float32" if "float32" in (self.dtype, self.accumulates_in) else self.dtype


def allowance(expected: Array, spread: Array | None, arithmetic: Arithmetic) -> Array:
    """The error allowed per element: never below two roundings of the expected value.

    MULTIPLE times the spread at the unit roundoff of the precision; in float64 twice that, because the oracle
    itself is rounded there. Where the backend flushes subnormals, the smallest normal number on top.
    """
    limits = np.finfo(arithmetic.dtype)
    unit = unit_roundoff(arithmetic.precision)
    allowed: Array = 2 * unit * np.abs(expected) + float(limits.smallest_subnormal)
    if spread is not None:
        oracle_share = 2 if arithmetic.precision == "float64" else 1
        allowed = allowed + MULTIPLE * oracle_share * unit * np.nan_to_num(spread, nan=0.0, posinf=0.0)
    if arithmetic.flushes_subnormals:
        allowed = allowed + float(limits.smallest_normal)
    return allowed


def informative_elements(expected: Array) -> int:
    """Finite elements, provided that one of them is nonzero: an array of zeros says little."""
    if expected.dtype.kind not in "fc":
        return expected.size
    finite = np.isfinite(expected)
    return int(finite.sum()) if bool(np.any(expected[finite] != 0)) else 0


def compare_exactly(name: str, actual: Array, expected: Array) -> Comparison:
    """Equal values (0.0 equals -0.0, NaN equals NaN)."""
    target = expected.astype(actual.dtype)
    floating = actual.dtype.kind == "f"
    wrong = ~np.equal(actual, target)
    if floating:
        wrong &= ~(np.isnan(actual) & np.isnan(target))
    complaint = None
    if wrong.any():
        gap = np.abs(actual.astype(np.float64) - target.astype(np.float64))
        complaint = _complain(
            name, actual, target, wrong, np.where(wrong, np.nan_to_num(gap, nan=np.inf), 0.0)
        )
    return Comparison(elements=actual.size, informative=informative_elements(expected), complaint=complaint)


def compare_within(
    name: str,
    actual: Array,
    expected: Array,
    spreads: Spreads,
    arithmetic: Arithmetic,
    *,
    shares: int = 1,
) -> Comparison:
    """Equal within the allowance; NaN matches NaN and an infinity must match in sign.

    `shares` is 2 where both sides are computed by the backend. The spread is asked for only where the tight
    first check does not settle the matter, and asked for carefully before anybody is accused.
    """
    informative = informative_elements(expected)
    with np.errstate(over="ignore", invalid="ignore"):
        target = expected.astype(arithmetic.dtype)
        finite = np.isfinite(target)
        gap = np.abs(actual.astype(np.float64) - expected)
    odd = ~finite & ~((actual == target) | (np.isnan(actual) & np.isnan(target)))
    gap = np.where(finite, np.where(np.isnan(gap), np.inf, gap), 0.0)
    headroom: float | None = None
    wrong = odd
    allowed = gap
    for careful in (None, False, True):
        spread = None if careful is None else spreads(careful)
        allowed = shares * allowance(expected, spread, arithmetic)
        with np.errstate(invalid="ignore"):
            ratio = np.where(finite, gap / np.where(finite, allowed, 1.0), 0.0)
        # Only a derived allowance has headroom: the tight check is a shortcut, not a bound.
        headroom = None if spread is None else float(ratio.max(initial=0.0))
        wrong = odd | (ratio > 1)
        if not (ratio > 1).any() or (spread is not None and (ratio > DOUBT).any()):
            break
    complaint = None
    if wrong.any():
        # Where nothing finite is expected the ratio means nothing, and NaN would be the worst of all.
        badness = np.where(odd, np.inf, np.where(wrong, gap / allowed, 0.0))
        complaint = _complain(name, actual, expected, wrong, badness, allowed)
    return Comparison(elements=actual.size, informative=informative, headroom=headroom, complaint=complaint)


def _complain(
    name: str, actual: Array, expected: Array, wrong: Array, badness: Array, allowed: Array | None = None
) -> str:
    worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(badness)), wrong.shape))
    where = f" at {list(worst)}" if worst else ""
    count = (
        "it is wrong" if wrong.size == 1 else f"{int(wrong.sum())} of {wrong.size} elements are wrong, worst"
    )
    text = f"{name}: {count}{where}: expected {number(expected[worst])}, got {number(actual[worst])}"
    if allowed is not None and np.isfinite(expected[worst]) and np.isfinite(actual[worst]):
        error = abs(float(actual[worst]) - float(expected[worst]))
        text += f" (error {error:.2g}, allowed {float(allowed[worst]):.2g})"
    return text


def number(value: object) -> str:
    """A number as short as its own type can tell it apart."""
    return str(value.item()) if isinstance(value, np.integer) else f"{float(value):.9g}"  # type: ignore[arg-type]

"""Comparing what a backend gave with what was expected, element by element."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .tree import Array

MULTIPLE = 6.0
"""Allowed error in root-mean-square deviations of the noisy reference (docs/decisions/0003)."""

DOUBT = 16.0
"""An error this many times the quickly estimated allowance needs no careful estimate: that a spread over twelve
runs is sixteen times too small has a probability below 1e-12 (chi-squared with 12 degrees of freedom). Where an
array is ill-conditioned, a smaller error accuses nobody."""

ILL_CONDITIONED = 2.0**-10
"""An array is ill-conditioned when its largest allowance is more than this share of its largest element: rounding
errors are then no longer small against the values, and what was derived to first order says nothing."""

Spreads = Callable[[bool], Array | None]
"""Asked with False for a quick estimate of the spread, with True for a careful one; None: not available."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One array compared: how many elements, how many of them say anything, the largest headroom and its place.

    An ill-conditioned array is not judged: it has no elements compared, unless it is wrong beyond any doubt.
    """

    elements: int
    informative: int
    tier: str = "exact"
    headroom: float | None = None
    worst: str | None = None
    ill_conditioned: bool = False
    complaint: str | None = None


@cache
def unit_roundoff(dtype: str) -> float:
    """2**-24 for float32, 2**-53 for float64."""
    return float(np.finfo(dtype).eps) / 2


@cache
def smallest(dtype: str) -> tuple[float, float]:
    """The smallest subnormal and the smallest normal number."""
    limits = np.finfo(dtype)
    return float(limits.smallest_subnormal), float(limits.smallest_normal)


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

    @property
    def tier(self) -> str:
        """What a comparison within an allowance is called in the report: float64, or native."""
        return "float64" if self.precision == "float64" else "native"


def allowance(expected: Array, spread: Array | None, arithmetic: Arithmetic) -> Array:
    """The error allowed per element: never below two roundings of the expected value.

    MULTIPLE times the spread at the unit roundoff of the precision; in float64 twice that, because the oracle
    itself is rounded there. Where the backend flushes subnormals, the smallest normal number on top.
    """
    subnormal, normal = smallest(arithmetic.dtype)
    unit = unit_roundoff(arithmetic.precision)
    allowed: Array = 2 * unit * np.abs(expected) + subnormal
    if spread is not None:
        oracle_share = 2 if arithmetic.precision == "float64" else 1
        allowed = allowed + MULTIPLE * oracle_share * unit * np.nan_to_num(spread, nan=0.0, posinf=0.0)
    if arithmetic.flushes_subnormals:
        allowed = allowed + normal
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
    with np.errstate(over="ignore", invalid="ignore"):
        target = expected.astype(arithmetic.dtype)
        finite = np.isfinite(target)
        gap = np.abs(actual.astype(np.float64) - expected)
    odd = ~finite & ~((actual == target) | (np.isnan(actual) & np.isnan(target)))
    gap = np.where(finite, np.where(np.isnan(gap), np.inf, gap), 0.0)
    largest = float(np.abs(expected[finite]).max(initial=0.0))
    headroom: float | None = None
    worst: str | None = None
    wrong, allowed, ill_conditioned = odd, gap, False
    for careful in (None, False, True):
        spread = None if careful is None else spreads(careful)
        allowed = shares * allowance(expected, spread, arithmetic)
        with np.errstate(invalid="ignore"):
            ratio = np.where(finite, gap / np.where(finite, allowed, 1.0), 0.0)
        # Only a derived allowance has headroom: the tight check is a shortcut, not a bound.
        if spread is not None:
            ill_conditioned = float(allowed[finite].max(initial=0.0)) > ILL_CONDITIONED * largest
            headroom = float(ratio.max(initial=0.0))
            worst = f"{name} at {_place(ratio)}"
        wrong = odd | (ratio > (DOUBT if ill_conditioned else 1.0))
        if not (ratio > 1).any() or (spread is not None and (ratio > DOUBT).any()):
            break
    complaint = None
    if wrong.any():
        # Where nothing finite is expected the ratio means nothing, and NaN would be the worst of all.
        badness = np.where(odd, np.inf, np.where(wrong, gap / allowed, 0.0))
        complaint = _complain(name, actual, expected, wrong, badness, allowed)
    elif ill_conditioned:
        return Comparison(elements=0, informative=0, tier=arithmetic.tier, ill_conditioned=True)
    return Comparison(
        elements=actual.size,
        informative=informative_elements(expected),
        tier=arithmetic.tier,
        headroom=headroom,
        worst=worst,
        complaint=complaint,
    )


def compare_together(
    names: Sequence[str],
    actual: Sequence[Array],
    expected: Sequence[Array],
    spreads: Callable[[], Sequence[Array | None]],
    arithmetic: Arithmetic,
    *,
    exactly: bool = False,
    shares: int = 1,
) -> list[Comparison] | None:
    """Several floating arrays at once, where all of them agree: far cheaper than one after the other.

    None where anything is wrong or ill-conditioned: then each array has to be looked at.
    """
    full = [i for i, array in enumerate(expected) if array.size]
    given, wanted = _joined([actual[i] for i in full]), _joined([expected[i] for i in full])
    ratio: Array | None = None
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.abs(given - wanted)
        finite = np.isfinite(wanted)
        if not finite.all():
            # What is not finite has no gap where it is met, and an infinite one elsewhere.
            met = (given == wanted) | (np.isnan(given) & np.isnan(wanted))
            gap = np.where(finite, gap, np.where(met, 0.0, np.inf))
            wanted = np.where(finite, wanted, 0.0)
        allowed = 0 if exactly else shares * allowance(wanted, None, arithmetic)
        agreed = bool((gap <= allowed).all())
        if not agreed and not exactly:
            found = spreads()
            known = [np.zeros(expected[i].shape) if (s := found[i]) is None else s for i in full]
            allowed = shares * allowance(wanted, _joined(known), arithmetic)
            ratio = gap / allowed
            starts = np.cumsum([0, *(expected[i].size for i in full[:-1])])
            loosest, largest = (np.maximum.reduceat(of, starts) for of in (allowed, np.abs(wanted)))
            agreed = bool((ratio <= 1).all() and (loosest <= ILL_CONDITIONED * largest).all())
    if not agreed:
        return None
    tier, start, comparisons = "exact" if exactly else arithmetic.tier, 0, []
    for name, want in zip(names, expected, strict=True):
        headroom = worst = None
        if ratio is not None and want.size:
            mine = ratio[start : start + want.size].reshape(want.shape)
            headroom, worst = float(mine.max()), f"{name} at {_place(mine)}"
        start += want.size
        comparisons.append(
            Comparison(
                elements=want.size,
                informative=informative_elements(want),
                tier=tier,
                headroom=headroom,
                worst=worst,
            )
        )
    return comparisons


def _joined(arrays: Sequence[Array]) -> Array:
    return (
        arrays[0].ravel()
        if len(arrays) == 1
        else np.concatenate([a.ravel() for a in arrays] or [np.empty(0)])
    )


def _place(badness: Array) -> list[int]:
    return [int(i) for i in np.unravel_index(int(np.argmax(badness)), badness.shape)] if badness.size else []


def _complain(
    name: str, actual: Array, expected: Array, wrong: Array, badness: Array, allowed: Array | None = None
) -> str:
    worst = tuple(_place(badness))
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

"""Admissible orders of summation, and inner products whose terms are summed in one of them.

Every order of n - 1 additions is within gamma_(n-1) of the sum of absolute values (Higham 2002, section 4.2);
compensated and wide sums are better.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.tree import Array

Order = Callable[[Array, int], Array]
"""(terms, axis) -> the sum over that axis, in the dtype of the terms."""


def native(terms: Array, axis: int) -> Array:
    """NumPy's own: eight lanes in blocks of 128 where the axis is contiguous, else one after another."""
    return np.asarray(terms.sum(axis))


def sequential(terms: Array, axis: int) -> Array:
    """One after another."""
    return _first(terms, axis, lambda rows: np.add.accumulate(rows)[-1])


def backwards(terms: Array, axis: int) -> Array:
    """The last one first."""
    return _first(terms, axis, lambda rows: np.add.accumulate(rows[::-1])[-1])


def pairwise(terms: Array, axis: int) -> Array:
    """Two halves, each summed so."""

    def halve(rows: Array) -> Array:
        while len(rows) > 1:
            half = len(rows) // 2
            rows = np.concatenate([rows[:half] + rows[half : 2 * half], rows[2 * half :]])
        return np.asarray(rows[0])

    return _first(terms, axis, halve)


def blocked(terms: Array, axis: int) -> Array:
    """Blocks of eight, then the sums of the blocks."""
    return _first(
        terms,
        axis,
        lambda rows: np.add.accumulate(np.add.reduceat(rows, np.arange(0, len(rows), 8)))[-1],
    )


def in_lanes(terms: Array, axis: int) -> Array:
    """Four partial sums, each of every fourth term, as a vector register holds them."""
    return _first(
        terms, axis, lambda rows: pairwise(np.stack([sequential(rows[lane::4], 0) for lane in range(4)]), 0)
    )


def shuffled(terms: Array, axis: int) -> Array:
    """In an order that has no system, though always the same."""
    order = np.random.default_rng(terms.shape[axis]).permutation(terms.shape[axis])
    return sequential(np.take(terms, order, axis), axis)


def compensated(terms: Array, axis: int) -> Array:
    """Kahan's sum: what an addition has lost is given back to the next term."""

    def kahan(rows: Array) -> Array:
        total, lost = np.zeros_like(rows[0]), np.zeros_like(rows[0])
        for row in rows:
            term = row - lost
            raised = total + term
            lost = (raised - total) - term
            total = raised
        # An infinite sum has no error to give back.
        return np.asarray(np.where(np.isfinite(total), total, rows.sum(0)))

    return _first(terms, axis, kahan)


def wide(terms: Array, axis: int) -> Array:
    """Summed in float64, rounded once."""
    total: Array = np.asarray(terms.sum(axis, dtype=np.float64)).astype(terms.dtype)
    return total


ORDERS: Mapping[str, Order] = {
    order.__name__: order
    for order in (
        native,
        sequential,
        backwards,
        pairwise,
        blocked,
        in_lanes,
        shuffled,
        compensated,
        wide,
    )
}


def product(left: Array, right: Array, order: Order) -> Array:
    """Left (..., m, k) @ right (..., k, n), the k terms of each element summed in the given order."""
    if order is native:
        return np.asarray(left @ right)
    if order is wide:
        return np.asarray(left.astype(np.float64) @ right.astype(np.float64)).astype(left.dtype)
    return order(left[..., :, :, None] * right[..., None, :, :], -2)


def added(rest: Array, left: Array, right: Array, order: Order, *, onto: bool) -> Array:
    """Left @ right added to the rest; `onto` makes it one sum, of which the rest is the first term."""
    if not onto:
        return np.asarray(rest + product(left, right, order))
    return order(np.concatenate([rest[:, None], left[:, :, None] * right], 1), 1)


def _first(terms: Array, axis: int, total: Callable[[Array], Any]) -> Array:
    axis %= terms.ndim
    rows = terms.transpose(axis, *range(axis), *range(axis + 1, terms.ndim))
    return np.asarray(total(rows)) if len(rows) else np.zeros(rows.shape[1:], terms.dtype)

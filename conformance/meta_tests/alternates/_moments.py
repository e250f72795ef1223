"""Means, variances and the pullback of what they standardise, in other orders and by other formulas.

Not the variance in one pass: it cancels.
"""

from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._sums import Order, pairwise, sequential

Moments = Callable[[Array, Order], tuple[Array, Array]]
"""(rows of a matrix) -> their means and variances."""


def two_passes(x: Array, order: Order) -> tuple[Array, Array]:
    """The mean, then the mean of the squared differences from it."""
    count = x.dtype.type(x.shape[1])
    mean = order(x, 1) / count
    d = x - mean[:, None]
    return mean, order(d * d, 1) / count


def corrected_two_passes(x: Array, order: Order) -> tuple[Array, Array]:
    """As `two_passes`, less the square of what the differences sum to (Chan, Golub, LeVeque 1983)."""
    count = x.dtype.type(x.shape[1])
    mean = order(x, 1) * (1 / count)
    d = x - mean[:, None]
    rest = order(d, 1)
    return mean, (order(d * d, 1) - rest * rest / count) / count


def updated(x: Array, order: Order) -> tuple[Array, Array]:
    """Welford's updates, element by element: stable, in one pass."""
    mean, total = np.zeros_like(x[:, 0]), np.zeros_like(x[:, 0])
    for k in range(x.shape[1]):
        delta = x[:, k] - mean
        mean = mean + delta / x.dtype.type(k + 1)
        total = total + delta * (x[:, k] - mean)
    return mean, total / x.dtype.type(x.shape[1])


def halved(x: Array, order: Order) -> tuple[Array, Array]:
    """Two halves, each in two passes, put together (Chan, Golub, LeVeque 1983)."""
    half = x.shape[1] // 2
    if not half:
        return two_passes(x, order)
    (a, u), (b, v) = two_passes(x[:, :half], order), two_passes(x[:, half:], order)
    share = x.dtype.type(half / x.shape[1])
    rest = 1 - share
    return a + (b - a) * rest, u * share + v * rest + (b - a) * (b - a) * (share * rest)


def standardised(x: Array, eps: float, moments: Moments, order: Order) -> tuple[Array, Array]:
    """(x - mean) / sqrt(variance + eps) by rows, and the column of 1 / sqrt(variance + eps)."""
    mean, variance = moments(x, order)
    r = 1 / np.sqrt(variance + x.dtype.type(eps))[:, None]
    return (x - mean[:, None]) * r, r


def pulled_through(g: Array, z: Array, r: Array, order: Order, *, scaled: bool) -> Array:
    """The cotangent of x: r (g - mean g - z mean(g z)), or r / n (n g - sum g - z sum(g z))."""
    count = g.dtype.type(g.shape[1])
    total, product = order(g, 1)[:, None], order(g * z, 1)[:, None]
    if scaled:
        return np.asarray((r / count) * (count * g - total - z * product))
    return np.asarray(r * ((g - total / count) - z * (product / count)))


VARIANTS: tuple[tuple[str, Moments, Order], ...] = (
    ("corrected", corrected_two_passes, sequential),
    ("Welford", updated, sequential),
    ("halved", halved, pairwise),
)

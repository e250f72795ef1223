"""sigmoid by other functions. Not by tanh below zero: there 1 + tanh(x / 2) cancels, and the tail is lost."""

from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate


def plain(x: Array) -> Array:
    """1 / (1 + exp(-x)), where exp(-x) may be infinite."""
    return 1 / (1 + np.exp(-x))


def two_branches(x: Array) -> Array:
    """1 / (1 + e) or e / (1 + e) with e = exp(-abs(x))."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e / (1 + e), 1 / (1 + e))


def by_tanh(x: Array) -> Array:
    """(1 + tanh(x / 2)) / 2 for positive x."""
    return np.where(x < 0, two_branches(x), (1 + np.tanh(x / 2)) / 2)


def by_logarithm(x: Array) -> Array:
    """exp(-log1p(exp(-x))) for positive x."""
    return np.where(x < 0, two_branches(x), np.exp(-np.log1p(np.exp(-np.abs(x)))))


def from_output(x: Array, y: Array) -> Array:
    """The derivative as y (1 - y)."""
    return np.asarray(y * (1 - y))


def expanded(x: Array, y: Array) -> Array:
    """The derivative as y - y**2."""
    return np.asarray(y - y * y)


def from_input(x: Array, y: Array) -> Array:
    """The derivative as e / (1 + e)**2 with e = exp(-abs(x)), which keeps it where y is nearly 1."""
    e = np.exp(-np.abs(x))
    return np.asarray(e / ((1 + e) * (1 + e)))


def sigmoid(value: Callable[[Array], Array], slope: Callable[[Array, Array], Array]) -> Vjp:
    """The function y = value(x), dx = g slope(x, y)."""

    def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
        y = value(x)

        def pullback(cotangent: Array) -> Cotangents:
            return {}, (cotangent * slope(x, y),)

        return y, pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("sigmoid", f"{value.__name__}, {slope.__name__}", sigmoid(value, slope))
    for value, slope in (
        (plain, from_output),
        (two_branches, from_output),
        (by_tanh, expanded),
        (by_logarithm, from_output),
        (two_branches, from_input),
    )
)

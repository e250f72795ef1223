"""tanh by exponentials that do not cancel near zero."""

from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate


def plain(x: Array) -> Array:
    """The library's."""
    return np.asarray(np.tanh(x))


def by_expm1(x: Array) -> Array:
    """-e / (2 + e) with e = expm1(-2 abs(x)), and the sign of x."""
    e = np.expm1(-2 * np.abs(x))
    return np.asarray(np.copysign(-e / (2 + e), x))


def odd(x: Array) -> Array:
    """The library's of abs(x), and the sign of x."""
    return np.copysign(np.tanh(np.abs(x)), x)


def squared(x: Array, y: Array) -> Array:
    """The derivative as 1 - y**2."""
    return 1 - y * y


def factored(x: Array, y: Array) -> Array:
    """The derivative as (1 - y) (1 + y)."""
    return np.asarray((1 - y) * (1 + y))


def from_input(x: Array, y: Array) -> Array:
    """The derivative as 4 e / (1 + e)**2 with e = exp(-2 abs(x)), which keeps it where y is nearly 1."""
    e = np.exp(-2 * np.abs(x))
    return np.asarray(4 * e / ((1 + e) * (1 + e)))


def tanh(value: Callable[[Array], Array], slope: Callable[[Array, Array], Array]) -> Vjp:
    """The function y = value(x), dx = g slope(x, y)."""

    def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
        y = value(x)

        def pullback(cotangent: Array) -> Cotangents:
            return {}, (cotangent * slope(x, y),)

        return y, pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("tanh", f"{value.__name__}, {slope.__name__}", tanh(value, slope))
    for value, slope in (
        (plain, squared),
        (by_expm1, squared),
        (odd, factored),
        (by_expm1, factored),
        (plain, from_input),
    )
)

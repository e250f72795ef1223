"""silu with the gate and its complement in other forms."""

from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate


def quotient(x: Array) -> Array:
    """X / (1 + exp(-x)), where exp(-x) may be infinite."""
    return np.asarray(x / (1 + np.exp(-x)))


def two_branches(x: Array) -> Array:
    """The gate below zero as e / (1 + e), with e = exp(-abs(x))."""
    e = np.exp(-np.abs(x))
    return np.asarray(x * (np.where(x < 0, e, 1) / (1 + e)).astype(x.dtype))


def gate(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    return np.asarray(1 / (1 + np.exp(-x)))


def factored(x: Array) -> Array:
    """The derivative as s (1 + x (1 - s))."""
    s = gate(x)
    return np.asarray(s * (1 + x * (1 - s)))


def expanded(x: Array) -> Array:
    """The derivative as s + x s (1 - s)."""
    s = gate(x)
    return np.asarray(s + x * (s * (1 - s)))


def by_other_gate(x: Array) -> Array:
    """The derivative as s (1 + x t), t the gate of -x."""
    return np.asarray(gate(x) * (1 + x * gate(-x)))


def silu(value: Callable[[Array], Array], slope: Callable[[Array], Array]) -> Vjp:
    """The function y = value(x), dx = g slope(x)."""

    def vjp(params: Params, x: Array) -> tuple[Array, Pullback]:
        def pullback(cotangent: Array) -> Cotangents:
            return {}, (cotangent * slope(x),)

        return value(x), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("silu", f"{value.__name__}, {slope.__name__}", silu(value, slope))
    for value, slope in ((quotient, factored), (two_branches, expanded), (two_branches, by_other_gate))
)

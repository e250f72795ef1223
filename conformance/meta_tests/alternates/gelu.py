"""gelu by other functions: erf and erfc, tanh and the logistic function, the products in other orders."""

import math
from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate

Gate = Callable[[Array], tuple[Array, Array]]

CUBIC = 0.044715


def _each(function: Callable[[float], float], x: Array) -> Array:
    """A function of Python numbers of every element, rounded to the dtype."""
    return np.array([function(value) for value in x.ravel().tolist()], dtype=x.dtype).reshape(x.shape)


def density(x: Array) -> Array:
    """exp(-x**2 / 2) / sqrt(2 pi)."""
    return np.asarray(np.exp(-x * x / 2) * x.dtype.type(1 / math.sqrt(2 * math.pi)))


def by_erf(x: Array) -> tuple[Array, Array]:
    """(1 + erf(x / sqrt(2))) / 2."""
    return (1 + _each(math.erf, x * x.dtype.type(math.sqrt(0.5)))) / 2, density(x)


def by_erfc(x: Array) -> tuple[Array, Array]:
    """erfc(-x / sqrt(2)) / 2."""
    return _each(math.erfc, -x / x.dtype.type(math.sqrt(2))) / 2, density(x)


def by_tanh(x: Array) -> tuple[Array, Array]:
    """(1 + tanh(u)) / 2."""
    k = x.dtype.type(math.sqrt(2 / math.pi))
    t = np.tanh(k * (x + CUBIC * x**3))
    return (1 + t) / 2, (1 - t * t) / 2 * (k * (1 + 3 * CUBIC * (x * x)))


def by_logistic(x: Array) -> tuple[Array, Array]:
    """1 / (1 + exp(-2 u)), 1 / (2 cosh(u)**2) as the product of it and its complement."""
    k = x.dtype.type(math.sqrt(8 / math.pi))
    v = k * x * (1 + CUBIC * x * x)
    e = np.exp(-np.abs(v))
    large, small = 1 / (1 + e), e / (1 + e)
    return np.where(v < 0, small, large), large * small * k * (1 + 3 * CUBIC * x * x)


def gelu(exact: Gate, cubic: Gate, *, gate_first: bool) -> Vjp:
    """Y = x P, dx = g (P + x D) or g P + g (x D)."""

    def vjp(params: Params, x: Array, *, approximate: str) -> tuple[Array, Pullback]:
        p, d = (exact if approximate == "none" else cubic)(x)

        def pullback(cotangent: Array) -> Cotangents:
            if gate_first:
                return {}, (cotangent * (p + x * d),)
            return {}, (cotangent * p + cotangent * (x * d),)

        return np.asarray(x * p), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    alternate("gelu", "by_erf, by_tanh", gelu(by_erf, by_tanh, gate_first=True)),
    alternate("gelu", "by_erfc, by_logistic", gelu(by_erfc, by_logistic, gate_first=True)),
    alternate("gelu", "by_erfc, by_logistic, expanded", gelu(by_erfc, by_logistic, gate_first=False)),
)

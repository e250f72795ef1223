"""relu by choosing, and by clearing the bits of what is negative."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, alternate


def by_choosing(params: Params, x: Array) -> tuple[Array, Pullback]:
    """The function y = 0 if x < 0 else x."""

    def pullback(cotangent: Array) -> Cotangents:
        return {}, (np.where(x <= 0, x.dtype.type(0), cotangent),)

    return np.where(x < 0, x.dtype.type(0), x), pullback


def by_clearing_bits(params: Params, x: Array) -> tuple[Array, Pullback]:
    """The bit pattern times 0 or 1."""
    bits = np.dtype(f"i{x.dtype.itemsize}")

    def pullback(cotangent: Array) -> Cotangents:
        return {}, ((cotangent.view(bits) * ~(x <= 0)).view(x.dtype),)

    return (x.view(bits) * ~(x < 0)).view(x.dtype), pullback


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("relu", function.__name__, function) for function in (by_choosing, by_clearing_bits)
)

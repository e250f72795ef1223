"""dropout by a reciprocal, and by what is added to the kept ones."""

from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate


def by_reciprocal(values: Array, mask: Array, p: float) -> Array:
    """The product with 1 / (1 - p) in the dtype, then the mask."""
    return np.asarray(values * (1 / values.dtype.type(1 - p)) * mask)


def by_excess(values: Array, mask: Array, p: float) -> Array:
    """What is kept, and p / (1 - p) of it more."""
    kept = np.asarray(values * mask)
    # Of nothing more: 0 * inf is no number.
    return np.asarray(kept + kept * values.dtype.type(p / (1 - p))) if p else kept


def dropout(function: Callable[[Array, Array, float], Array]) -> Vjp:
    """The function in training with a mask; all or nothing elsewhere."""

    def vjp(
        params: Params, x: Array, mask: Array | None, *, p: float, training: bool
    ) -> tuple[Array, Pullback]:
        def scaled(values: Array) -> Array:
            if mask is None:
                return values
            if p == 1:
                return np.asarray(values * 0)
            return function(values, mask, p)

        def pullback(cotangent: Array) -> Cotangents:
            return {}, (scaled(cotangent), None)

        return scaled(x), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = tuple(
    alternate("dropout", function.__name__, dropout(function)) for function in (by_reciprocal, by_excess)
)

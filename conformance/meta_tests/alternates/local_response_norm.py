"""local_response_norm: squares summed in other orders, factors elsewhere, a negative power or roots."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, sequential


def norm(order: Order, *, negative: bool = False, roots: bool = False, mean_first: bool = False) -> Vjp:
    """The function y = x / base**beta, or x base**-beta.

    `roots` takes base**0.75 and base**0.5 by square roots; `mean_first` divides the squares before their sum.
    """

    def power(base: Array, beta: float) -> Array:
        if roots and beta in (0.5, 0.75):
            root = np.sqrt(base)
            return root if beta == 0.5 else np.asarray(root * np.sqrt(root))
        return np.asarray(base**beta)

    def windows(terms: Array, before: int, behind: int) -> Array:
        """The sum of the window of each channel, zeros included."""
        margin = [(0, 0)] * terms.ndim
        margin[1] = (before, behind)
        padded = np.pad(terms, margin)
        shifted = [padded[:, i : i + terms.shape[1]] for i in range(before + behind + 1)]
        return order(np.stack(shifted, -1), -1)

    def vjp(
        params: Params, x: Array, *, size: int, alpha: float, beta: float, k: float
    ) -> tuple[Array, Pullback]:
        before, behind = size // 2, (size - 1) // 2
        if mean_first:
            base = windows(x * x / x.dtype.type(size), before, behind) * alpha + k
        else:
            base = windows(x * x, before, behind) * alpha / size + k
        y = x * base**-beta if negative else x / power(base, beta)

        def pullback(cotangent: Array) -> Cotangents:
            if negative:
                slope = cotangent * x * base ** (-beta - 1)
                direct = cotangent * base**-beta
            else:
                slope = cotangent * (y / base)
                direct = cotangent / power(base, beta)
            return {}, (direct - 2 * x * (alpha * beta * windows(slope, behind, before) / size),)

        return y, pullback

    return vjp


def _alternate(name: str, order: Order, **options: bool) -> Alternate:
    return alternate("local_response_norm", name, norm(order, **options))


ALTERNATES: tuple[Alternate, ...] = (
    *(
        _alternate(name, order, roots=i % 2 == 1, mean_first=i % 3 == 1)
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    _alternate("negative power", native, negative=True),
    _alternate("negative power, mean first", sequential, negative=True, mean_first=True),
)

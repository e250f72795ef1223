"""log_softmax with its sums in other orders.

Not as log(softmax(x)), which is -inf where softmax vanishes, and not as x - (m + log s), which loses the
logarithm beside a large m.
"""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native
from .softmax import shifted


def log_softmax(order: Order, *, from_exponentials: bool = False) -> Vjp:
    """The function y = (x - m) - log s; dx = g - p sum of g, with p as exp(y) or as exp(x - m) / s."""

    def vjp(params: Params, x: Array, *, dim: int) -> tuple[Array, Pullback]:
        z = shifted(np.atleast_1d(x), dim)
        e = np.exp(z)
        total = np.expand_dims(order(e, dim), dim)
        y = z - np.log(total)

        def pullback(cotangent: Array) -> Cotangents:
            g = np.atleast_1d(cotangent)
            p = e / total if from_exponentials else np.exp(y)
            return {}, ((g - p * np.expand_dims(order(g, dim), dim)).reshape(x.shape),)

        return y.reshape(x.shape), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("log_softmax", name, log_softmax(order, from_exponentials=i % 2 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("log_softmax", "from_exponentials", log_softmax(native, from_exponentials=True)),
)

"""avg_pool2d: windows summed in other orders, rows before columns, divided before or after.

Not by differences of running sums, which cancel.
"""

from collections.abc import Callable

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._planes import Pair, gathered, pair, planes, pool_windows, scattered, size_of
from ._sums import ORDERS, Order, sequential


def separable(terms: Array, kernel: Pair, order: Order) -> Array:
    """Each row of a window, then the sums of the rows."""
    rows = terms.reshape(*terms.shape[:2], *kernel, terms.shape[3])
    return order(order(rows, 3), 2)


def whole(terms: Array, kernel: Pair, order: Order) -> Array:
    """All cells of a window as one sum."""
    return order(terms, 2)


def mean(
    total: Callable[[Array, Pair, Order], Array],
    order: Order,
    *,
    divide_first: bool = False,
    reciprocal: bool = False,
) -> Vjp:
    """The function y = total / divisor, total (1 / divisor), or the total of terms / divisor."""

    def vjp(
        params: Params,
        x: Array,
        *,
        kernel_size: int | Pair,
        stride: int | Pair | None,
        padding: int | Pair,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: int | None,
    ) -> tuple[Array, Pullback]:
        kernel, flat = pair(kernel_size), planes(x)
        steps, margin = pair(stride or kernel), pair(padding)
        place = pool_windows(size_of(x), kernel, steps, margin, (1, 1), ceil_mode)
        counted = [
            np.minimum(start + k, end) - np.maximum(start, first)
            for start, k, first, end in (
                (
                    np.arange(count) * s - p,
                    k,
                    -p if count_include_pad else 0,
                    length + p if count_include_pad else length,
                )
                for count, s, p, k, length in zip(
                    place.shape, steps, margin, kernel, x.shape[-2:], strict=True
                )
            )
        ]
        area = (
            (counted[0][:, None] * counted[1]).reshape(-1) if divisor_override is None else divisor_override
        )
        divisor = np.asarray(area, x.dtype)
        terms = gathered(flat, place.read, 0)
        if divide_first:
            y = total(terms / divisor, kernel, order)
        else:
            y = (
                total(terms, kernel, order) * (1 / divisor)
                if reciprocal
                else total(terms, kernel, order) / divisor
            )

        def pullback(cotangent: Array) -> Cotangents:
            g = planes(cotangent)[:, :, None]
            share = np.broadcast_to(g * (1 / divisor) if reciprocal else g / divisor, terms.shape)
            d_x = scattered(share, place.read, flat.shape[2], backwards=divide_first)
            return {}, (d_x.reshape(x.shape),)

        return y.reshape(*x.shape[:-2], *place.shape), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("avg_pool2d", name, mean((whole, separable)[i % 2], order, reciprocal=i % 3 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("avg_pool2d", "divided first", mean(whole, sequential, divide_first=True)),
    alternate("avg_pool2d", "divided first, separable", mean(separable, sequential, divide_first=True)),
)

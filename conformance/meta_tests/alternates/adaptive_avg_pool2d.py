"""adaptive_avg_pool2d: windows summed in other orders, means of means, divided before or after."""

from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, sequential


def edges(size: int, windows: int | None) -> list[slice]:
    """The windows along an axis: the cells that they share a part of the axis with."""
    count = size if windows is None else windows
    meets = [
        [cell for cell in range(size) if cell * count < (i + 1) * size and i * size < (cell + 1) * count]
        for i in range(count)
    ]
    return [slice(cells[0], cells[-1] + 1) for cells in meets]


def mean(
    order: Order, *, of_means: bool = False, divide_first: bool = False, reciprocal: bool = False
) -> Vjp:
    """The function y = total / cells, total (1 / cells), the total of terms / cells, or a mean of means."""

    def vjp(params: Params, x: Array, *, output_size: Any) -> tuple[Array, Pullback]:
        given = output_size if isinstance(output_size, tuple) else (output_size, output_size)
        rows, columns = (edges(size, n) for size, n in zip(x.shape[-2:], given, strict=True))
        places = [(row, column) for row in rows for column in columns]
        real = x.dtype.type

        def one(row: slice, column: slice) -> Array:
            window = x[..., row, column]
            high, wide = window.shape[-2:]
            if of_means:
                return np.asarray(order(order(window, -1) / real(wide), -1) / real(high))
            terms = window.reshape(*window.shape[:-2], high * wide)
            if divide_first:
                return order(terms / real(high * wide), -1)
            total = order(terms, -1)
            return np.asarray(total * (1 / real(high * wide)) if reciprocal else total / real(high * wide))

        shape = (*x.shape[:-2], len(rows), len(columns))
        y = np.stack([one(*place) for place in places], -1).reshape(shape)

        def pullback(cotangent: Array) -> Cotangents:
            d_x = np.zeros_like(x)
            numbered = list(np.ndindex(shape[-2:]))
            for (i, j), (row, column) in list(zip(numbered, places, strict=True))[:: -1 if of_means else 1]:
                high, wide = row.stop - row.start, column.stop - column.start
                g = cotangent[..., i, j]
                share = g * (1 / real(high * wide)) if reciprocal else g / real(high) / real(wide)
                d_x[..., row, column] += share[..., None, None]
            return {}, (d_x,)

        return y, pullback

    return vjp


def _alternate(name: str, order: Order, **options: bool) -> Alternate:
    return alternate("adaptive_avg_pool2d", name, mean(order, **options))


ALTERNATES: tuple[Alternate, ...] = (
    *(
        _alternate(name, order, of_means=i % 2 == 1, reciprocal=i % 3 == 1)
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    _alternate("means of means", native, of_means=True),
    _alternate("divided first", sequential, divide_first=True),
)

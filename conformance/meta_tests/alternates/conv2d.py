"""Convolutions by im2col and by kernel position, the terms of every inner product in other orders.

Not by FFT and not by Winograd's transforms: their error is bounded by norms, not element by element, and there is
no declaration that admits them.
"""

from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._planes import Pair, Windows, gathered, pair, planes, scattered, size_of, windows
from ._sums import ORDERS, Order, native, pairwise, product, sequential, wide


def convolution(order: Order, *, by_position: bool = False, bias_first: bool = False) -> Vjp:
    """Every window is a column; `by_position` adds up the products of one kernel position after another."""

    def vjp(params: Params, x: Array, *, groups: int, **config: Any) -> tuple[Array, Pullback]:
        weight, bias = params["weight"], params.get("bias")
        place = _windows(size_of(x), size_of(weight), config)
        flat = planes(x)
        n, channels = flat.shape[:2]
        cells, positions = place.read.shape
        columns = gathered(flat, place.read, 0).reshape(n, groups, channels // groups, cells, positions)
        kernel = weight.reshape(groups, len(weight) // groups, channels // groups, cells)
        start = np.zeros(len(weight), x.dtype) if bias is None else bias
        if by_position:
            y = np.zeros((n, groups, kernel.shape[1], positions), x.dtype)
            y += start.reshape(groups, -1, 1) if bias_first else 0
            for cell in range(cells):
                y = y + product(kernel[..., cell], columns[..., cell, :], order)
            y = y if bias_first else y + start.reshape(groups, -1, 1)
        else:
            matrix, terms = _rows(kernel), columns.reshape(n, groups, channels // groups * cells, positions)
            if bias_first and bias is not None:
                matrix = np.concatenate([start.reshape(groups, -1, 1), matrix], 2)
                terms = np.concatenate([np.ones((n, groups, 1, positions), x.dtype), terms], 2)
            y = product(matrix, terms, order)
            y = y if bias_first or bias is None else y + start.reshape(groups, -1, 1)
        y = y.reshape(*x.shape[:-3], len(weight), *place.shape)

        def pullback(cotangent: Array) -> Cotangents:
            g = cotangent.reshape(n, groups, kernel.shape[1], positions)
            # One sum over batch and positions.
            g_rows = np.moveaxis(g, 0, 2).reshape(groups, kernel.shape[1], n * positions)
            c_rows = np.moveaxis(columns, 0, 3).reshape(groups, channels // groups * cells, n * positions)
            d_weight = product(g_rows, c_rows.swapaxes(1, 2), order).reshape(weight.shape)
            d_columns = product(_rows(kernel).swapaxes(1, 2), g, order)
            d_columns = d_columns.reshape(n, channels, cells, positions)
            d_x = scattered(d_columns, place.read, flat.shape[2], backwards=by_position)
            of_params: dict[str, Array | None] = {"weight": d_weight}
            if bias is not None:
                of_params["bias"] = order(g_rows, 2).reshape(-1)
            return of_params, (d_x.reshape(x.shape),)

        return y, pullback

    return vjp


def _rows(kernel: Array) -> Array:
    return kernel.reshape(*kernel.shape[:2], -1)


def _windows(size: Pair, kernel: Pair, config: dict[str, Any]) -> Windows:
    stride, dilation, padding = pair(config["stride"]), pair(config["dilation"]), config["padding"]

    def margin(axis: int) -> Pair:
        if padding == "same":
            reach = dilation[axis] * (kernel[axis] - 1)
            return reach // 2, reach - reach // 2
        return (0, 0) if padding == "valid" else (pair(padding)[axis], pair(padding)[axis])

    def count(axis: int) -> int:
        travel = size[axis] + sum(margin(axis)) - dilation[axis] * (kernel[axis] - 1) - 1
        return int(travel // stride[axis]) + 1

    margins, counts = (margin(0), margin(1)), (count(0), count(1))
    return windows(size, kernel, stride, dilation, margins, counts, config["padding_mode"])


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("conv2d", f"im2col, {name}", convolution(order, bias_first=i % 2 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("conv2d", "by_position", convolution(native, by_position=True)),
    alternate(
        "conv2d", "by_position, bias first", convolution(sequential, by_position=True, bias_first=True)
    ),
    alternate("conv2d", "by_position, pairwise", convolution(pairwise, by_position=True)),
    alternate("conv2d", "by_position, wide", convolution(wide, by_position=True, bias_first=True)),
)

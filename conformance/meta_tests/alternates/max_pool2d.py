"""max_pool2d: windows searched from either end, cotangents added up in other orders."""

from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._planes import Pair, pair, planes, pool_windows, size_of


def maximum(*, search_back: bool, add: str) -> Vjp:
    """The first of equal cells, the last NaN; cotangents added `forwards`, `backwards` or in float64, `wide`."""

    def vjp(
        params: Params,
        x: Array,
        *,
        kernel_size: int | Pair,
        stride: int | Pair | None,
        padding: int | Pair,
        dilation: int | Pair,
        return_indices: bool,
        ceil_mode: bool,
    ) -> tuple[Any, Pullback]:
        kernel, flat = pair(kernel_size), planes(x)
        place = pool_windows(
            size_of(x), kernel, pair(stride or kernel), pair(padding), pair(dilation), ceil_mode
        )
        shape = (*flat.shape[:2], place.read.shape[1])
        best, index = np.full(shape, np.nan, x.dtype), np.full(shape, -1)
        for cell in place.read[:: -1 if search_back else 1]:
            value = flat[:, :, cell]
            if search_back:
                better = ~(np.isnan(best) & (index >= 0)) & ((value >= best) | np.isnan(value))
            else:
                better = (value > best) | np.isnan(value)
            better = (better | (index < 0)) & (cell >= 0)
            best, index = np.where(better, value, best), np.where(better, cell, index)
        rows = index.reshape(flat.shape[0] * flat.shape[1], place.read.shape[1])
        shown = (*x.shape[:-2], *place.shape)

        def pullback(cotangent: Any) -> Cotangents:
            g = (cotangent[0] if return_indices else cotangent).reshape(rows.shape)
            d_x = np.zeros((len(g), flat.shape[2]), np.float64 if add == "wide" else x.dtype)
            turn = slice(None, None, -1 if add == "backwards" else 1)
            np.add.at(d_x, (np.arange(len(g))[:, None], rows[:, turn]), g[:, turn])
            return {}, (d_x.astype(x.dtype).reshape(x.shape),)

        y = best.reshape(shown)
        return (y, index.reshape(shown)) if return_indices else y, pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    alternate("max_pool2d", "forwards", maximum(search_back=False, add="forwards")),
    alternate("max_pool2d", "backwards", maximum(search_back=True, add="backwards")),
    alternate("max_pool2d", "wide", maximum(search_back=True, add="wide")),
)

"""flatten by walking through the elements."""

from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, alternate


def by_index(params: Params, x: Array, *, start_dim: int, end_dim: int) -> tuple[Array, Pullback]:
    """Every element goes where row-major counting puts it."""
    shape = x.shape or (1,)
    start, end = start_dim % len(shape), end_dim % len(shape)
    flat = (*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])
    place = np.arange(x.size)
    y = np.empty(flat, x.dtype)
    y.flat[place] = x.flat[place]

    def pullback(cotangent: Any) -> Cotangents:
        d_x = np.empty(x.shape, x.dtype)
        d_x.flat[place[::-1]] = cotangent.flat[place[::-1]]
        return {}, (d_x,)

    return y, pullback


ALTERNATES: tuple[Alternate, ...] = (alternate("flatten", "by_index", by_index),)

"""Wrong ways to flatten."""

from typing import Any

import numpy as np

from ..tree import Array
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, with_derivative_of

flatten = right("flatten")
forward, vjp = right_kernel("flatten")


def start_dim_ignored(params: Params, x: Any, *, start_dim: int, end_dim: int) -> Any:
    """The first dimension is taken for a batch, and everything behind it is flattened."""
    flatten(params, x, start_dim=start_dim, end_dim=end_dim)  # still refuses what is no dimension
    return x.reshape(x.shape[0], -1) if x.numel() and x.ndim else x.flatten()


def end_dim_excluded(params: Params, x: Any, *, start_dim: int, end_dim: int) -> Any:
    """end_dim is taken as the end of a Python slice, itself excluded."""
    last = max(end_dim % max(x.ndim, 1) - 1, start_dim % max(x.ndim, 1))
    flatten(params, x, start_dim=start_dim, end_dim=end_dim)
    return flatten(params, x, start_dim=start_dim, end_dim=last)


def columns_first(params: Params, x: Any, *, start_dim: int, end_dim: int) -> Any:
    """The flattened dimensions run in Fortran order."""
    first, last = start_dim % max(x.ndim, 1), end_dim % max(x.ndim, 1)
    order = [*range(first), *reversed(range(first, last + 1)), *range(last + 1, x.ndim)]
    turned = x.permute(order).reshape(x.shape) if x.ndim and first <= last else x
    return flatten(params, turned, start_dim=start_dim, end_dim=end_dim)


def number_stays_a_number(params: Params, x: Any, *, start_dim: int, end_dim: int) -> Any:
    """A 0-d tensor comes back as it is, not with the shape (1,)."""
    y = flatten(params, x, start_dim=start_dim, end_dim=end_dim)
    return y if x.ndim else y.reshape(())


def view_returned(params: dict[str, Array], x: Array, *, start_dim: int, end_dim: int) -> Any:
    """What reshape returns is handed on, and that is a view of the input."""
    return x.reshape(forward(params, x, start_dim=start_dim, end_dim=end_dim).shape)


def read_in_memory_order(params: dict[str, Array], x: Array, *, start_dim: int, end_dim: int) -> Any:
    """Elements come in the order in which they lie in memory."""
    shape = forward(params, x, start_dim=start_dim, end_dim=end_dim).shape
    return x.ravel(order="K").reshape(shape).copy()


def cotangent_left_flat(params: dict[str, Array], x: Array, *, start_dim: int, end_dim: int) -> Any:
    """The pullback forgets to give the cotangent the input's shape."""
    y = forward(params, x, start_dim=start_dim, end_dim=end_dim)
    return y, lambda cotangent: ({}, (np.array(cotangent),))


def cotangent_turned(params: Params, x: Any, *, start_dim: int, end_dim: int) -> Any:
    """The pullback gives the cotangent the input's shape in Fortran order."""
    y = flatten(params, x, start_dim=start_dim, end_dim=end_dim)
    return with_derivative_of(y, columns_first(params, x, start_dim=start_dim, end_dim=end_dim))


def dimensions_wrap_around(params: Params, x: Any, *, start_dim: int, end_dim: int) -> Any:
    """Dimensions are taken modulo their number, so that none is out of range."""
    count = max(x.ndim, 1)
    return flatten(params, x, start_dim=start_dim % count, end_dim=end_dim % count)


def through_bytes(params: Params, x: Any, **config: Any) -> Any:
    """Values pass through unsigned bytes, as those of images do."""
    return flatten(params, x, **config).clamp(0, 255).round()


def cotangent_scaled_by_its_largest(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """The cotangent is scaled by its largest element against underflow, which is 0 / 0 for zeros."""
    y, pullback = vjp(params, x, **config)

    def scaled(cotangent: Array) -> Any:
        largest = np.abs(cotangent).max(initial=0)
        scale = cotangent.dtype.type(2.0 ** np.floor(np.log2(largest)))
        _, (pulled,) = pullback(cotangent / scale)
        return {}, (pulled * scale,)

    return y, scaled


DEFECTS = (
    wrong("flatten", start_dim_ignored, law="shape_and_dtype"),
    wrong("flatten", end_dim_excluded, law="shape_and_dtype"),
    wrong("flatten", columns_first, law="keeps_the_order"),
    wrong("flatten", number_stays_a_number, law="shape_and_dtype"),
    wrong_forward("flatten", view_returned, law="purity"),
    wrong_forward("flatten", read_in_memory_order, law="memory_layout"),
    wrong_vjp("flatten", cotangent_left_flat, law="vjp"),
    wrong("flatten", cotangent_turned, law="vjp"),
    wrong("flatten", dimensions_wrap_around, law="rejection"),
    wrong("flatten", through_bytes, law="is_linear"),
    wrong_vjp("flatten", cotangent_scaled_by_its_largest, law="zero_pulls_back_to_zero"),
)

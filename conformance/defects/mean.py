"""Wrong averages."""

import math
from typing import Any

import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, right_kernel, scaled_cotangent

mean = right("mean")
forward, vjp = right_kernel("mean")


def _dims(x: Any, dim: Any) -> list[int]:
    """The dimensions averaged, counted from the front."""
    dims = (dim,) if isinstance(dim, int) else dim or range(x.ndim)
    return [axis % max(x.ndim, 1) for axis in dims]


def _count(x: Any, dim: Any) -> int:
    return math.prod(x.shape[axis] for axis in _dims(x, dim)) if x.ndim else 1


def not_divided(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """It is the sum."""
    y = mean(params, x, dim=dim, keepdim=keepdim)
    return y * _count(x, dim)


def divided_by_one_less(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """It divides by n - 1, as the estimate of a variance does, where there are several."""
    y, n = mean(params, x, dim=dim, keepdim=keepdim), _count(x, dim)
    return y * (n / (n - 1)) if n > 1 else y


def divided_by_all(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """It divides by the number of all elements, whatever the dimensions."""
    y = mean(params, x, dim=dim, keepdim=keepdim)
    return y * (_count(x, dim) / x.numel()) if x.numel() else y


def divided_by_the_first_size(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """Of several dimensions only the size of the first one named divides."""
    y = mean(params, x, dim=dim, keepdim=keepdim)
    size = x.shape[_dims(x, dim)[0]] if x.ndim else 1
    return y * (_count(x, dim) / size) if size else y


def keepdim_ignored(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """The dimensions are always dropped."""
    return mean(params, x, dim=dim, keepdim=False)


def empty_tuple_is_no_dimension(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """An empty tuple means that nothing is averaged, as NumPy has it."""
    y = mean(params, x, dim=dim, keepdim=keepdim)
    return x.clone() if dim == () else y


def first_dimension_for_none(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """Without a dimension it is the first one."""
    return mean(params, x, dim=0 if dim is None else dim, keepdim=keepdim)


def dimension_zero_is_none(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """Dimension 0 counts as not given."""
    return mean(params, x, dim=dim or None, keepdim=keepdim)


def cotangent_not_divided(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """The pullback is that of the sum."""
    return mean(params, scaled_cotangent(x, _count(x, dim)), dim=dim, keepdim=keepdim)


def cotangent_divided_by_all(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """The pullback divides by the number of all elements."""
    share = _count(x, dim) / max(x.numel(), 1)
    return mean(params, scaled_cotangent(x, share), dim=dim, keepdim=keepdim)


def nothing_averages_to_zero(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """The mean of no elements is 0, not NaN."""
    y = mean(params, x, dim=dim, keepdim=keepdim)
    return y if x.numel() else 0 * y.nan_to_num()


def what_is_not_a_number_is_left_out(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """NaN counts as zero."""
    return mean(params, torch.where(x.isnan(), torch.zeros_like(x), x), dim=dim, keepdim=keepdim)


def twice_is_once(params: dict[str, Array], x: Array, *, dim: Any, keepdim: bool) -> Any:
    """A dimension that is given twice is averaged once."""
    if isinstance(dim, tuple) and all(-max(x.ndim, 1) <= axis < max(x.ndim, 1) for axis in dim):
        dim = tuple(dict.fromkeys(_dims(x, dim))) if dim else dim
    return forward(params, x, dim=dim, keepdim=keepdim)


def integers_averaged(params: dict[str, Array], x: Array, *, dim: Any, keepdim: bool) -> Any:
    """Integers are averaged, as in NumPy."""
    return forward(params, x if x.dtype.kind == "f" else x.astype("float64"), dim=dim, keepdim=keepdim)


def one_byte(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """The sum is kept in the range of a signed byte, as in a quantised kernel."""
    n = max(_count(x, dim), 1)
    return mean(params, x, dim=dim, keepdim=keepdim).clamp(-16 / n, 16 / n)


def divided_by_what_is_left(params: Params, x: Any, *, dim: Any, keepdim: bool) -> Any:
    """With keepdim the divisor is the number of means, not that of the elements in each."""
    y = mean(params, x, dim=dim, keepdim=keepdim)
    return y * (_count(x, dim) / max(y.numel(), 1)) if keepdim else y


DEFECTS = (
    wrong("mean", not_divided, law="agreement"),
    wrong("mean", divided_by_one_less, law="agreement"),
    wrong("mean", divided_by_all, law="agreement"),
    wrong("mean", divided_by_the_first_size, law="dimensions_have_no_order"),
    wrong("mean", keepdim_ignored, law="shape_and_dtype"),
    wrong("mean", empty_tuple_is_no_dimension, law="shape_and_dtype"),
    wrong("mean", first_dimension_for_none, law="shape_and_dtype"),
    wrong("mean", dimension_zero_is_none, law="shape_and_dtype"),
    wrong("mean", cotangent_not_divided, law="vjp"),
    wrong("mean", cotangent_divided_by_all, law="vjp"),
    wrong("mean", nothing_averages_to_zero, law="kinks"),
    wrong("mean", what_is_not_a_number_is_left_out, law="special_values"),
    wrong_forward("mean", twice_is_once, law="rejection"),
    wrong_forward("mean", integers_averaged, law="rejection"),
    wrong("mean", divided_by_what_is_left, law="kept_dimensions_are_of_size_one"),
    wrong("mean", one_byte, law="is_linear"),
)

"""Wrong rectifiers."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, with_derivative_of

relu = right("relu")


def written_as_maximum(params: Params, x: Any) -> Any:
    """Written as max(x, 0), whose derivative at a tie is 0.5."""
    return torch.max(x, torch.zeros_like(x))


def derivative_one_at_zero(params: Params, x: Any) -> Any:
    """The derivative asks x >= 0, and so is 1 at 0."""
    return with_derivative_of(relu(params, x), torch.where(x < 0, 0 * x, x))


def derivative_zero_at_nan(params: Params, x: Any) -> Any:
    """The derivative asks x > 0, which is false at NaN."""
    return with_derivative_of(relu(params, x), torch.where(x > 0, x, 0.0))


def nan_swallowed(params: Params, x: Any) -> Any:
    """Written as x if x > 0 else 0, which turns NaN into 0."""
    return torch.where(x > 0, x, 0.0)


def mean_of_x_and_its_size(params: Params, x: Any) -> Any:
    """Written as (x + |x|) / 2, which overflows for the largest numbers and is NaN at -inf."""
    return (x + x.abs()) / 2


def product_with_mask(params: Params, x: Any) -> Any:
    """Written as x * (x > 0), which is NaN at -inf."""
    return x * (x > 0)


def leaky(params: Params, x: Any) -> Any:
    """A slope is left below zero."""
    return torch.where(x > 0, x, 0.01 * x)


def capped_at_six(params: Params, x: Any) -> Any:
    """Capped at 6, as mobile networks have it."""
    return relu(params, x).clamp(max=6)


def cotangent_passed_through(params: Params, x: Any) -> Any:
    """The cotangent is handed back as it came, the straight-through estimator."""
    return with_derivative_of(relu(params, x), x)


def cotangent_masked_by_itself(params: Params, x: Any) -> Any:
    """The pullback rectifies the cotangent, where it should ask the input's sign."""
    y = relu(params, x)
    if x.requires_grad:
        y.register_hook(lambda cotangent: cotangent.clamp(min=0))
    return y


def written_in_place(params: dict[str, Array], x: Array) -> Any:
    """The result is written over the input."""
    return np.maximum(x, 0, out=x)


def zeros_in_double_precision(params: dict[str, Array], x: Array) -> Any:
    """Zeros of the default dtype make a float64 result of float32."""
    return np.maximum(x, np.zeros(x.shape))


def cotangent_clipped(params: Params, x: Any) -> Any:
    """The pullback clips the cotangent, so that gradients cannot explode."""
    y = relu(params, x)
    if x.requires_grad:
        y.register_hook(lambda cotangent: cotangent.clamp(-32, 32))
    return y


DEFECTS = (
    wrong("relu", written_as_maximum, law="kinks", seen="https://github.com/jax-ml/jax/issues/37821"),
    wrong("relu", derivative_one_at_zero, law="kinks"),
    wrong("relu", derivative_zero_at_nan, law="kinks"),
    wrong("relu", nan_swallowed, law="kinks"),
    wrong("relu", mean_of_x_and_its_size, law="special_values"),
    wrong("relu", product_with_mask, law="special_values"),
    wrong("relu", leaky, law="splits_its_input"),
    wrong("relu", capped_at_six, law="is_homogeneous"),
    wrong("relu", cotangent_passed_through, law="vjp"),
    wrong("relu", cotangent_masked_by_itself, law="vjp"),
    wrong_forward("relu", written_in_place, law="purity"),
    wrong_forward("relu", zeros_in_double_precision, law="shape_and_dtype", dtypes=("float32",)),
    wrong("relu", cotangent_clipped, law="pullback_is_linear"),
)

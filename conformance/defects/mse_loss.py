"""Wrong squared errors."""

from typing import Any

import numpy as np
import torch.nn.functional as F

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

mse_loss = right("mse_loss")
forward, vjp = right_kernel("mse_loss")


def half_of_the_square(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The convenient factor 1/2 is in front."""
    return mse_loss(params, x, target, **config) / 2


def absolute_error(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The error is not squared."""
    return F.l1_loss(x, target, **config)


def mean_over_batch_only(params: Params, x: Any, target: Any, *, reduction: str) -> Any:
    """The mean divides by the size of the batch, not by the number of elements."""
    loss = mse_loss(params, x, target, reduction="sum" if reduction == "mean" else reduction)
    return loss / x.shape[0] if reduction == "mean" and x.ndim else loss


def reduction_ignored(params: Params, x: Any, target: Any, *, reduction: str) -> Any:
    """It is the mean, whatever the reduction."""
    return mse_loss(params, x, target, reduction="mean" if reduction == "sum" else reduction)


def unreduced_is_summed(params: Params, x: Any, target: Any, *, reduction: str) -> Any:
    """The reduction "none" is taken as "sum"."""
    return mse_loss(params, x, target, reduction="sum" if reduction == "none" else reduction)


def nothing_counts_as_zero(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The mean over no elements is 0, not NaN."""
    loss = mse_loss(params, x, target, **config)
    return loss if x.numel() else 0 * loss.nan_to_num()


def factor_two_forgotten(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The pullback drops the 2 of the derivative."""
    return mse_loss(params, scaled_cotangent(x, 0.5), scaled_cotangent(target, 0.5), **config)


def divisor_forgotten_in_pullback(params: Params, x: Any, target: Any, *, reduction: str) -> Any:
    """The pullback of the mean is that of the sum."""
    y = mse_loss(params, x, target, reduction=reduction)
    total = mse_loss(params, x, target, reduction="sum" if reduction == "mean" else reduction)
    return with_derivative_of(y, total)


def target_not_differentiated(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The target's cotangent is zero."""
    return mse_loss(params, x, target.detach(), **config)


def target_cotangent_has_input_sign(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """The target's cotangent is the input's, with its sign."""
    return mse_loss(params, x, scaled_cotangent(target, -1), **config)


def shapes_broadcast(params: dict[str, Array], x: Array, target: Array, **config: Any) -> Any:
    """A target of another shape is broadcast, as subtraction does."""
    return forward(params, *(array.copy() for array in np.broadcast_arrays(x, target)), **config)


def mean_error_subtracted(params: Params, x: Any, target: Any, **config: Any) -> Any:
    """It is the variance of the error over the batch, whose mean is subtracted first."""
    mse_loss(params, x, target, **config)  # still refuses what is invalid
    return mse_loss(params, x - (x - target).mean(0) if x.ndim and len(x) else x, target, **config)


DEFECTS = (
    wrong("mse_loss", half_of_the_square, law="agreement"),
    wrong("mse_loss", absolute_error, law="scales_quadratically"),
    wrong("mse_loss", mean_over_batch_only, law="reductions_agree"),
    wrong("mse_loss", reduction_ignored, law="agreement"),
    wrong("mse_loss", unreduced_is_summed, law="shape_and_dtype"),
    wrong("mse_loss", nothing_counts_as_zero, law="kinks"),
    wrong("mse_loss", factor_two_forgotten, law="vjp"),
    wrong("mse_loss", divisor_forgotten_in_pullback, law="vjp"),
    wrong("mse_loss", target_not_differentiated, law="arguments_exchange"),
    wrong("mse_loss", target_cotangent_has_input_sign, law="vjp"),
    wrong_forward("mse_loss", shapes_broadcast, law="rejection"),
    wrong("mse_loss", mean_error_subtracted, law="batch_is_independent"),
)

"""Wrong logarithms of softmax."""

from typing import Any

import torch

from ._defect import wrong
from ._right import Params, right, with_derivative_of

log_softmax = right("log_softmax")


def log_of_softmax(params: Params, x: Any, *, dim: int) -> Any:
    """Written as log(softmax(x)), which is -inf where a probability vanishes."""
    return x.softmax(dim).log()


def log_kept_finite(params: Params, x: Any, *, dim: int) -> Any:
    """Written as log(softmax(x) + 1e-8), so that no logarithm is -inf."""
    return (x.softmax(dim) + 1e-8).log()


def maximum_not_subtracted(params: Params, x: Any, *, dim: int) -> Any:
    """Written as x - log(sum(exp(x))), whose exponentials overflow."""
    return x - x.exp().sum(dim, keepdim=True).log()


def maximum_not_added_back(params: Params, x: Any, *, dim: int) -> Any:
    """The maximum is subtracted for the sum alone, and never added back to its logarithm."""
    largest = x.amax(dim, keepdim=True) if x.numel() else x
    return x - (x - largest).exp().sum(dim, keepdim=True).log()


def dim_ignored(params: Params, x: Any, *, dim: int) -> Any:
    """It always goes along the last dimension."""
    log_softmax(params, x, dim=dim)  # still refuses what is no dimension
    return log_softmax(params, x, dim=-1)


def bits(params: Params, x: Any, *, dim: int) -> Any:
    """The logarithm has the base 2."""
    return log_softmax(params, x, dim=dim) / torch.tensor(2.0, dtype=x.dtype).log()


def sum_of_cotangents_dropped(params: Params, x: Any, *, dim: int) -> Any:
    """The pullback hands the cotangent back without subtracting y times its sum."""
    return with_derivative_of(log_softmax(params, x, dim=dim), x)


def cotangents_weighted(params: Params, x: Any, *, dim: int) -> Any:
    """The pullback is softmax's, which weights the cotangents by y."""
    return with_derivative_of(log_softmax(params, x, dim=dim), x.softmax(dim))


def normalised_over_all_elements(params: Params, x: Any, *, dim: int) -> Any:
    """The exponentials of the whole array are summed."""
    log_softmax(params, x, dim=dim)  # still refuses what is no dimension
    return x - x.flatten().logsumexp(0) if x.numel() else x


def running_sum_not_rescaled(params: Params, x: Any, *, dim: int) -> Any:
    """The sum of the online algorithm is not rescaled when a larger maximum is met."""
    y = log_softmax(params, x, dim=dim)
    if not x.numel() or not x.ndim:
        return y
    terms = (x - x.cummax(dim).values).exp()
    return x - x.amax(dim, keepdim=True) - terms.sum(dim, keepdim=True).log()


DEFECTS = (
    wrong("log_softmax", log_of_softmax, law="special_values"),
    wrong("log_softmax", log_kept_finite, law="agreement", dtypes=("float64",)),
    wrong("log_softmax", maximum_not_subtracted, law="special_values"),
    wrong("log_softmax", maximum_not_added_back, law="shift_changes_nothing"),
    wrong("log_softmax", dim_ignored, law="agreement"),
    wrong("log_softmax", bits, law="exponentials_sum_to_one"),
    wrong("log_softmax", sum_of_cotangents_dropped, law="vjp"),
    wrong("log_softmax", cotangents_weighted, law="vjp"),
    wrong("log_softmax", normalised_over_all_elements, law="batch_is_independent"),
    wrong("log_softmax", running_sum_not_rescaled, law="scores_permute"),
)

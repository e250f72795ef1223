"""Wrong softmaxes."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, with_derivative_of

softmax = right("softmax")


def maximum_not_subtracted(params: Params, x: Any, *, dim: int) -> Any:
    """The exponentials of large scores overflow."""
    return x.exp() / x.exp().sum(dim, keepdim=True)


def only_positive_maximum_subtracted(params: Params, x: Any, *, dim: int) -> Any:
    """The maximum starts from 0, so that all exponentials of very negative scores vanish."""
    shifted = (x - x.amax(dim, keepdim=True).clamp(min=0)).exp() if x.numel() else x
    return shifted / shifted.sum(dim, keepdim=True)


def divisor_kept_off_zero(params: Params, x: Any, *, dim: int) -> Any:
    """A small number is added to the divisor, which is never zero anyway."""
    y = (x - x.logsumexp(dim, keepdim=True).detach()).exp()
    return y / (y.sum(dim, keepdim=True) + 1e-6)


def scores_not_shifted_but_scaled(params: Params, x: Any, *, dim: int) -> Any:
    """Scores are divided by the largest where it is to be subtracted."""
    largest = x.abs().amax(dim, keepdim=True).clamp(min=1) if x.numel() else x
    return softmax(params, x / largest, dim=dim)


def negative_dim_from_front(params: Params, x: Any, *, dim: int) -> Any:
    """A negative dim counts from the front: -1 is the first dimension."""
    return softmax(params, x, dim=-1 - dim if dim < 0 else dim)


def dim_ignored(params: Params, x: Any, *, dim: int) -> Any:
    """It always goes along the last dimension."""
    softmax(params, x, dim=dim)  # still refuses what is no dimension
    return softmax(params, x, dim=-1)


def over_all_elements(params: Params, x: Any, *, dim: int) -> Any:
    """All elements of the array sum to one."""
    return softmax(params, x.flatten(), dim=0).reshape(x.shape)


def dim_guessed(params: Params, x: Any, *, dim: int | None) -> Any:
    """For dim=None a dimension is guessed."""
    return softmax(params, x, dim=-1 if dim is None else dim)


def diagonal_of_jacobian(params: Params, x: Any, *, dim: int) -> Any:
    """The pullback knows the Jacobian's diagonal only, y * (1 - y)."""
    y = softmax(params, x, dim=dim)
    return with_derivative_of(y, (y * (1 - y)).detach() * x)


def jacobian_off_by_rank_one(params: Params, x: Any, *, dim: int) -> Any:
    """The pullback subtracts the cotangents' plain sum, not their mean under y."""
    y = softmax(params, x, dim=dim)
    p = y.detach()
    return with_derivative_of(y, p * x - (p * x).sum(dim, keepdim=True))


def shifted_in_place(params: dict[str, Array], x: Array, *, dim: int) -> Any:
    """The maximum is subtracted in the input itself."""
    if x.size:
        x -= x.max(dim if x.ndim else None, keepdims=True)
    y = np.exp(x)
    return np.asarray(y / y.sum(dim if x.ndim else None, keepdims=True), dtype=x.dtype)


def one_added_to_divisor(params: Params, x: Any, *, dim: int) -> Any:
    """One is added to the sum of exponentials, so that all outputs may vanish."""
    softmax(params, x, dim=dim)  # still refuses what is no dimension
    more = x.logsumexp(dim, keepdim=True)
    return (x - more.logaddexp(torch.zeros_like(more))).exp()


def running_sum_not_rescaled(params: Params, x: Any, *, dim: int) -> Any:
    """The sum of the online algorithm is not rescaled when a larger maximum is met."""
    y = softmax(params, x, dim=dim)
    if not x.numel() or not x.ndim:
        return y
    terms = (x - x.cummax(dim).values).exp()
    return (x - x.amax(dim, keepdim=True)).exp() / terms.sum(dim, keepdim=True)


DEFECTS = (
    wrong(
        "softmax",
        maximum_not_subtracted,
        law="shift_changes_nothing",
        seen="https://github.com/deeplearning4j/deeplearning4j/issues/6039",
    ),
    wrong(
        "softmax",
        only_positive_maximum_subtracted,
        law="special_values",
        seen="https://github.com/FluxML/NNlib.jl/pull/43",
    ),
    wrong("softmax", divisor_kept_off_zero, law="agreement"),
    wrong("softmax", scores_not_shifted_but_scaled, law="agreement"),
    wrong("softmax", negative_dim_from_front, law="agreement"),
    wrong("softmax", dim_ignored, law="agreement"),
    wrong("softmax", over_all_elements, law="batch_is_independent"),
    wrong("softmax", dim_guessed, law="rejection"),
    wrong("softmax", diagonal_of_jacobian, law="vjp"),
    wrong("softmax", jacobian_off_by_rank_one, law="vjp"),
    wrong_forward("softmax", shifted_in_place, law="purity"),
    wrong(
        "softmax",
        one_added_to_divisor,
        law="sums_to_one",
        seen="https://www.evanmiller.org/attention-is-off-by-one.html",
    ),
    wrong("softmax", running_sum_not_rescaled, law="scores_permute"),
)

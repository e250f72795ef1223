"""Wrong sums."""

from typing import Any

import torch

from ..tree import Array
from ._broadcast import aligned_at_the_first, cotangents_left_repeated, repeated_operands, stretched
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

add = right("add")
forward, vjp = right_kernel("add")


def alpha_ignored(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The factor is not used at all."""
    add(params, x, other, alpha=alpha)  # still refuses a boolean
    return add(params, x, other, alpha=1)


def alpha_scales_input(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The factor multiplies the first operand."""
    add(params, x, other, alpha=alpha)  # still refuses a boolean
    return add(params, alpha * x, other, alpha=1)


def alpha_scales_the_sum(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The factor multiplies both operands."""
    add(params, x, other, alpha=alpha)  # still refuses a boolean
    return alpha * add(params, x, other, alpha=1)


def alpha_truncated(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The factor becomes an integer on its way."""
    add(params, x, other, alpha=alpha)  # still refuses a boolean
    return add(params, x, other, alpha=int(alpha))


def alpha_zero_is_none(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """A factor of zero counts as not given."""
    return add(params, x, other, alpha=alpha or 1)


def alpha_missing_in_pullback(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The cotangent of other is not multiplied by alpha."""
    return with_derivative_of(add(params, x, other, alpha=alpha), add(params, x, other, alpha=1))


def other_cotangent_has_the_wrong_sign(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The cotangent of other is that of a difference."""
    return add(params, x, scaled_cotangent(other, -1), alpha=alpha)


def other_in_half_precision(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The second operand passes through half precision, as a mask or a bias stored to save memory does."""
    return add(params, x, other.half().to(other.dtype), alpha=alpha)


def alpha_a_boolean(params: dict[str, Array], x: Array, other: Array, *, alpha: float) -> Any:
    """A boolean factor counts as a number."""
    return forward(params, x, other, alpha=float(alpha))


def nothing_left_of_infinities(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """Infinities become the largest number before they are added."""
    limit = torch.finfo(x.dtype).max / 8
    return add(params, x.clamp(-limit, limit), other.clamp(-limit, limit), alpha=alpha)


DEFECTS = (
    wrong("add", alpha_ignored, law="alpha_scales_other"),
    wrong("add", alpha_scales_input, law="agreement"),
    wrong("add", alpha_scales_the_sum, law="agreement"),
    wrong("add", alpha_truncated, law="agreement"),
    wrong("add", alpha_zero_is_none, law="agreement"),
    wrong("add", alpha_missing_in_pullback, law="vjp"),
    wrong("add", other_cotangent_has_the_wrong_sign, law="vjp"),
    wrong("add", other_in_half_precision, law="operands_commute"),
    wrong_forward("add", alpha_a_boolean, law="rejection"),
    wrong("add", nothing_left_of_infinities, law="special_values"),
    wrong_forward("add", aligned_at_the_first(forward), law="rejection"),
    wrong_forward("add", stretched(forward), law="rejection"),
    wrong_vjp("add", cotangents_left_repeated(vjp), law="vjp"),
    wrong("add", repeated_operands(add), law="broadcast_is_expanded"),
)

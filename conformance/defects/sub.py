"""Wrong differences."""

from typing import Any

import torch

from ..tree import Array
from ._broadcast import aligned_at_the_first, cotangents_left_repeated, repeated_operands, stretched
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

sub = right("sub")
forward, vjp = right_kernel("sub")


def alpha_ignored(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The factor is not used at all."""
    sub(params, x, other, alpha=alpha)  # still refuses a boolean
    return sub(params, x, other, alpha=1)


def alpha_scales_input(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The factor multiplies the first operand."""
    sub(params, x, other, alpha=alpha)  # still refuses a boolean
    return sub(params, alpha * x, other, alpha=1)


def alpha_scales_the_difference(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The factor multiplies both operands."""
    sub(params, x, other, alpha=alpha)  # still refuses a boolean
    return alpha * sub(params, x, other, alpha=1)


def alpha_truncated(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The factor becomes an integer on its way."""
    sub(params, x, other, alpha=alpha)  # still refuses a boolean
    return sub(params, x, other, alpha=int(alpha))


def alpha_zero_is_none(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """A factor of zero counts as not given."""
    return sub(params, x, other, alpha=alpha or 1)


def alpha_missing_in_pullback(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The cotangent of other is not multiplied by alpha."""
    return with_derivative_of(sub(params, x, other, alpha=alpha), sub(params, x, other, alpha=1))


def other_cotangent_has_the_inputs_sign(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The cotangent of other is that of a sum."""
    return sub(params, x, scaled_cotangent(other, -1), alpha=alpha)


def absolute_difference(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """The difference has no sign."""
    y = sub(params, x, other, alpha=alpha)
    return y.abs()


def alpha_a_boolean(params: dict[str, Array], x: Array, other: Array, *, alpha: float) -> Any:
    """A boolean factor counts as a number."""
    return forward(params, x, other, alpha=float(alpha))


def nothing_left_of_infinities(params: Params, x: Any, other: Any, *, alpha: float) -> Any:
    """Infinities become the largest number before they are subtracted."""
    limit = torch.finfo(x.dtype).max / 8
    return sub(params, x.clamp(-limit, limit), other.clamp(-limit, limit), alpha=alpha)


DEFECTS = (
    wrong("sub", alpha_ignored, law="alpha_scales_other"),
    wrong("sub", alpha_scales_input, law="agreement"),
    wrong("sub", alpha_scales_the_difference, law="agreement"),
    wrong("sub", alpha_truncated, law="agreement"),
    wrong("sub", alpha_zero_is_none, law="agreement"),
    wrong("sub", alpha_missing_in_pullback, law="vjp"),
    wrong("sub", other_cotangent_has_the_inputs_sign, law="vjp"),
    wrong("sub", absolute_difference, law="difference_is_odd"),
    wrong_forward("sub", alpha_a_boolean, law="rejection"),
    wrong("sub", nothing_left_of_infinities, law="special_values"),
    wrong_forward("sub", aligned_at_the_first(forward), law="rejection"),
    wrong_forward("sub", stretched(forward), law="rejection"),
    wrong_vjp("sub", cotangents_left_repeated(vjp), law="vjp"),
    wrong("sub", repeated_operands(sub), law="broadcast_is_expanded"),
)

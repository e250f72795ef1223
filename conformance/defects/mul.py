"""Wrong products."""

from typing import Any

import torch

from ._broadcast import aligned_at_the_first, cotangents_left_repeated, repeated_operands, stretched
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

mul = right("mul")
forward, vjp = right_kernel("mul")


def cotangents_exchanged(params: Params, x: Any, other: Any) -> Any:
    """Each operand's cotangent is multiplied by the operand itself, as that of a square would be."""
    y = mul(params, x, other)
    return with_derivative_of(y, x * x / 2 + other * other / 2)


def other_not_differentiated(params: Params, x: Any, other: Any) -> Any:
    """The second operand counts as a constant."""
    return mul(params, x, other.detach())


def product_rule_with_a_minus(params: Params, x: Any, other: Any) -> Any:
    """The cotangent of other has the sign that it has in a quotient."""
    return mul(params, x, scaled_cotangent(other, -1))


def zero_times_anything_is_zero(params: Params, x: Any, other: Any) -> Any:
    """Where an operand is zero the product is zero, also for NaN and infinity."""
    y = mul(params, x, other)
    return torch.where((x == 0) | (other == 0), torch.zeros_like(y), y)


def sign_of_other_alone(params: Params, x: Any, other: Any) -> Any:
    """The product has the sign of the second operand alone."""
    return mul(params, x.abs(), other)


def through_logarithms(params: Params, x: Any, other: Any) -> Any:
    """It is the exponential of the sum of logarithms, with a thousandth so that none is infinite."""
    y = mul(params, x, other)
    size = torch.exp(torch.log(x.abs() + 1e-3) + torch.log(other.abs() + 1e-3))
    return torch.sign(y.detach()) * size


DEFECTS = (
    wrong("mul", cotangents_exchanged, law="vjp"),
    wrong("mul", other_not_differentiated, law="vjp"),
    wrong("mul", product_rule_with_a_minus, law="vjp"),
    wrong("mul", zero_times_anything_is_zero, law="special_values"),
    wrong("mul", sign_of_other_alone, law="operands_commute"),
    wrong("mul", through_logarithms, law="is_linear"),
    wrong_forward("mul", aligned_at_the_first(forward), law="rejection"),
    wrong_forward("mul", stretched(forward), law="rejection"),
    wrong_vjp("mul", cotangents_left_repeated(vjp), law="vjp"),
    wrong("mul", repeated_operands(mul), law="broadcast_is_expanded"),
)

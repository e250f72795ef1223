"""Wrong hard swishes."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, with_derivative_of

hardswish = right("hardswish")


def gate_alone(params: Params, x: Any) -> Any:
    """The gate is returned, hardsigmoid, and not what goes through it."""
    return (x + 3).clamp(0, 6) / 6


def swish(params: Params, x: Any) -> Any:
    """The smooth function that it stands in for."""
    return x * x.sigmoid()


def not_divided_by_six(params: Params, x: Any) -> Any:
    """The gate goes from 0 to 6: the division is missing."""
    return x * (x + 3).clamp(0, 6)


def not_shifted_by_three(params: Params, x: Any) -> Any:
    """The gate opens from 0 to 6, not from -3 to 3."""
    return x * x.clamp(0, 6) / 6


def cap_forgotten(params: Params, x: Any) -> Any:
    """The gate opens without end: the cap at 6 is missing."""
    return x * (x + 3).relu() / 6


def gate_from_minus_two_and_a_half(params: Params, x: Any) -> Any:
    """The gate is the other hard sigmoid, 0.2 x + 0.5, which opens from -2.5 to 2.5."""
    return x * (0.2 * x + 0.5).clamp(0, 1)


def gate_held_fixed(params: Params, x: Any) -> Any:
    """The product rule loses a term: the pullback is the gate, as if it did not depend on x."""
    return with_derivative_of(hardswish(params, x), ((x + 3).clamp(0, 6) / 6).detach() * x)


def derivative_everywhere_quadratic(params: Params, x: Any) -> Any:
    """The pullback is x / 3 + 1/2 on both sides of the kinks, too."""
    return with_derivative_of(hardswish(params, x), (x.detach() / 3 + 0.5) * x)


def inner_derivative_at_three(params: Params, x: Any) -> Any:
    """The derivative at 3 is that of the quadratic piece, 3/2."""
    y = hardswish(params, x)
    return with_derivative_of(y, torch.where(x == 3, 1.5 * x, y))


def inner_derivative_at_minus_three(params: Params, x: Any) -> Any:
    """The derivative at -3 is that of the quadratic piece, -1/2."""
    y = hardswish(params, x)
    return with_derivative_of(y, torch.where(x == -3, -0.5 * x, y))


def shut_below_zero(params: Params, x: Any) -> Any:
    """Nothing negative comes out: the dip between -3 and 0 is cut off."""
    return hardswish(params, x).relu()


def written_in_place(params: dict[str, Array], x: Array) -> Any:
    """The result is written over the input."""
    gate = np.clip(x + 3, 0, 6) / 6
    with np.errstate(invalid="ignore"):
        x *= gate
    return x


DEFECTS = (
    wrong("hardswish", gate_alone, law="gate_splits_its_input"),
    wrong("hardswish", swish, law="agreement"),
    wrong("hardswish", not_divided_by_six, law="gate_splits_its_input"),
    wrong("hardswish", not_shifted_by_three, law="agreement"),
    wrong("hardswish", cap_forgotten, law="agreement"),
    wrong("hardswish", gate_from_minus_two_and_a_half, law="agreement"),
    wrong("hardswish", gate_held_fixed, law="vjp"),
    wrong("hardswish", derivative_everywhere_quadratic, law="vjp"),
    wrong("hardswish", inner_derivative_at_three, law="kinks"),
    wrong("hardswish", inner_derivative_at_minus_three, law="kinks"),
    wrong("hardswish", shut_below_zero, law="gate_splits_its_input"),
    wrong_forward("hardswish", written_in_place, law="purity"),
)

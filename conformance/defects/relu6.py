"""Wrong capped rectifiers."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, with_derivative_of

relu6 = right("relu6")


def cap_forgotten(params: Params, x: Any) -> Any:
    """Nothing is capped: it is relu."""
    return x.relu()


def cap_not_differentiated(params: Params, x: Any) -> Any:
    """The pullback masks what is negative and lets through what was capped."""
    return with_derivative_of(relu6(params, x), x.relu())


def derivative_one_at_six(params: Params, x: Any) -> Any:
    """The pullback asks x <= 6, and so is 1 at 6."""
    return with_derivative_of(relu6(params, x), torch.where((x > 0) & (x <= 6), x, 0 * x))


def derivative_one_at_zero(params: Params, x: Any) -> Any:
    """The pullback asks x >= 0, and so is 1 at 0."""
    return with_derivative_of(relu6(params, x), torch.where((x >= 0) & (x < 6), x, 0 * x))


def capped_at_one(params: Params, x: Any) -> Any:
    """The cap is 1."""
    return x.clamp(0, 1)


def floor_forgotten(params: Params, x: Any) -> Any:
    """Only the cap is there; negative numbers go through."""
    return x.clamp(max=6)


def clipped_on_both_sides(params: Params, x: Any) -> Any:
    """Clipped to -6..6."""
    return x.clamp(-6, 6)


def cap_leaks(params: Params, x: Any) -> Any:
    """A slope of a hundredth is left above 6."""
    y = relu6(params, x)
    return torch.where(x > 6, 6 + 0.01 * (x - 6), y)


def scaled_to_unit_range(params: Params, x: Any) -> Any:
    """The output is divided by 6, as if the gate of hardswish were asked for."""
    return relu6(params, x) / 6


def nan_capped(params: Params, x: Any) -> Any:
    """Written with comparisons that are false at NaN, which turns NaN into 6."""
    return torch.where(x < 6, x.relu(), torch.full_like(x, 6))


def stepped_by_eighths(params: Params, x: Any) -> Any:
    """Rounded to eighths, as for quantised weights, with the derivative straight through."""
    y = relu6(params, x)
    return with_derivative_of((8 * y).round() / 8, y)


def written_in_place(params: dict[str, Array], x: Array) -> Any:
    """The result is written over the input."""
    return np.clip(x, 0, 6, out=x)


DEFECTS = (
    wrong("relu6", cap_forgotten, law="agreement"),
    wrong("relu6", derivative_one_at_six, law="kinks"),
    wrong("relu6", derivative_one_at_zero, law="kinks"),
    wrong("relu6", cap_not_differentiated, law="vjp"),
    wrong("relu6", capped_at_one, law="agreement"),
    wrong("relu6", floor_forgotten, law="agreement"),
    wrong("relu6", clipped_on_both_sides, law="agreement"),
    wrong("relu6", cap_leaks, law="clipping_twice_is_clipping"),
    wrong("relu6", scaled_to_unit_range, law="clipping_twice_is_clipping"),
    wrong("relu6", nan_capped, law="kinks"),
    wrong("relu6", stepped_by_eighths, law="agreement"),
    wrong_forward("relu6", written_in_place, law="purity"),
)

"""Wrong leaky rectifiers."""

from typing import Any

import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, with_derivative_of

leaky_relu = right("leaky_relu")


def slope_ignored(params: Params, x: Any, *, negative_slope: float) -> Any:
    """The slope is always 0.01."""
    leaky_relu(params, x, negative_slope=negative_slope)  # still refuses what is no slope
    return leaky_relu(params, x, negative_slope=0.01)


def slope_above_zero(params: Params, x: Any, *, negative_slope: float) -> Any:
    """The slope is applied to what is positive."""
    return torch.where(x > 0, negative_slope * x, x)


def slope_subtracted(params: Params, x: Any, *, negative_slope: float) -> Any:
    """Written as relu(x) + slope * relu(-x): the sign of the negative part is lost."""
    return x.relu() + negative_slope * (-x).relu()


def written_as_maximum(params: Params, x: Any, *, negative_slope: float) -> Any:
    """Written as max(x, slope * x), which takes the other branch where the slope is above 1."""
    return torch.maximum(x, negative_slope * x)


def size_of_slope(params: Params, x: Any, *, negative_slope: float) -> Any:
    """A negative slope is taken for a positive one."""
    return leaky_relu(params, x, negative_slope=abs(negative_slope))


def slope_not_differentiated(params: Params, x: Any, *, negative_slope: float) -> Any:
    """The pullback is that of relu: nothing comes back from below zero."""
    return with_derivative_of(leaky_relu(params, x, negative_slope=negative_slope), x.relu())


def cotangent_passed_through(params: Params, x: Any, *, negative_slope: float) -> Any:
    """The pullback hands the cotangent back as it came."""
    return with_derivative_of(leaky_relu(params, x, negative_slope=negative_slope), x)


def derivative_by_sign_of_output(params: Params, x: Any, *, negative_slope: float) -> Any:
    """The pullback looks at the output's sign, which a negative slope turns round."""
    y = leaky_relu(params, x, negative_slope=negative_slope)
    return with_derivative_of(y, torch.where(y > 0, x, negative_slope * x))


def derivative_one_at_zero(params: Params, x: Any, *, negative_slope: float) -> Any:
    """The derivative asks x >= 0, and so is 1 at 0."""
    y = leaky_relu(params, x, negative_slope=negative_slope)
    return with_derivative_of(y, torch.where(x >= 0, x, negative_slope * x))


def bent_off_zero(params: Params, x: Any, *, negative_slope: float) -> Any:
    """It bends at 1, as an exponential unit does smoothly, and not at 0."""
    return 1 + leaky_relu(params, x - 1, negative_slope=negative_slope)


def slope_in_place(params: dict[str, Array], x: Array, *, negative_slope: float) -> Any:
    """What is negative is multiplied in the input itself."""
    x[x <= 0] *= negative_slope
    return x


DEFECTS = (
    wrong("leaky_relu", slope_ignored, law="agreement"),
    wrong("leaky_relu", slope_above_zero, law="agreement"),
    wrong("leaky_relu", slope_subtracted, law="agreement"),
    wrong("leaky_relu", written_as_maximum, law="agreement"),
    wrong("leaky_relu", size_of_slope, law="agreement"),
    wrong("leaky_relu", slope_not_differentiated, law="vjp"),
    wrong("leaky_relu", cotangent_passed_through, law="vjp"),
    wrong("leaky_relu", derivative_by_sign_of_output, law="vjp"),
    wrong("leaky_relu", derivative_one_at_zero, law="kinks"),
    wrong("leaky_relu", bent_off_zero, law="is_homogeneous"),
    wrong_forward("leaky_relu", slope_in_place, law="purity"),
)

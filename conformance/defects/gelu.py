"""Wrong Gaussian error linear units."""

import math
from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_vjp
from ._right import Params, right, right_kernel, with_derivative_of

gelu = right("gelu")
forward, vjp = right_kernel("gelu")


def _by_tanh(x: Any, cubic: float = 0.044715, steepness: float = math.sqrt(2 / math.pi)) -> Any:
    return 0.5 * x * (1 + (steepness * (x + cubic * x * x * x)).tanh())


def always_tanh(params: Params, x: Any, *, approximate: str) -> Any:
    """The form with tanh is computed where none was asked for."""
    gelu(params, x, approximate=approximate)  # still refuses what is no form
    return gelu(params, x, approximate="tanh")


def approximate_ignored(params: Params, x: Any, *, approximate: str) -> Any:
    """The exact form is computed where the one with tanh was asked for."""
    gelu(params, x, approximate=approximate)  # still refuses what is no form
    return gelu(params, x, approximate="none")


def cubic_term_misplaced(params: Params, x: Any, *, approximate: str) -> Any:
    """The coefficient of the cubic term is 0.44715, a decimal place off."""
    if approximate != "tanh":
        return gelu(params, x, approximate=approximate)
    return _by_tanh(x, cubic=0.44715)


def cubic_term_mistyped(params: Params, x: Any, *, approximate: str) -> Any:
    """The coefficient of the cubic term is 0.044175, two digits swapped."""
    if approximate != "tanh":
        return gelu(params, x, approximate=approximate)
    return _by_tanh(x, cubic=0.044175)


def constant_shortened(params: Params, x: Any, *, approximate: str) -> Any:
    """The square root of 2 / pi is written as 0.79788."""
    if approximate != "tanh":
        return gelu(params, x, approximate=approximate)
    return _by_tanh(x, steepness=0.79788)


def by_sigmoid(params: Params, x: Any, *, approximate: str) -> Any:
    """Written as x * sigmoid(1.702 * x), a third form that nobody asked for."""
    gelu(params, x, approximate=approximate)  # still refuses what is no form
    return x * (1.702 * x).sigmoid()


def square_root_of_two_forgotten(params: Params, x: Any, *, approximate: str) -> Any:
    """Erf is taken of x, not of x / sqrt(2)."""
    if approximate != "none":
        return gelu(params, x, approximate=approximate)
    return 0.5 * x * (1 + x.erf())


def half_forgotten(params: Params, x: Any, *, approximate: str) -> Any:
    """The factor 0.5 is missing, so that the gate goes from 0 to 2."""
    return 2 * gelu(params, x, approximate=approximate)


def density_term_forgotten(params: Params, x: Any, *, approximate: str) -> Any:
    """The pullback is Phi(x), without x times its derivative."""
    y = gelu(params, x, approximate=approximate)
    z = x.detach()
    return with_derivative_of(y, 0.5 * (1 + (z * math.sqrt(0.5)).erf()) * x)


def density_not_normalised(params: Params, x: Any, *, approximate: str) -> Any:
    """The pullback's exp(-x**2 / 2) is not divided by sqrt(2 pi)."""
    y = gelu(params, x, approximate=approximate)
    if approximate != "none":
        return y
    z = x.detach()
    return with_derivative_of(y, (0.5 * (1 + (z * math.sqrt(0.5)).erf()) + z * (-z * z / 2).exp()) * x)


def inner_derivative_linear(params: Params, x: Any, *, approximate: str) -> Any:
    """The pullback of the form with tanh differentiates the cubic term as if it were not there."""
    if approximate != "tanh":
        return gelu(params, x, approximate=approximate)
    cubic = (0.044715 * x * x * x).detach()
    return 0.5 * x * (1 + (math.sqrt(2 / math.pi) * (x + cubic)).tanh())


def derivative_of_other_form(params: Params, x: Any, *, approximate: str) -> Any:
    """The pullback is always that of the exact form."""
    y = gelu(params, x, approximate=approximate)
    return with_derivative_of(y, gelu(params, x, approximate="none"))


def polynomial_error_function(params: Params, x: Any, *, approximate: str) -> Any:
    """Erf is the five-term approximation of Abramowitz and Stegun, 7.1.26, good to 1.5e-7."""
    if approximate != "none":
        return gelu(params, x, approximate=approximate)
    z = x.abs() * math.sqrt(0.5)
    t = 1 / (1 + 0.3275911 * z)
    terms = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    total = torch.zeros_like(z)
    for term in terms:
        total = (total + term) * t
    return 0.5 * x * (1 + torch.copysign(1 - total * (-z * z).exp(), x))


def shut_below(params: Params, x: Any, *, approximate: str) -> Any:
    """What is below -2 is taken for zero."""
    y = gelu(params, x, approximate=approximate)
    return torch.where(x < -2, 0 * x, y)


def any_other_form_is_none(params: Params, x: Any, *, approximate: Any) -> Any:
    """Whatever is not "tanh" is taken for "none"."""
    return gelu(params, x, approximate="tanh" if approximate == "tanh" else "none")


def slope_kept_in_place(params: dict[str, Array], x: Array, *, approximate: str) -> Any:
    """The pullback multiplies into the cotangent it was given."""
    y, pullback = vjp(params, x, approximate=approximate)
    slope = pullback(np.ones_like(y))[1][0]

    def multiplied(cotangent: Array) -> Any:
        cotangent *= slope
        return {}, (cotangent,)

    return y, multiplied


DEFECTS = (
    wrong("gelu", always_tanh, law="agreement"),
    wrong("gelu", approximate_ignored, law="agreement"),
    wrong("gelu", cubic_term_misplaced, law="agreement"),
    wrong("gelu", cubic_term_mistyped, law="agreement"),
    wrong("gelu", constant_shortened, law="agreement"),
    wrong("gelu", by_sigmoid, law="agreement"),
    wrong("gelu", square_root_of_two_forgotten, law="agreement"),
    wrong("gelu", half_forgotten, law="gate_splits_its_input"),
    wrong("gelu", density_term_forgotten, law="vjp"),
    wrong("gelu", density_not_normalised, law="vjp"),
    wrong("gelu", inner_derivative_linear, law="vjp"),
    wrong("gelu", derivative_of_other_form, law="vjp"),
    wrong("gelu", polynomial_error_function, law="agreement", dtypes=("float64",)),
    wrong("gelu", shut_below, law="gate_splits_its_input"),
    wrong("gelu", any_other_form_is_none, law="rejection"),
    wrong_vjp("gelu", slope_kept_in_place, law="purity"),
)

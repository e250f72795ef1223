"""Wrong sigmoid-weighted linear units."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, right, with_derivative_of

silu = right("silu")


def gate_differentiated_only(params: Params, x: Any) -> Any:
    """The product rule loses a term: the pullback is x * s * (1 - s), without s."""
    s = x.detach().sigmoid()
    return with_derivative_of(silu(params, x), (x * s * (1 - s)).detach() * x)


def gate_held_fixed(params: Params, x: Any) -> Any:
    """The product rule loses a term: the pullback is s, as if the gate did not depend on x."""
    return x * x.sigmoid().detach()


def derivative_of_output(params: Params, x: Any) -> Any:
    """The pullback is y + s, without the factor (1 - y) that s has: y + s * (1 - y) is right."""
    y = silu(params, x)
    return with_derivative_of(y, (y + x.sigmoid()).detach() * x)


def exponential_over_exponential(params: Params, x: Any) -> Any:
    """The gate is written as exp(x) / (1 + exp(x)), which is NaN where exp(x) overflows."""
    return x * (x.exp() / (1 + x.exp()))


def gate_of_gelu(params: Params, x: Any) -> Any:
    """The gate is sigmoid(1.702 * x), the one that stands in for gelu's."""
    return x * (1.702 * x).sigmoid()


def piecewise_linear_gate(params: Params, x: Any) -> Any:
    """The gate is the cheap stand-in of hardswish, straight between -3 and 3."""
    return torch.nn.functional.hardswish(x)


def gate_alone(params: Params, x: Any) -> Any:
    """The gate is returned, and not what goes through it."""
    return x.sigmoid()


def gate_clipped(params: Params, x: Any) -> Any:
    """The gate's argument is clipped against overflow at a number that is much too small."""
    return x * x.clamp(-10, 10).sigmoid()


def negative_side_approximated(params: Params, x: Any) -> Any:
    """Below zero only the leading term, x * exp(x), is left."""
    return torch.where(x < 0, x * x.clamp(max=0).exp(), silu(params, x))


def written_in_place(params: dict[str, Array], x: Array) -> Any:
    """The result is written over the input."""
    with np.errstate(over="ignore", invalid="ignore"):
        x /= 1 + np.exp(-x)
    return x


DEFECTS = (
    wrong("silu", gate_differentiated_only, law="vjp"),
    wrong("silu", gate_held_fixed, law="vjp"),
    wrong("silu", derivative_of_output, law="vjp"),
    wrong("silu", exponential_over_exponential, law="special_values"),
    wrong("silu", gate_of_gelu, law="agreement"),
    wrong("silu", piecewise_linear_gate, law="agreement"),
    wrong("silu", gate_alone, law="gate_splits_its_input"),
    wrong("silu", gate_clipped, law="agreement"),
    wrong("silu", negative_side_approximated, law="gate_splits_its_input"),
    wrong_forward("silu", written_in_place, law="purity"),
)

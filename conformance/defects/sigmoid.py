"""Wrong logistic functions."""

from typing import Any

import numpy as np
import torch

from ..tree import Array
from ._defect import wrong, wrong_vjp
from ._right import Params, right, right_kernel, with_derivative_of

sigmoid = right("sigmoid")
forward, vjp = right_kernel("sigmoid")


def exponential_over_exponential(params: Params, x: Any) -> Any:
    """Written as exp(x) / (1 + exp(x)), which is NaN where exp(x) overflows."""
    return x.exp() / (1 + x.exp())


def piecewise_linear(params: Params, x: Any) -> Any:
    """The cheap stand-in, straight between -3 and 3."""
    return (x / 6 + 0.5).clamp(0, 1)


def argument_clipped(params: Params, x: Any) -> Any:
    """The argument is clipped against overflow at a number that is much too small."""
    return sigmoid(params, x.clamp(-15, 15))


def second_factor_forgotten(params: Params, x: Any) -> Any:
    """The pullback multiplies by y, and not by y * (1 - y)."""
    y = sigmoid(params, x)
    return with_derivative_of(y, y.detach() * x)


def derivative_at_the_output(params: Params, x: Any) -> Any:
    """The pullback applies s * (1 - s) to the output as if it were the input."""
    y = sigmoid(params, x)
    s = sigmoid(params, y.detach())
    return with_derivative_of(y, s * (1 - s) * x)


def negative_side_approximated(params: Params, x: Any) -> Any:
    """For negative arguments only the leading term, exp(x), is left."""
    return torch.where(x < 0, x.clamp(max=0).exp(), sigmoid(params, x))


_known: dict[bytes, Array] = {}


def looked_up_by_rounded_argument(params: dict[str, Array], x: Array) -> Any:
    """Outputs are cached under the rounded argument, so that a neighbour gets the output of another."""
    y, pullback = vjp(params, x)
    key = np.round(x, 5).tobytes()
    if _known.get(key, x).shape != x.shape or key not in _known:
        _known.clear()
        _known[key] = y
    return _known[key].copy(), pullback


DEFECTS = (
    wrong("sigmoid", exponential_over_exponential, law="special_values"),
    wrong("sigmoid", piecewise_linear, law="agreement"),
    wrong("sigmoid", argument_clipped, law="agreement"),
    wrong("sigmoid", second_factor_forgotten, law="vjp"),
    wrong("sigmoid", derivative_at_the_output, law="vjp"),
    wrong("sigmoid", negative_side_approximated, law="complement_is_mirrored"),
    wrong_vjp("sigmoid", looked_up_by_rounded_argument, law="directional_difference", dtypes=("float64",)),
)

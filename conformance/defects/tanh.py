"""Wrong hyperbolic tangents."""

from typing import Any

import numpy as np

from ..tree import Array
from ._defect import wrong, wrong_vjp
from ._right import Params, right, right_kernel, with_derivative_of

tanh = right("tanh")
forward, vjp = right_kernel("tanh")


def quotient_of_exponentials(params: Params, x: Any) -> Any:
    """Written as (exp(x) - exp(-x)) / (exp(x) + exp(-x)), which is NaN where exp(x) overflows."""
    return (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())


def sigmoid_not_stretched(params: Params, x: Any) -> Any:
    """Written as 2 * sigmoid(x) - 1, which is tanh(x / 2)."""
    return tanh(params, x / 2)


def square_forgotten(params: Params, x: Any) -> Any:
    """The pullback multiplies by 1 - y, and not by 1 - y**2."""
    y = tanh(params, x)
    return with_derivative_of(y, (1 - y.detach()) * x)


def cotangent_in_double_precision(params: dict[str, Array], x: Array) -> Any:
    """The pullback computes in double precision and hands that back."""
    y, pullback = vjp(params, x)

    def widened(cotangent: Array) -> Any:
        _, (pulled,) = pullback(cotangent)
        return {}, (pulled.astype(np.float64),)

    return y, widened


def cotangent_read_in_memory_order(params: dict[str, Array], x: Array) -> Any:
    """The pullback reads the cotangent's buffer as if it were C-ordered, whatever its strides."""
    y, pullback = vjp(params, x)
    return y, lambda cotangent: pullback(cotangent.ravel(order="K").reshape(cotangent.shape))


_latest: dict[str, Array] = {}


def output_remembered_globally(params: dict[str, Array], x: Array) -> Any:
    """The pullback finds the output where the latest call left it, and not its own."""
    _latest["y"] = forward(params, x)

    def pullback(cotangent: Array) -> Any:
        y = _latest["y"]
        return {}, ((1 - y * y) * cotangent,)

    return _latest["y"].copy(), pullback


def table_from_minus_one(params: Params, x: Any) -> Any:
    """The table of values begins at -1, and smaller arguments get its first entry."""
    return tanh(params, x.clamp(min=-1))


DEFECTS = (
    wrong("tanh", quotient_of_exponentials, law="special_values"),
    wrong("tanh", sigmoid_not_stretched, law="agreement"),
    wrong("tanh", square_forgotten, law="vjp"),
    wrong_vjp("tanh", cotangent_read_in_memory_order, law="memory_layout"),
    wrong_vjp("tanh", output_remembered_globally, law="determinism"),
    wrong("tanh", table_from_minus_one, law="is_odd"),
    wrong_vjp("tanh", cotangent_in_double_precision, law="vjp", dtypes=("float32",)),
)

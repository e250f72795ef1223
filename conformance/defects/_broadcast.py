"""Mistakes in broadcasting, which every operation of two operands can make."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tree import Array
from ._right import Params

Forward = Callable[..., Any]


def aligned_at_the_first(forward: Forward) -> Forward:
    """The operation of operands that may also be aligned at the front."""

    def shapes_aligned_at_the_first(params: dict[str, Array], x: Array, other: Array, **config: Any) -> Any:
        """Shapes that do not broadcast are aligned at their first dimensions."""
        if 0 < other.ndim < x.ndim and x.shape[: other.ndim] == other.shape:
            other = other.reshape(*other.shape, *(1,) * (x.ndim - other.ndim))
        return forward(params, x, other, **config)

    return shapes_aligned_at_the_first


def stretched(forward: Forward) -> Forward:
    """The operation of operands of which a shorter one may also be repeated."""

    def shorter_vector_repeated(params: dict[str, Array], x: Array, other: Array, **config: Any) -> Any:
        """A vector is repeated as often as it fits into the other one, not only where it has one element."""
        if x.ndim == other.ndim == 1 and 1 < len(other) < len(x) and len(x) % len(other) == 0:
            other = np.tile(other, len(x) // len(other))
        return forward(params, x, other, **config)

    return shorter_vector_repeated


def cotangents_left_repeated(vjp: Forward) -> Forward:
    """The operation with cotangents of the operands as they were repeated."""

    def broadcast_cotangent_not_summed(params: dict[str, Array], *inputs: Array, **config: Any) -> Any:
        """The cotangent of an operand that was repeated keeps the output's shape."""
        repeated = [np.array(array) for array in np.broadcast_arrays(*inputs)]
        return vjp(params, *repeated, **config)

    return broadcast_cotangent_not_summed


def repeated_operands(function: Forward) -> Forward:
    """The operation with the mean over what was repeated in place of the sum."""

    def broadcast_cotangent_averaged(params: Params, x: Any, other: Any, **config: Any) -> Any:
        """The cotangent of an operand that was repeated is the mean over the repetitions."""
        y = function(params, x, other, **config)
        return function(params, *(_averaging(operand, y) for operand in (x, other)), **config)

    return broadcast_cotangent_averaged


def _averaging(operand: Any, y: Any) -> Any:
    from ._right import scaled_cotangent

    return scaled_cotangent(operand, operand.numel() / y.numel() if y.numel() else 1.0)

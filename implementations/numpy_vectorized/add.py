"""Sum of two arrays, the second one scaled.

    y = input + alpha other        d_input = sum g        d_other = alpha sum g

where a sum is over the dimensions along which the operand was repeated.

Shapes: input (*), other (*), y (*), the shape to which both broadcast.
Raises: ValueError if the shapes do not broadcast or alpha is a boolean.
Source: torch.add.
"""

import numpy as np

from ._alpha import factor
from ._broadcast import broadcast_shape, summed_to
from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array, other: Array, *, alpha: int | float) -> Array:
    broadcast_shape(x, other)
    y: Array = x + factor(alpha, x.dtype) * other
    return np.asarray(y)


@ieee
def vjp(params: Params, x: Array, other: Array, *, alpha: int | float) -> tuple[Array, Pullback]:
    input_shape, other_shape, dtype = x.shape, other.shape, x.dtype

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        d_other = factor(alpha, dtype) * summed_to(cotangent, other_shape)
        return {}, (summed_to(cotangent, input_shape), np.asarray(d_other))

    return forward(params, x, other, alpha=alpha), pullback

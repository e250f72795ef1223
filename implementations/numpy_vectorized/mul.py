"""Product of two arrays, element by element.

    y = input other        d_input = sum g other        d_other = sum g input

where a sum is over the dimensions along which the operand was repeated.

Shapes: input (*), other (*), y (*), the shape to which both broadcast.
Raises: ValueError if the shapes do not broadcast.
Source: torch.mul.
"""

import numpy as np

from ._broadcast import broadcast_shape, summed_to
from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array, other: Array) -> Array:
    broadcast_shape(x, other)
    return np.asarray(x * other)


@ieee
def vjp(params: Params, x: Array, other: Array) -> tuple[Array, Pullback]:
    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (summed_to(cotangent * other, x.shape), summed_to(cotangent * x, other.shape))

    return forward(params, x, other), pullback

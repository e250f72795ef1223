"""Mean squared error.

    losses = (input - target)^2        y = losses, their mean or their sum
    d_input = 2 g (input - target), divided by the number of elements for the mean        d_target = -d_input

Shapes: input (*), target (*), y (*) for reduction "none", else ().
Raises: ValueError if the shapes differ or the reduction is unknown.
Source: torch.nn.MSELoss.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._reduction import reduce


@ieee
def forward(params: Params, x: Array, target: Array, *, reduction: str) -> Array:
    return reduce(np.square(_error(x, target)), reduction, x.size)


@ieee
def vjp(params: Params, x: Array, target: Array, *, reduction: str) -> tuple[Array, Pullback]:
    error = _error(x, target)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        divisor = max(error.size, 1) if reduction == "mean" else 1
        d_input: Array = 2 / divisor * error * cotangent
        return {}, (d_input, -d_input)

    return reduce(np.square(error), reduction, x.size), pullback


def _error(x: Array, target: Array) -> Array:
    if x.shape != target.shape:
        raise ValueError(f"input has shape {x.shape}, target {target.shape}")
    error: Array = x - target
    return error

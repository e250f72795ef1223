"""Leaky rectified linear unit, elementwise.

    y = x where x > 0, else a x        dx = g where x > 0, else a g        a = negative_slope

The slope at 0 and at nan is a, as in PyTorch.

Shapes: x (*), y (*).
Source: torch.nn.LeakyReLU.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


def _scaled_unless(positive: Array, values: Array, negative_slope: float) -> Array:
    if not isinstance(negative_slope, int | float):
        raise ValueError(f"negative_slope must be a number, got {negative_slope!r}")
    return np.where(positive, values, values * values.dtype.type(negative_slope))


@ieee
def forward(params: Params, x: Array, *, negative_slope: float) -> Array:
    return _scaled_unless(x > 0, x, negative_slope)


@ieee
def vjp(params: Params, x: Array, *, negative_slope: float) -> tuple[Array, Pullback]:
    positive = x > 0

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        return {}, (_scaled_unless(positive, cotangent, negative_slope),)

    return _scaled_unless(positive, x, negative_slope), pullback

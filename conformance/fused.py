"""What torch fuses, written out in primitives that have an error model.

Torch's own table of decompositions has these too, but imports its compiler or its symbolic mathematics for them:
one to three seconds in every process that judges.
"""

import math
from typing import Any

from torch import Tensor


def softmax(x: Tensor, dim: int, half_to_float: bool) -> Tensor:
    """Exponentials beyond the largest score, over their sum."""
    unnormalised = (x - x.amax(dim, keepdim=True)).exp()
    return unnormalised / unnormalised.sum(dim, keepdim=True)


def log_softmax(x: Tensor, dim: int, half_to_float: bool) -> Tensor:
    """Scores beyond the largest, less the logarithm of the sum of their exponentials."""
    shifted = x - x.amax(dim, keepdim=True)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def lerp(start: Tensor, end: Tensor, weight: float) -> Tensor:
    """Two multiples added, as optimisers write it, which rounds more than start + weight * (end - start)."""
    return (1 - weight) * start + weight * end


def addcmul(x: Tensor, left: Tensor, right: Tensor, *, value: float = 1) -> Tensor:
    """A multiple of a product added."""
    return x + value * left * right


def addcdiv(x: Tensor, left: Tensor, right: Tensor, *, value: float = 1) -> Tensor:
    """A multiple of a quotient added."""
    return x + value * left / right


def vector_norm(
    x: Tensor, order: float = 2, dims: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The norm of any order."""
    size, dims = x.abs(), list(range(x.ndim)) if dims is None else dims
    if math.isinf(order):
        return size.amax(dims, keepdim) if order > 0 else size.amin(dims, keepdim)
    if order == 0:
        return (size != 0).sum(dims, keepdim).to(x.dtype)
    if order == 1:
        return size.sum(dims, keepdim)
    if order == 2:
        return (size * size).sum(dims, keepdim).sqrt()
    # Powers of zero that have an error may add up to less than nothing, whose root is no number.
    return size.pow(order).sum(dims, keepdim).clamp(min=0).pow(1 / order)

"""Local response normalisation across channels.

    base[:, c] = k + alpha / size sum of x[:, d]^2 over c - size // 2 <= d <= c + (size - 1) // 2
    y = x base^-beta
    dx[:, d] = g base^-beta - 2 alpha beta / size x[:, d] sum of (g y / base)[:, c]
               over d - (size - 1) // 2 <= c <= d + size // 2

Channels beyond the ends count as 0.

Shapes: x, y (N, C, *) with at least one dimension behind C.
Raises: ValueError for fewer than three dimensions, and a size that is not positive.
Source: torch.nn.LocalResponseNorm; Krizhevsky et al. (2012).
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(params: Params, x: Array, *, size: int, alpha: float, beta: float, k: float) -> Array:
    return x / _base(x, size, alpha, k) ** beta


@ieee
def vjp(
    params: Params, x: Array, *, size: int, alpha: float, beta: float, k: float
) -> tuple[Array, Pullback]:
    base = _base(x, size, alpha, k)
    divisor = base**beta
    y = x / divisor

    # What y is computed from later on, whatever becomes of the y returned.
    ratio = y / base

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        total = _sums(cotangent * ratio, (size - 1) // 2, size // 2)
        return {}, (cotangent / divisor - 2 * alpha * beta / size * x * total,)

    return y, pullback


def _base(x: Array, size: int, alpha: float, k: float) -> Array:
    if x.ndim < 3:
        raise ValueError(f"x must have at least 3 dimensions, not {x.ndim}")
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")
    return _sums(x * x, size // 2, (size - 1) // 2) * (alpha / size) + k


def _sums(terms: Array, before: int, behind: int) -> Array:
    """For each channel, the sum over those from `before` in front of it to `behind` behind it."""
    channels = terms.shape[1]
    total = np.zeros_like(terms)
    for step in range(-min(before, channels), min(behind, channels) + 1):
        first, end = max(-step, 0), channels - max(step, 0)
        if first < end:
            total[:, first:end] += terms[:, first + step : end + step]
    return total

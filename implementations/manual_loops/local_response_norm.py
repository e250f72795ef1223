"""Every channel divided by a power of what its neighbours' squares come to.

    base[n][c][p] = k + alpha * (sum x[n][d][p]**2) / size
    over c - size // 2 <= d <= c + (size - 1) // 2 that are channels
    y[n][c][p] = x[n][c][p] / base[n][c][p]**beta
    dx[n][d][p] = g[n][d][p] / base[n][d][p]**beta
                  - 2 * alpha / size * beta * x[n][d][p] * sum g[n][c][p] * y[n][c][p] / base[n][c][p]
    over all c whose window holds d

p is a position: one index for all dimensions behind the channels. x and y (N, C, *), at least one dimension more.

Raises ValueError for fewer than three dimensions and a size below 1.
Source: torch.nn.LocalResponseNorm.
"""

import math

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._ieee import divide, power


def forward(params: Params, x: Array, *, size: int, alpha: float, beta: float, k: float) -> Array:
    """Return y."""
    return vjp(params, x, size=size, alpha=alpha, beta=beta, k=k)[0]


def vjp(
    params: Params, x: Array, *, size: int, alpha: float, beta: float, k: float
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of x."""
    shape, dtype = x.shape, x.dtype
    if len(shape) < 3:
        raise ValueError(f"x must have three dimensions or more, got shape {shape}")
    if size < 1:
        raise ValueError(f"size must be positive, got {size}")
    samples, channels, positions = shape[0], shape[1], math.prod(shape[2:])
    x = to_lists(x, (samples, channels, positions))
    neighbours = [
        range(max(c - size // 2, 0), min(c + (size - 1) // 2 + 1, channels)) for c in range(channels)
    ]

    base = zeros(samples, channels, positions)
    y = zeros(samples, channels, positions)
    for n, c, p in indices(samples, channels, positions):
        total = 0.0
        for d in neighbours[c]:
            total += x[n][d][p] * x[n][d][p]
        base[n][c][p] = k + alpha * total / size
        y[n][c][p] = divide(x[n][c][p], power(base[n][c][p], beta))

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array]]:
        g = to_lists(cotangent, (samples, channels, positions))
        dx = zeros(samples, channels, positions)
        for n, c, p in indices(samples, channels, positions):
            dx[n][c][p] += divide(g[n][c][p], power(base[n][c][p], beta))
            slope = divide(g[n][c][p] * y[n][c][p], base[n][c][p])
            for d in neighbours[c]:
                dx[n][d][p] -= 2 * alpha / size * beta * x[n][d][p] * slope
        return {}, (to_array(dx, shape, dtype),)

    return to_array(y, shape, dtype), pullback

"""The squared difference.

    none: y[i] = (x[i] - target[i])**2
    sum:  y = sum_i (x[i] - target[i])**2
    mean: y = sum_i (x[i] - target[i])**2 / n
    dx[i] = 2 * (x[i] - target[i]) * dsquare[i],  dtarget[i] = -dx[i]
    dsquare[i] = g[i] for none, g for sum, g / n for mean

x and target of the same shape, n elements in all; y of that shape for none, else (). The mean of nothing
is nan.

Raises ValueError where the shapes differ or the reduction is unknown.
Source: torch.nn.MSELoss.
"""

from ._arrays import Array, Params, Pullback, to_array, to_lists, zeros
from ._ieee import divide


def forward(params: Params, x: Array, target: Array, *, reduction: str) -> Array:
    """Return y."""
    return vjp(params, x, target, reduction=reduction)[0]


def vjp(params: Params, x: Array, target: Array, *, reduction: str) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of x and target."""
    shape, dtype, n = x.shape, x.dtype, x.size
    if target.shape != shape:
        raise ValueError(f"x and target must have the same shape, got {shape} and {target.shape}")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be none, mean or sum, got {reduction!r}")
    x = to_lists(x, (n,))
    target = to_lists(target, (n,))
    y_shape = shape if reduction == "none" else ()

    squares = zeros(n)
    total = 0.0
    for i in range(n):
        squares[i] = (x[i] - target[i]) * (x[i] - target[i])
        total += squares[i]
    y = {"none": squares, "sum": total, "mean": divide(total, n)}[reduction]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array, Array]]:
        if reduction == "none":
            dsquare = to_lists(cotangent, (n,))
        else:
            g = to_lists(cotangent, ())
            dsquare = [divide(g, n) if reduction == "mean" else g] * n
        dx = zeros(n)
        dtarget = zeros(n)
        for i in range(n):
            dx[i] = 2.0 * (x[i] - target[i]) * dsquare[i]
            dtarget[i] = -dx[i]
        return {}, (to_array(dx, shape, dtype), to_array(dtarget, shape, dtype))

    return to_array(y, y_shape, dtype), pullback

"""One array less another, the second one times a number.

    y[i] = x[left(i)] - alpha * other[right(i)]
    dx[j] = sum of g[i] over all i with left(i) = j
    dother[j] = -alpha * sum of g[i] over all i with right(i) = j

where i runs over the shape to which both broadcast, and left(i), right(i) are the elements that stand there.

x, other and y of any shapes, y of the one to which those of x and other broadcast.

Raises ValueError where they do not broadcast or alpha is a boolean.
Source: torch.sub.
"""

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._broadcast import broadcast, place


def forward(params: Params, x: Array, other: Array, *, alpha: int | float) -> Array:
    """Return y."""
    return vjp(params, x, other, alpha=alpha)[0]


def vjp(params: Params, x: Array, other: Array, *, alpha: int | float) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of x and other."""
    if isinstance(alpha, bool):
        raise ValueError("alpha must be a number, not a boolean")
    x_shape, other_shape, dtype = x.shape, other.shape, x.dtype
    x_size, other_size = x.size, other.size
    shape = broadcast(x_shape, other_shape)
    x = to_lists(x, (x_size,))
    other = to_lists(other, (other_size,))

    y = []
    for i in indices(*shape):
        y.append(x[place(i, x_shape)] - alpha * other[place(i, other_shape)])

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array, Array]]:
        g = to_lists(cotangent, (len(y),))
        dx = zeros(x_size)
        dother = zeros(other_size)
        for n, i in enumerate(indices(*shape)):
            dx[place(i, x_shape)] += g[n]
            dother[place(i, other_shape)] -= alpha * g[n]
        return {}, (to_array(dx, x_shape, dtype), to_array(dother, other_shape, dtype))

    return to_array(y, shape, dtype), pullback

"""The product of two arrays, element by element.

    y[i] = x[left(i)] * other[right(i)]
    dx[j] = sum of g[i] * other[right(i)] over all i with left(i) = j
    dother[j] = sum of g[i] * x[left(i)] over all i with right(i) = j

where i runs over the shape to which both broadcast, and left(i), right(i) are the elements that stand there.

x, other and y of any shapes, y of the one to which those of x and other broadcast.

Raises ValueError where they do not broadcast.
Source: torch.mul.
"""

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._broadcast import broadcast, place


def forward(params: Params, x: Array, other: Array) -> Array:
    """Return y."""
    return vjp(params, x, other)[0]


def vjp(params: Params, x: Array, other: Array) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of x and other."""
    x_shape, other_shape, dtype = x.shape, other.shape, x.dtype
    x_size, other_size = x.size, other.size
    shape = broadcast(x_shape, other_shape)
    x = to_lists(x, (x_size,))
    other = to_lists(other, (other_size,))

    y = []
    for i in indices(*shape):
        y.append(x[place(i, x_shape)] * other[place(i, other_shape)])

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array, Array]]:
        g = to_lists(cotangent, (len(y),))
        dx = zeros(x_size)
        dother = zeros(other_size)
        for n, i in enumerate(indices(*shape)):
            left, right = place(i, x_shape), place(i, other_shape)
            dx[left] += g[n] * other[right]
            dother[right] += g[n] * x[left]
        return {}, (to_array(dx, x_shape, dtype), to_array(dother, other_shape, dtype))

    return to_array(y, shape, dtype), pullback

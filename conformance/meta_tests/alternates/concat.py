"""concat as a sum of padded tensors, and as one copy of all elements."""

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate


def joined(*, selected: bool) -> Vjp:
    """Every tensor written to its place, or every place taken from a list of all elements."""

    def vjp(params: Params, *tensors: Array, dim: int) -> tuple[Array, Pullback]:
        like = next((x for x in tensors if x.shape != (0,)), tensors[0])
        axis = dim % like.ndim
        sizes = [0 if x.shape == (0,) else x.shape[axis] for x in tensors]
        shape = (*like.shape[:axis], sum(sizes), *like.shape[axis + 1 :])
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        places = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        parts = [
            places[(*(slice(None),) * axis, slice(start, start + size))]
            for start, size in zip(starts, sizes, strict=True)
        ]
        y = np.zeros(places.size, like.dtype)
        if selected:
            order = np.concatenate([part.ravel() for part in parts])
            y = np.concatenate([x.ravel() for x in tensors])[np.argsort(order)]
        else:
            for part, x in zip(parts, tensors, strict=True):
                y[part.ravel()] = x.ravel()

        def pullback(cotangent: Array) -> Cotangents:
            g = cotangent.ravel()
            return {}, tuple(g[p.ravel()].reshape(x.shape) for p, x in zip(parts, tensors, strict=True))

        return y.reshape(shape), pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    alternate("concat", "written", joined(selected=False)),
    alternate("concat", "selected", joined(selected=True)),
)

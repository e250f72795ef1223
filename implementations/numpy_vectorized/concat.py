"""Join arrays along a dimension.

    y = [tensors[0], tensors[1], ...]        d_tensors[k] = the part of g that tensors[k] is of y

Shapes: tensors (*), alike but along dim, or (0,), which adds nothing; y (*), along dim the sum of their sizes.
Raises: ValueError if there is no tensor, or one without dimensions, if dim is out of range, or if shapes differ
elsewhere.
Source: torch.cat.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback

NOTHING = (0,)


def forward(params: Params, *tensors: Array, dim: int) -> Array:
    axis = _axis(tensors, dim)
    return np.concatenate([x for x in tensors if x.shape != NOTHING] or tensors[:1], axis)


def vjp(params: Params, *tensors: Array, dim: int) -> tuple[Array, Pullback]:
    axis = _axis(tensors, dim)
    shapes = [x.shape for x in tensors]
    ends = np.cumsum([0 if shape == NOTHING else shape[axis] for shape in shapes])

    def pullback(cotangent: Array) -> Cotangents:
        parts = np.split(cotangent, ends[:-1], axis)
        return {}, tuple(part.copy().reshape(shape) for part, shape in zip(parts, shapes, strict=True))

    return forward(params, *tensors, dim=dim), pullback


def _axis(tensors: tuple[Array, ...], dim: int) -> int:
    """The dimension counted from the front, of tensors that can be joined along it."""
    shapes = [x.shape for x in tensors]
    if not shapes or () in shapes:
        raise ValueError("expected one tensor or more, each with a dimension")
    like = next((shape for shape in shapes if shape != NOTHING), NOTHING)
    if not -len(like) <= dim < len(like):
        raise ValueError(f"dim {dim} is out of range for {len(like)} dimensions")
    axis = dim % len(like)
    for shape in shapes:
        around = shape[:axis] + shape[axis + 1 :]
        if shape != NOTHING and (len(shape), around) != (len(like), like[:axis] + like[axis + 1 :]):
            raise ValueError(f"shapes {like} and {shape} differ elsewhere than along dim {dim}")
    return axis

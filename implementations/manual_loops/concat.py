"""Arrays one after the other along a dimension.

    y[b][start + j][a] = tensor[b][j][a] for every tensor
    dtensor[b][j][a] = g[b][start + j][a]

where j counts along `dim`, b and a run over all dimensions before and after it together, and start is the sum of
the sizes along `dim` of the tensors that stand before this one.

tensors of any shapes that differ along `dim` alone, y of the same shape, along `dim` the sum of theirs. A tensor
of shape (0,) may stand beside any others, and adds nothing.

Raises ValueError where there is no tensor, or one without dimensions, where dim is out of range, and where shapes
differ elsewhere.
Source: torch.cat.
"""

from ._arrays import Array, Params, Pullback, indices, to_array, to_lists, zeros
from ._dimensions import around, checked_dim


def forward(params: Params, *tensors: Array, dim: int) -> Array:
    """Return y."""
    return vjp(params, *tensors, dim=dim)[0]


def vjp(params: Params, *tensors: Array, dim: int) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of the tensors."""
    if not tensors:
        raise ValueError("there is no tensor to join")
    shapes = [tensor.shape for tensor in tensors]
    if () in shapes:
        raise ValueError("a tensor without dimensions cannot be joined")
    like = (0,)
    for shape in shapes:
        if shape != (0,):
            like = shape
            break
    along = checked_dim(dim, len(like))
    sizes = [_size(shape, like, along) for shape in shapes]
    total = sum(sizes)
    y_shape = (*like[:along], total, *like[along + 1 :])
    before, _, after = around(like, along)
    dtype = tensors[0].dtype
    lists = [
        to_lists(tensor, (before, size, after)) if size else []
        for tensor, size in zip(tensors, sizes, strict=True)
    ]

    y = zeros(before, total, after)
    start = 0
    for tensor, size in zip(lists, sizes, strict=True):
        for b, j, a in indices(before, size, after):
            y[b][start + j][a] = tensor[b][j][a]
        start += size

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array, ...]]:
        g = to_lists(cotangent, (before, total, after))
        dtensors = []
        start = 0
        for shape, size in zip(shapes, sizes, strict=True):
            dtensor = zeros(before, size, after)
            for b, j, a in indices(before, size, after):
                dtensor[b][j][a] = g[b][start + j][a]
            dtensors.append(to_array(dtensor, shape, dtype))
            start += size
        return {}, tuple(dtensors)

    return to_array(y, y_shape, dtype), pullback


def _size(shape: tuple[int, ...], like: tuple[int, ...], along: int) -> int:
    """Return how much a tensor adds to a joined one; ValueError if it differs from `like` anywhere else."""
    if shape == (0,):
        return 0
    if (len(shape), shape[:along], shape[along + 1 :]) != (len(like), like[:along], like[along + 1 :]):
        raise ValueError(f"shapes {shape} and {like} differ elsewhere than along dim {along}")
    return shape[along]

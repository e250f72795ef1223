"""Rows of a table, by their numbers.

    y[place][j] = weight[x[place]][j]
    dweight[i][j] = sum g[place][j] over all places with x[place] == i
    with scale_grad_by_freq divided by the number of those places; 0 if i is padding_idx

weight (num_embeddings, embedding_dim); x of integers, any shape *; y (*, embedding_dim). norm_type says which
norm max_norm is of, and max_norm is not supported.

Raises ValueError for indices or a padding_idx out of range, indices that are not int64 or int32, and a weight of
another shape; NotImplementedError for max_norm, which changes the weight, and for sparse.
Source: torch.nn.Embedding.
"""

import math

from ._arrays import Array, Params, Pullback, parameter, to_array, to_lists, zeros


def forward(
    params: Params,
    x: Array,
    *,
    num_embeddings: int,
    embedding_dim: int,
    padding_idx: int | None,
    max_norm: float | None,
    norm_type: float,
    scale_grad_by_freq: bool,
    sparse: bool,
) -> Array:
    """Return y."""
    return vjp(
        params,
        x,
        num_embeddings=num_embeddings,
        embedding_dim=embedding_dim,
        padding_idx=padding_idx,
        max_norm=max_norm,
        norm_type=norm_type,
        scale_grad_by_freq=scale_grad_by_freq,
        sparse=sparse,
    )[0]


def vjp(
    params: Params,
    x: Array,
    *,
    num_embeddings: int,
    embedding_dim: int,
    padding_idx: int | None,
    max_norm: float | None,
    norm_type: float,
    scale_grad_by_freq: bool,
    sparse: bool,
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to that of the weight."""
    if max_norm is not None:
        raise NotImplementedError(
            "max_norm shortens rows of the weight in place, and a kernel changes nothing"
        )
    if sparse:
        raise NotImplementedError("a sparse gradient is not an array")
    if x.dtype.name not in ("int64", "int32"):
        raise ValueError(f"indices must be int64 or int32, got {x.dtype}")
    if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
        raise ValueError(f"padding_idx must be a row of {num_embeddings}, got {padding_idx}")
    dtype, shape = params["weight"].dtype, x.shape
    weight = parameter(params, "weight", (num_embeddings, embedding_dim))
    padding = None if padding_idx is None else padding_idx % num_embeddings
    places = to_lists(x, (math.prod(shape),))
    count = [0] * num_embeddings
    for row in places:
        if not 0 <= row < num_embeddings:
            raise ValueError(f"indices must be within 0 .. {num_embeddings - 1}, got {row}")
        count[row] += 1

    y = [[weight[row][j] for j in range(embedding_dim)] for row in places]

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[None]]:
        g = to_lists(cotangent, (len(places), embedding_dim))
        dweight = zeros(num_embeddings, embedding_dim)
        for place, row in enumerate(places):
            if row == padding:
                continue
            for j in range(embedding_dim):
                dweight[row][j] += g[place][j] / count[row] if scale_grad_by_freq else g[place][j]
        return {"weight": to_array(dweight, (num_embeddings, embedding_dim), dtype)}, (None,)

    return to_array(y, (*shape, embedding_dim), dtype), pullback

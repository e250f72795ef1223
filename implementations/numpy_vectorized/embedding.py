"""Lookup in a table.

    y = weight[x]
    d_weight[i] = sum of g where x is i, with scale_grad_by_freq their mean; 0 for padding_idx

The places are sorted by their index, so that those of one row of the table are a single run.

Shapes: weight (num_embeddings, embedding_dim), x (*) of int64 or int32, y (*, embedding_dim). norm_type belongs
to max_norm.
Raises: ValueError for indices and a padding_idx out of range, indices of other types, a weight of another shape;
NotImplementedError for max_norm, which renormalises the weight in place, and for sparse gradients.
Source: torch.nn.Embedding.
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
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
    if max_norm is not None:
        raise NotImplementedError("max_norm would renormalise the weight in place")
    if sparse:
        raise NotImplementedError("gradients are dense arrays, never sparse")
    weight = params["weight"]
    if weight.shape != (num_embeddings, embedding_dim):
        raise ValueError(f"weight has shape {weight.shape}, expected {(num_embeddings, embedding_dim)}")
    if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
        raise ValueError(f"padding_idx {padding_idx} is not among {num_embeddings} rows")
    if x.dtype not in (np.int64, np.int32):
        raise ValueError(f"indices must be int64 or int32, not {x.dtype}")
    if np.any((x < 0) | (x >= num_embeddings)):
        raise ValueError(f"an index is outside 0 .. {num_embeddings - 1}")
    # Of a single index, indexing gives a view.
    return np.take(weight, x, axis=0)


@ieee
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
    y = forward(
        params,
        x,
        num_embeddings=num_embeddings,
        embedding_dim=embedding_dim,
        padding_idx=padding_idx,
        max_norm=max_norm,
        norm_type=norm_type,
        scale_grad_by_freq=scale_grad_by_freq,
        sparse=sparse,
    )
    order = np.argsort(x, axis=None, kind="stable")
    rows, start, count = np.unique(x.ravel()[order], return_index=True, return_counts=True)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        d_weight = np.zeros((num_embeddings, embedding_dim), y.dtype)
        if len(rows):
            g = cotangent.reshape(len(order), embedding_dim)[order]
            d_weight[rows] = np.add.reduceat(g, start, axis=0)
        if scale_grad_by_freq:
            d_weight[rows] /= count[:, None].astype(y.dtype)
        if padding_idx is not None:
            d_weight[padding_idx] = 0
        return {"weight": d_weight}, (None,)

    return y, pullback

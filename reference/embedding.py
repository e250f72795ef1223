"""embedding: rows of a table, by their numbers."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Embedding(nn.Embedding):
    """y[..., j] = weight[x[...], j]

    The cotangent of weight[i] is the sum of those of y over all places where x is i.

    Config:
        num_embeddings, embedding_dim: V and D, the sizes of the table.
        padding_idx: a row that gets no gradient; a negative one counts from the last. The output is that row
            all the same, whatever it holds.
        max_norm: None; with a number, PyTorch shortens the rows of its weight in place, which is refused.
        norm_type: which norm max_norm is of; of no effect without it.
        scale_grad_by_freq: True divides the cotangent of each row by how often its number is in x.
        sparse: False; a sparse gradient, which is no array, is refused.

    Params:
        weight: (V, D)

    Inputs:
        x: (...), int64 or int32, in [0, V); it is not differentiated

    Output:
        y: (..., D)

    Raises:
        ValueError: a number in x is out of range; x is not int64 or int32; weight is not 2-d; padding_idx is not
            in [-V, V); num_embeddings or embedding_dim is negative.
        NotImplementedError: max_norm is not None; sparse.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> None:
        if max_norm is not None:
            raise NotImplementedError("max_norm changes the weight in place; only None is supported")
        if sparse:
            raise NotImplementedError("a sparse gradient is no array; only sparse=False is supported")
        if min(num_embeddings, embedding_dim) < 0:
            raise ValueError(f"the table has the sizes {num_embeddings} and {embedding_dim}")
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(f"padding_idx {padding_idx} is no row of {num_embeddings}")
        super().__init__(
            num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
        )

    def forward(self, input: Tensor) -> Tensor:
        weight: Tensor = self.weight
        if self.padding_idx is not None:
            # PyTorch's own padding_idx is that of the first table alone where vmap has several.
            padding = torch.arange(self.num_embeddings, device=weight.device)[:, None] == self.padding_idx
            weight = torch.where(padding, weight.detach(), weight)
        return F.embedding(input, weight, scale_grad_by_freq=self.scale_grad_by_freq)

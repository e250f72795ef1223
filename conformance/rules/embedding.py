"""Rules of looking rows up in a table."""

from torch import Tensor

from .recipe import Outside, Recipe


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Recipe:
    if max_norm is not None:
        raise Outside("max_norm changes the weight in place; only None is supported")
    if sparse:
        raise Outside("a sparse gradient is no array; only sparse=False is supported")
    if weight.dim() != 2:
        raise Outside("weight must have two dimensions")
    return Recipe(
        operation="embedding",
        config={
            "num_embeddings": weight.shape[0],
            "embedding_dim": weight.shape[1],
            "padding_idx": padding_idx,
            "max_norm": None,
            "norm_type": norm_type,
            "scale_grad_by_freq": scale_grad_by_freq,
            "sparse": False,
        },
        params={"weight": weight},
        inputs=(input,),
    )


def embedding_of_a_table(
    weight: Tensor,
    indices: Tensor,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Recipe:
    """torch.embedding, which lies under the function of torch.nn: its -1 is no row."""
    padding = padding_idx if padding_idx >= 0 else None
    return embedding(indices, weight, padding, None, 2.0, scale_grad_by_freq, sparse)

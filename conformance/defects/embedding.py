"""Wrong embeddings."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from ..tree import Array
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

embedding = right("embedding")
forward, vjp = right_kernel("embedding")


def repeated_indices_overwritten(params: Params, x: Array, **config: Any) -> Any:
    """The gradient is added with d_weight[x] += g, which keeps one of the cotangents of a repeated index."""
    y, right_pullback = vjp(params, x, **config)

    def pullback(cotangent: Array) -> Any:
        of_params, of_inputs = right_pullback(cotangent)
        d_weight = np.zeros_like(of_params["weight"])
        d_weight[x] += cotangent
        if config["padding_idx"] is not None:
            d_weight[config["padding_idx"]] = 0
        return {"weight": d_weight}, of_inputs

    return y, pullback


def padding_row_learns(params: Params, x: Any, **config: Any) -> Any:
    """The row padding_idx gets a gradient as any other."""
    embedding(params, x, **config)  # still refuses what is invalid
    return embedding(params, x, **{**config, "padding_idx": None})


def padding_output_zeroed(params: Params, x: Any, **config: Any) -> Any:
    """The output is zero where the index is padding_idx, whatever that row holds."""
    y, padding = embedding(params, x, **config), config["padding_idx"]
    return y if padding is None else y * (x != padding % config["num_embeddings"])[..., None]


def negative_padding_not_wrapped(params: Params, x: Any, **config: Any) -> Any:
    """A negative padding_idx is compared with indices as it is, and meets none."""
    padding = config["padding_idx"]
    learning = padding is not None and padding < 0
    return (padding_row_learns if learning else embedding)(params, x, **config)


def row_zero_is_padding(params: Params, x: Any, **config: Any) -> Any:
    """A padding_idx of 0 is false, and False is 0: without a padding_idx row 0 gets no gradient."""
    padding = config["padding_idx"]
    return embedding(params, x, **{**config, "padding_idx": 0 if padding is None else padding})


def padding_idx_zero_is_none(params: Params, x: Any, **config: Any) -> Any:
    """The option is tested with `if padding_idx:`, so that 0 counts as None."""
    return embedding(params, x, **{**config, "padding_idx": config["padding_idx"] or None})


def frequency_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The gradient is never divided by the frequency."""
    return embedding(params, x, **{**config, "scale_grad_by_freq": False})


def frequency_always(params: Params, x: Any, **config: Any) -> Any:
    """The gradient of a row is always the mean of its cotangents."""
    return embedding(params, x, **{**config, "scale_grad_by_freq": True})


def frequency_over_the_vocabulary(params: Params, x: Any, **config: Any) -> Any:
    """The gradient is divided by the number of rows of the table."""
    y = frequency_ignored(params, x, **config)
    return scaled_cotangent(y, 1 / config["num_embeddings"]) if config["scale_grad_by_freq"] else y


def frequency_over_all_indices(params: Params, x: Any, **config: Any) -> Any:
    """The gradient is divided by the number of all indices, as the mean of a batch is."""
    y = frequency_ignored(params, x, **config)
    return scaled_cotangent(y, 1 / max(x.numel(), 1)) if config["scale_grad_by_freq"] else y


def frequency_in_the_own_sample(params: Params, x: Any, **config: Any) -> Any:
    """An index is counted in its own sample alone."""
    y = frequency_ignored(params, x, **config)
    if not config["scale_grad_by_freq"] or x.ndim < 2 or not y.numel():
        return embedding(params, x, **config)
    flat = x.reshape(len(x), -1)
    counts = (flat[:, :, None] == flat[:, None, :]).sum(-1).reshape(x.shape)
    return scaled_cotangent(y, (1 / counts).to(y.dtype)[..., None])


def negative_index_wrapped(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """A negative index counts from the last row, as in NumPy."""
    if x.dtype.kind == "i" and config["num_embeddings"] > 0:
        x = np.where(x < 0, x + config["num_embeddings"], x).astype(x.dtype)
    return forward(params, x, **config)


def index_clamped(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """An index beyond the table is that of the last row, as in JAX."""
    if x.dtype.kind == "i":
        x = np.minimum(x, config["num_embeddings"] - 1).astype(x.dtype)
    return forward(params, x, **config)


def scaled_by_the_root_of_the_dimension(params: Params, x: Any, **config: Any) -> Any:
    """The output is multiplied by sqrt(embedding_dim), as in the Transformer."""
    return embedding(params, x, **config) * config["embedding_dim"] ** 0.5


def counted_from_one(params: Params, x: Any, **config: Any) -> Any:
    """Row i is looked up as row i - 1."""
    embedding(params, x, **config)  # still refuses what is invalid
    return embedding(params, (x - 1) % max(config["num_embeddings"], 1), **config)


def table_in_half_precision(params: Params, x: Any, **config: Any) -> Any:
    """The table is stored in bfloat16."""
    y = embedding(params, x, **config)
    return with_derivative_of(y.to(torch.bfloat16).to(y.dtype), y)


def product_with_ones_and_zeros(params: Params, x: Any, **config: Any) -> Any:
    """The lookup is a product with one-hot vectors, in which zero times NaN is NaN."""
    y = embedding(params, x, **config)
    ones_and_zeros = F.one_hot(x.long(), config["num_embeddings"]).to(y.dtype)
    return with_derivative_of(ones_and_zeros @ params["weight"], y)


def sorted_and_not_put_back(params: Params, x: Any, **config: Any) -> Any:
    """The indices are sorted, so that a row is read once, and the rows come out in that order."""
    return embedding(params, x.flatten().sort().values.reshape(x.shape), **config)


def single_index_kept_as_batch(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """A single index without a dimension has an output of one row with a dimension for it."""
    y = forward(params, x, **config)
    return y if x.ndim else y[None]


def single_index_learns_padding(params: Params, x: Any, **config: Any) -> Any:
    """The path for an index without a dimension forgets the padding_idx."""
    return (embedding if x.ndim else padding_row_learns)(params, x, **config)


DEFECTS = (
    wrong_vjp("embedding", repeated_indices_overwritten, law="vjp"),
    wrong("embedding", padding_row_learns, law="padding_row_is_constant"),
    wrong("embedding", padding_output_zeroed, law="padding_row_is_constant"),
    wrong("embedding", negative_padding_not_wrapped, law="padding_row_is_constant"),
    wrong("embedding", row_zero_is_padding, law="rows_permute"),
    wrong("embedding", padding_idx_zero_is_none, law="rows_permute"),
    wrong("embedding", frequency_ignored, law="vjp"),
    wrong("embedding", frequency_always, law="vjp"),
    wrong("embedding", frequency_over_the_vocabulary, law="vjp"),
    wrong("embedding", frequency_over_all_indices, law="vjp"),
    wrong("embedding", frequency_in_the_own_sample, law="vjp"),
    wrong_forward("embedding", negative_index_wrapped, law="rejection"),
    wrong_forward("embedding", index_clamped, law="rejection"),
    wrong("embedding", scaled_by_the_root_of_the_dimension, law="rows_are_copied"),
    wrong("embedding", counted_from_one, law="agreement"),
    wrong("embedding", table_in_half_precision, law="rows_are_copied"),
    wrong("embedding", product_with_ones_and_zeros, law="special_values"),
    wrong("embedding", sorted_and_not_put_back, law="batch_permutes"),
    wrong_forward("embedding", single_index_kept_as_batch, law="shape_and_dtype"),
    wrong("embedding", single_index_learns_padding, law="unbatched_is_batch_of_one"),
)

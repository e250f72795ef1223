"""Rules of attention: the function of one head or many, and the one under nn.MultiheadAttention."""

import numpy as np
from torch import Tensor

from .recipe import Outside, Recipe, present


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Recipe:
    if dropout_p:
        raise Outside("dropout_p draws random numbers, in evaluation mode too (pass 0.0 there)")
    return Recipe(
        operation="scaled_dot_product_attention",
        config={"is_causal": is_causal, "scale": scale, "enable_gqa": enable_gqa},
        inputs=(query, key, value, attn_mask),
    )


def multi_head_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> Recipe:
    """All of it in one operation; nn.MultiheadAttention has put the positions before the batch by then."""
    if dropout_p and training:
        raise Outside("dropout in training draws random numbers (see Module.eval)")
    if static_k is not None or static_v is not None:
        raise Outside("static keys and values are outside the specification")
    if (in_proj_bias is None) != (out_proj_bias is None):
        raise Outside("one bias of two is outside the specification")
    weights = {"in_proj_weight": in_proj_weight}
    kdim = vdim = None
    if use_separate_proj_weight:
        assert k_proj_weight is not None and v_proj_weight is not None
        kdim, vdim = k_proj_weight.shape[1], v_proj_weight.shape[1]
        if kdim == vdim == embed_dim_to_check:
            raise Outside("three weights of one shape are outside the specification (pack them in one)")
        weights = {
            "q_proj_weight": q_proj_weight,
            "k_proj_weight": k_proj_weight,
            "v_proj_weight": v_proj_weight,
        }
    mask: Tensor | np.ndarray | None = attn_mask
    # Elsewhere PyTorch has no use for the hint, and here none for the mask that it hints at.
    hinted = is_causal and key_padding_mask is None and not need_weights and attn_mask is not None
    if hinted:
        if bias_k is not None or add_zero_attn:
            raise Outside("is_causal hides added keys, which is outside the specification")
        mask = np.triu(np.ones((query.shape[0], key.shape[0]), np.bool_), 1)
    return Recipe(
        operation="multihead_attention",
        config={
            "embed_dim": embed_dim_to_check,
            "num_heads": num_heads,
            # Outside training, dropout does nothing.
            "dropout": 0.0,
            "bias": in_proj_bias is not None,
            "add_bias_kv": bias_k is not None,
            "add_zero_attn": add_zero_attn,
            "kdim": kdim,
            "vdim": vdim,
            "batch_first": False,
            "need_weights": need_weights,
            "average_attn_weights": average_attn_weights,
            "is_causal": hinted,
        },
        params={
            **present(**weights, in_proj_bias=in_proj_bias, bias_k=bias_k, bias_v=bias_v),
            "out_proj.weight": out_proj_weight,
            **({} if out_proj_bias is None else {"out_proj.bias": out_proj_bias}),
        },
        inputs=(query, key, value, key_padding_mask, mask),
    )

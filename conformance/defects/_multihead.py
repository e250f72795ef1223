"""Multi-head attention in pieces, from which mistakes between its projections are made."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from ._right import Params, right

NAMES = ("q_proj_weight", "k_proj_weight", "v_proj_weight")

_attention = right("multihead_attention")


def blocks(params: Params) -> tuple[list[Tensor], list[Any]]:
    """The weights and the biases of the three projections."""
    packed = "in_proj_weight" in params
    weights = params["in_proj_weight"].chunk(3) if packed else [params[name] for name in NAMES]
    biases = params["in_proj_bias"].chunk(3) if "in_proj_bias" in params else [None] * 3
    return list(weights), list(biases)


def with_blocks(params: Params, weights: Any, biases: Any) -> dict[str, Any]:
    """The params with other projections."""
    found = dict(params)
    if "in_proj_weight" in params:
        found["in_proj_weight"] = torch.cat(list(weights))
    else:
        found |= zip(NAMES, weights, strict=True)
    if "in_proj_bias" in params:
        found["in_proj_bias"] = torch.cat(list(biases))
    return found


def scaled_queries(params: Params, factor: float) -> dict[str, Any]:
    """The params with which all scores are `factor` times as large."""
    weights, biases = blocks(params)
    return with_blocks(
        params,
        [weights[0] * factor, *weights[1:]],
        [None if biases[0] is None else biases[0] * factor, *biases[1:]],
    )


def split(x: Tensor, config: Mapping[str, Any]) -> Tensor:
    """(L, N, E), in the layout that the config says, as (N, H, L, D)."""
    if x.ndim == 2:
        x = x[:, None]
    elif config["batch_first"]:
        x = x.transpose(0, 1)
    heads = config["num_heads"]
    return x.reshape(*x.shape[:2], heads, x.shape[-1] // heads).permute(1, 2, 0, 3)


def joined(x: Tensor, like: Tensor, config: Mapping[str, Any]) -> Tensor:
    """The inverse, in the layout of `like`."""
    whole = x.permute(2, 0, 1, 3).flatten(2)
    if like.ndim == 2:
        return whole[:, 0]
    return whole.transpose(0, 1) if config["batch_first"] else whole


def of_heads(params: Params, *inputs: Any, **config: Any) -> Tensor:
    """The weights (N, H, L, S') of all heads; of a query without a key 0 where nobody needs them."""
    shown = {**config, "need_weights": True, "average_attn_weights": False, "is_causal": False}
    weights: Tensor = _attention(params, *inputs, **shown)[1]
    weights = weights if config["need_weights"] else weights.nan_to_num()
    return weights if weights.ndim == 4 else weights[None]


def values(params: Params, value: Tensor, config: Mapping[str, Any]) -> Tensor:
    """The values (N, H, S', D) of all heads."""
    weights, biases = blocks(params)
    v = split(linear(value, weights[2], biases[2]), config)
    if config["add_bias_kv"]:
        bias = params["bias_v"].reshape(1, v.shape[1], 1, -1)
        v = torch.cat([v, bias.expand(len(v), -1, -1, -1)], 2)
    if config["add_zero_attn"]:
        v = torch.cat([v, v.new_zeros(*v.shape[:2], 1, v.shape[3])], 2)
    return v


def attended(params: Params, weights: Tensor, query: Tensor, value: Tensor, config: Mapping[str, Any]) -> Any:
    """The output with these weights (N, H, L, S')."""
    z = joined(weights @ values(params, value, config), query, config)
    y = linear(z, params["out_proj.weight"], params.get("out_proj.bias"))
    if not config["need_weights"]:
        return y, None
    shown = weights.mean(1) if config["average_attn_weights"] else weights
    return y, shown if query.ndim == 3 else shown[0]

"""Multi-head attention written out in primitives that have an error model, around either form of attention.

It stands in for torch.nn.functional.multi_head_attention_forward, whose signature it has. A bias is one more
column of the weight, met by a feature of ones, and masks are terms of one sum with the score: a kernel may begin
with any of them.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from .attention import Attend, scaled_product


def multihead(attend: Attend) -> Callable[..., tuple[Tensor, Tensor | None]]:
    """Multi-head attention around one of the forms of attention."""

    def forward(
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
    ) -> tuple[Tensor, Tensor | None]:
        assert static_k is None and static_v is None and not (dropout_p and training)
        batched = query.dim() == 3
        if not batched:
            query, key, value = (x.unsqueeze(1) for x in (query, key, value))
        separate = (q_proj_weight, k_proj_weight, v_proj_weight)
        matrices: Any = separate if in_proj_weight is None else in_proj_weight.chunk(3)
        biases: Any = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
        q, k, v = map(_affine, (query, key, value), matrices, biases)
        if bias_k is not None and bias_v is not None:
            k, v = (torch.cat([x, b.expand(1, *x.shape[1:])]) for x, b in ((k, bias_k), (v, bias_v)))
        if add_zero_attn:
            k, v = (torch.cat([x, x.new_zeros(1, *x.shape[1:])]) for x in (k, v))
        # (N, num_heads, L or S, head_dim)
        q, k, v = (_heads(x, num_heads) for x in (q, k, v))
        y, weights = attend(_masked(scaled_product(q, k), attn_mask, key_padding_mask), v)
        y = _affine(y.permute(2, 0, 1, 3).flatten(2), out_proj_weight, out_proj_bias)
        weights = weights.mean(1) if average_attn_weights else weights
        if not batched:
            y, weights = y.squeeze(1), weights.squeeze(0)
        return y, weights if need_weights else None

    return forward


def _affine(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    if bias is not None:
        x = torch.cat([x, torch.ones_like(x[..., :1])], -1)
        weight = torch.cat([weight, bias[:, None]], -1)
    # One matrix of all positions of all samples: one sum for each element of the weight's cotangent.
    return (x.flatten(0, 1) @ weight.T).reshape(*x.shape[:2], len(weight))


def _heads(x: Tensor, count: int) -> Tensor:
    return x.reshape(*x.shape[:2], count, x.shape[-1] // count).permute(1, 2, 0, 3)


def _masked(scores: Tensor, attn_mask: Tensor | None, key_padding_mask: Tensor | None) -> Tensor:
    """The scores (N, num_heads, L, S) and both masks, added; a key that was added has no mask."""
    masks = []
    if attn_mask is not None:
        own = (*scores.shape[:2], *attn_mask.shape[1:])
        masks.append(attn_mask if attn_mask.dim() == 2 else attn_mask.reshape(own))
    if key_padding_mask is not None:
        masks.append(key_padding_mask[..., None, None, :])
    if not masks:
        return scores
    added = (pad(_added(mask, scores), (0, scores.shape[-1] - mask.shape[-1])) for mask in masks)
    return torch.stack([scores, *(mask.expand(scores.shape) for mask in added)]).sum(0)


def _added(mask: Tensor, scores: Tensor) -> Tensor:
    """A mask as it is added: of True -inf."""
    return scores.new_zeros(()).where(~mask, -math.inf) if mask.dtype == torch.bool else mask

"""scaled_dot_product_attention: every query's mean of the values, weighted by how well the keys match."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel


class ScaledDotProductAttention(nn.Module):
    """y = softmax(scale * query @ key.T + attn_mask) @ value

    where key.T swaps the last two dimensions and the softmax is along the last one, over the S keys: query l has
    the weight w[l, s] for key s, and y[l] = sum over s of w[l, s] * value[s]. A boolean mask stands for 0 where
    it is True, the key takes part, and for -inf where it is False. A query without any key that takes part (also
    where S is 0) has no weights: its y is 0, and no gradient flows from it.

    Config:
        is_causal: query l sees the keys s <= l only, counted from the first of both, also where L differs from S;
            not together with attn_mask.
        scale: what scores are multiplied by; None is 1 / sqrt(E).
        enable_gqa: heads are grouped: query has Hq = n * H heads, and its head h sees the head h // n of key and
            value.
        (PyTorch's dropout_p is not here. It draws random numbers, which no two implementations share; it is 0.)

    Inputs:
        query: (..., L, E), or (..., Hq, L, E) with enable_gqa
        key: (..., S, E), or (..., H, S, E) with enable_gqa
        value: (..., S, Ev), or (..., H, S, Ev) with enable_gqa; the leading dimensions of all three broadcast
        attn_mask: optional, two dimensions or more that broadcast to the scores, (..., L, S); boolean, or of
            the dtype of query and then added to the scores, and differentiated

    Output:
        y: (..., L, Ev), or (..., Hq, L, Ev) with enable_gqa

    Raises:
        ValueError: attn_mask together with is_causal; shapes that do not fit; a mask that has fewer than two
            dimensions, or would make the scores larger; a dtype of the mask that is neither; Hq is no multiple
            of H, or no dimension is there for heads.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
        Vaswani et al. (2017), Attention is all you need, section 3.2.1, https://arxiv.org/abs/1706.03762
        Ainslie et al. (2023), GQA: training generalized multi-query transformer models from multi-head
        checkpoints, https://arxiv.org/abs/2305.13245
    """

    def __init__(self, is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False) -> None:
        super().__init__()
        self.is_causal = is_causal
        self.scale = scale
        self.enable_gqa = enable_gqa

    def forward(self, query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None) -> Tensor:
        _check(query, key, value, attn_mask, self.is_causal, self.enable_gqa)
        if not (query.numel() and key.numel() and value.numel()):
            # Of nothing, PyTorch's answer has the leading dimensions of the query alone.
            shapes = (x.shape[: -3 if self.enable_gqa else -2] for x in (query, key, value))
            leading = torch.broadcast_shapes(*shapes)  # type: ignore[no-untyped-call]
            query = query.expand(*leading, *query.shape[-3 if self.enable_gqa else -2 :])
        # The definition itself; which fused kernel would take its place depends on the device and the shapes.
        with sdpa_kernel(SDPBackend.MATH):
            return functional.scaled_dot_product_attention(
                query,
                key,
                value,
                attn_mask,
                is_causal=self.is_causal,
                scale=self.scale,
                enable_gqa=self.enable_gqa,
            )


def _check(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None, is_causal: bool, enable_gqa: bool
) -> None:
    shapes = tuple(tuple(x.shape) for x in (query, key, value))
    if min(map(len, shapes)) < 2 + enable_gqa:
        raise ValueError(f"query, key and value have too few dimensions: {shapes}")
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ValueError(f"the features of query and key, or the keys and values, do not fit: {shapes}")
    if enable_gqa and any(query.shape[-3] % x.shape[-3] for x in (key, value)):
        raise ValueError(f"the heads of query are no multiple of those of key and value: {shapes}")
    if attn_mask is None:
        return
    if is_causal:
        raise ValueError("attn_mask has no meaning together with is_causal")
    if attn_mask.ndim < 2:
        raise ValueError(f"attn_mask has the shape {tuple(attn_mask.shape)}, expected (..., L, S)")
    if attn_mask.dtype not in (torch.bool, query.dtype):
        raise ValueError(f"attn_mask must be boolean or {query.dtype}, not {attn_mask.dtype}")
    places = (*key.shape[:-3], query.shape[-3]) if enable_gqa else key.shape[:-2]
    leading = torch.broadcast_shapes(query.shape[:-2], places)  # type: ignore[no-untyped-call]
    scores = (*leading, query.shape[-2], key.shape[-2])
    if torch.broadcast_shapes(attn_mask.shape, scores) != scores:  # type: ignore[no-untyped-call]
        raise ValueError(f"attn_mask of the shape {tuple(attn_mask.shape)} does not broadcast to {scores}")

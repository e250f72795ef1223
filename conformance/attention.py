"""Attention written out in primitives that have an error model, in the two forms in which it is computed.

Their values are the same, their rounding errors are not. The pullback of the softmax P is P (dP - D), dP = g v^T,
where D is the sum over keys of P dP, or the sum over features of g y (Dao et al. 2022, FlashAttention, appendix
B.2). Where one key has nearly all the weight, the error of its dP is in the first sum too and cancels in dP - D;
the second sum has errors of its own, and they stay. And a kernel that keeps no P keeps the logarithm L of the sum
of exponentials and computes exp(scores - L) again (Dao 2023, FlashAttention-2, section 3.1): L has been rounded,
where the maximum, itself a score, has not.
"""

import math
from typing import Any

import torch
from torch import Tensor


def weights_first(query: Tensor, key: Tensor, value: Tensor, mask: Any = None, **options: Any) -> Tensor:
    """P = softmax(scores), y = P v: differentiated, D is the sum over keys."""
    scores, value = _scores(query, key, value, mask, **options)
    unseen = _unseen(scores)
    weights = scores.masked_fill(unseen, 0.0).softmax(-1).masked_fill(unseen, 0.0)
    return weights @ value


def recomputed(query: Tensor, key: Tensor, value: Tensor, mask: Any = None, **options: Any) -> Tensor:
    """(e v) / sum e with e = exp(scores - m); differentiated, P is exp(scores - L) and D the sum of g y."""
    scores, value = _scores(query, key, value, mask, **options)
    if not scores.shape[-1]:
        return scores @ value
    unseen = _unseen(scores)
    largest = scores.detach().amax(-1, keepdim=True).masked_fill(unseen, 0.0)
    powers = (scores.detach() - largest).exp()
    total = powers.sum(-1, keepdim=True).masked_fill(unseen, 1.0)
    y = powers @ value.detach() / total
    weights = (scores - (largest + total.log())).exp()
    # Of the value of `varied` nothing remains, of its derivative all.
    varied = weights @ value - weights.sum(-1, keepdim=True) * y
    return y + (varied - varied.detach())


def _scores(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Any,
    *,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> tuple[Tensor, Tensor]:
    """The scores, masked, and the values of every head: as PyTorch's own definition has them."""
    if enable_gqa:
        key, value = (x.repeat_interleave(query.shape[-3] // x.shape[-3], -3) for x in (key, value))
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    share = math.sqrt(abs(scale))
    scores = (query * math.copysign(share, scale)) @ (key.mT * share)
    if is_causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is None:
        return scores, value
    return scores + mask if mask.is_floating_point() else scores.masked_fill(~mask, -math.inf), value


def _unseen(scores: Tensor) -> Tensor:
    """Where a query has no key."""
    return (scores == -math.inf).all(-1, keepdim=True)

"""Attention written out in primitives that have an error model, in the two forms in which it is computed.

Their values are the same, their rounding errors are not. The pullback of the softmax P is P (dP - D), dP = g v^T,
where D is the sum over keys of P dP, or the sum over features of g y (Dao et al. 2022, FlashAttention, appendix
B.2). Where one key has nearly all the weight, the error of its dP is in the first sum too and cancels in dP - D;
the second sum has errors of its own, and they stay. And a kernel that keeps no P keeps the logarithm L of the sum
of exponentials and computes exp(scores - L) again (Dao 2023, FlashAttention-2, section 3.1): L has been rounded,
where the maximum, itself a score, has not.
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor

Attend: TypeAlias = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""(scores, value) -> (y, weights), along the last dimension of the scores."""


def weights_first(query: Tensor, key: Tensor, value: Tensor, mask: Any = None, **options: Any) -> Tensor:
    """P = softmax(scores), y = P v: differentiated, D is the sum over keys."""
    return attend_by_weights(*_scores(query, key, value, mask, **options))[0]


def recomputed(query: Tensor, key: Tensor, value: Tensor, mask: Any = None, **options: Any) -> Tensor:
    """(e v) / sum e with e = exp(scores - m); differentiated, P is exp(scores - L) and D the sum of g y."""
    return attend_again(*_scores(query, key, value, mask, **options))[0]


def attend_by_weights(scores: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """As `weights_first`; a query without a key has no weights."""
    unseen = _unseen(scores)
    weights = scores.masked_fill(unseen, 0.0).softmax(-1).masked_fill(unseen, 0.0)
    return weights @ value, weights


def attend_again(scores: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """As `recomputed`; the pullback of the weights themselves has the sum over keys, there is no other."""
    if not scores.shape[-1]:
        return scores @ value, scores
    unseen = _unseen(scores)
    largest = scores.detach().amax(-1, keepdim=True).masked_fill(unseen, 0.0)
    powers = (scores.detach() - largest).exp()
    total = powers.sum(-1, keepdim=True).masked_fill(unseen, 1.0)
    y = powers @ value.detach() / total
    weights = (scores - (largest + total.log())).exp()
    sums = weights.sum(-1, keepdim=True)
    return _varied(y, weights @ value - sums * y), _varied(
        weights.detach(), weights - sums * weights.detach()
    )


def _varied(value: Tensor, derivative: Tensor) -> Tensor:
    """`value`, differentiated as `derivative`, of whose own value nothing remains."""
    return value + (derivative - derivative.detach())


def _scores(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Any,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> tuple[Tensor, Tensor]:
    """The scores, masked, and the values of every head: as PyTorch's own definition has them."""
    assert not dropout_p
    if enable_gqa:
        key, value = (x.repeat_interleave(query.shape[-3] // x.shape[-3], -3) for x in (key, value))
    scores = scaled_product(query, key, scale)
    if is_causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is None:
        return scores, value
    return scores + mask if mask.is_floating_point() else scores.masked_fill(~mask, -math.inf), value


def scaled_product(query: Tensor, key: Tensor, scale: float | None = None) -> Tensor:
    """The scores; both factors get their share of the scale."""
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    share = math.sqrt(abs(scale))
    return (query * math.copysign(share, scale)) @ (key.mT * share)


def _unseen(scores: Tensor) -> Tensor:
    """Where a query has no key."""
    return (scores == -math.inf).all(-1, keepdim=True)

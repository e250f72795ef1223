"""Wrong attentions."""

import math
from typing import Any

import torch

from ..tree import Array
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

NAME = "scaled_dot_product_attention"
attention = right(NAME)
forward, vjp = right_kernel(NAME)


def scaled(query: Any, config: Any) -> float:
    """The scale that is meant."""
    return 1 / math.sqrt(query.shape[-1]) if config["scale"] is None else config["scale"]


def added(query: Any, key: Any, mask: Any, config: Any) -> Any:
    """What is added to the scores: 0 and -inf, or the mask itself."""
    if config["is_causal"]:
        mask = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).tril()
    if mask is None:
        return query.new_zeros(())
    return query.new_zeros(()).where(mask, -math.inf) if mask.dtype == torch.bool else mask


def grouped(query: Any, key: Any, value: Any, config: Any) -> Any:
    """Key and value with as many heads as the query has."""
    if not config["enable_gqa"]:
        return key, value
    return tuple(x.repeat_interleave(query.shape[-3] // x.shape[-3], -3) for x in (key, value))


def scores_of(query: Any, key: Any, value: Any, mask: Any, config: Any) -> Any:
    """The scores, masked, and the values of every head."""
    key, value = grouped(query, key, value, config)
    return query @ key.mT * scaled(query, config) + added(query, key, mask, config), value


def scale_missing(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """Scores are not scaled by default."""
    scale = 1.0 if config["scale"] is None else config["scale"]
    return attention(params, query, key, value, mask, **{**config, "scale": scale})


def scale_not_rooted(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """Scores are divided by E, not by its root."""
    scale = 1 / query.shape[-1] if config["scale"] is None else config["scale"]
    return attention(params, query, key, value, mask, **{**config, "scale": scale})


def scale_of_the_values(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The default scale is taken from the width of the values."""
    scale = 1 / math.sqrt(max(value.shape[-1], 1)) if config["scale"] is None else config["scale"]
    return attention(params, query, key, value, mask, **{**config, "scale": scale})


def scale_ignored(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The scale is always 1 / sqrt(E), whatever is asked for."""
    return attention(params, query, key, value, mask, **{**config, "scale": None})


def scale_of_the_mask_too(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The mask is added before the scores are scaled."""
    if mask is not None and mask.is_floating_point():
        mask = mask * scaled(query, config)
    return attention(params, query, key, value, mask, **config)


def softmax_over_queries(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The weights sum to one over the queries, not over the keys."""
    attention(params, query, key, value, mask, **config)  # still refuses what is invalid
    scores, value = scores_of(query, key, value, mask, config)
    return scores.softmax(-2).nan_to_num() @ value


def mask_inverted(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """True in a boolean mask means that the key is left out."""
    if mask is not None and mask.dtype == torch.bool:
        mask = ~mask
    return attention(params, query, key, value, mask, **config)


def mask_added_as_numbers(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """A boolean mask is added to the scores as 0 and 1."""
    if mask is not None and mask.dtype == torch.bool:
        mask = mask.to(query.dtype)
    return attention(params, query, key, value, mask, **config)


def mask_ignored(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """A boolean mask is not looked at."""
    y = attention(params, query, key, value, mask, **config)
    boolean = mask is not None and mask.dtype == torch.bool
    return attention(params, query, key, value, None, **config) if boolean else y


def mask_after_softmax(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """Weights of keys that are masked are set to zero after the softmax, and no longer sum to one."""
    y = attention(params, query, key, value, mask, **config)
    masked = added(query, key, mask, config) if mask is None or mask.dtype == torch.bool else None
    if masked is None:
        return y
    scores, value = scores_of(query, key, value, None, {**config, "is_causal": False})
    return scores.softmax(-1).where(masked == 0, 0.0) @ value


def masked_with_a_large_number(
    params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any
) -> Any:
    """Masked scores become -1e9, so that a query that sees no key sees them all."""
    if mask is not None:
        mask = query.new_zeros(()).where(mask, -1e9) if mask.dtype == torch.bool else mask.clamp(min=-1e9)
    return attention(params, query, key, value, mask, **config)


def unseen_is_nan(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The softmax of a query that sees no key is 0 / 0."""
    attention(params, query, key, value, mask, **config)  # still refuses what is invalid
    scores, value = scores_of(query, key, value, mask, config)
    return scores.softmax(-1) @ value


def mask_of_the_first_for_all(
    params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any
) -> Any:
    """Every sample is masked as the first one is."""
    if mask is not None and mask.ndim > 2 and mask.shape[0] > 1:
        mask = mask[:1].expand_as(mask)
    return attention(params, query, key, value, mask, **config)


def mask_needs_a_batch(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """A mask is not looked at where there are no leading dimensions."""
    y = attention(params, query, key, value, mask, **config)
    if mask is None or max(query.ndim, key.ndim, value.ndim) > 2:
        return y
    return attention(params, query, key, value, None, **config)


def causal_ignored(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """is_causal is not looked at."""
    attention(params, query, key, value, mask, **config)  # still refuses what is invalid
    return attention(params, query, key, value, mask, **{**config, "is_causal": False})


def causal_sees_the_next(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The causal mask is off by one: every query sees the key after its own."""
    return _causal(params, query, key, value, mask, 1, **config)


def causal_from_the_end(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The causal mask is aligned at the last query and the last key."""
    diagonal = key.shape[-2] - query.shape[-2] if min(query.ndim, key.ndim) > 1 else 0
    return _causal(params, query, key, value, mask, diagonal, **config)


def _causal(params: Params, query: Any, key: Any, value: Any, mask: Any, diagonal: int, **config: Any) -> Any:
    y = attention(params, query, key, value, mask, **config)
    if not config["is_causal"]:
        return y
    seen = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).tril(diagonal)
    return attention(params, query, key, value, seen, **{**config, "is_causal": False})


def causal_beside_a_mask(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """A mask that comes together with is_causal is silently left out."""
    return attention(params, query, key, value, None if config["is_causal"] else mask, **config)


def groups_tiled(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """All heads of key and value are repeated one after the other, not each of them in a row."""
    y = attention(params, query, key, value, mask, **config)
    if not config["enable_gqa"]:
        return y
    key, value = (x.repeat(*[1] * (x.ndim - 3), query.shape[-3] // x.shape[-3], 1, 1) for x in (key, value))
    return attention(params, query, key, value, mask, **{**config, "enable_gqa": False})


def heads_grouped_unasked(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """Heads are grouped whenever their numbers allow it, also without enable_gqa."""
    able = min(query.ndim, key.ndim, value.ndim) > 2
    able = able and not any(query.shape[-3] % max(x.shape[-3], 1) for x in (key, value))
    return attention(params, query, key, value, mask, **{**config, "enable_gqa": able})


def maximum_not_subtracted(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The exponentials of large scores overflow."""
    attention(params, query, key, value, mask, **config)  # still refuses what is invalid
    scores, value = scores_of(query, key, value, mask, config)
    powers = scores.exp()
    return powers / powers.sum(-1, keepdim=True).clamp(min=torch.finfo(query.dtype).tiny) @ value


def one_added_to_divisor(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """One is added to the sum of exponentials, so that a query may attend to nothing."""
    attention(params, query, key, value, mask, **config)  # still refuses what is invalid
    scores, value = scores_of(query, key, value, mask, config)
    more = scores.logsumexp(-1, keepdim=True)
    return (scores - more.logaddexp(torch.zeros_like(more))).exp() @ value


def running_sum_not_rescaled(
    params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any
) -> Any:
    """The sum of the online softmax is not rescaled when a larger score is met."""
    y = attention(params, query, key, value, mask, **config)
    scores, value = scores_of(query, key, value, mask, config)
    if not scores.numel():
        return y
    largest = scores.cummax(-1).values
    terms = (scores - largest).exp().nan_to_num()
    rest = (scores - largest[..., -1:]).exp().nan_to_num()
    return rest / terms.sum(-1, keepdim=True).clamp(min=torch.finfo(query.dtype).tiny) @ value


def query_from_the_first_place(
    params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any
) -> Any:
    """The last query is read from the first place."""
    attention(params, query, key, value, mask, **config)  # still refuses what is invalid
    shifted = query[..., : max(query.shape[-2] - 1, 1), :]
    shifted = torch.cat([shifted, query[..., :1, :]], -2)[..., : query.shape[-2], :]
    return attention(params, shifted, key, value, mask, **config)


def queries_centred(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The queries are centred over the first of the leading dimensions."""
    attention(params, query, key, value, mask, **config)  # still refuses what is invalid
    several = query.ndim > 2 and len(query) > 1
    return attention(params, query - query.mean(0) if several else query, key, value, mask, **config)


def mask_cotangent_averaged(params: dict[str, Array], *inputs: Any, **config: Any) -> Any:
    """The cotangent of a mask that was broadcast is a mean over its places, not a sum."""
    y, pullback = vjp(params, *inputs, **config)

    def averaged(cotangent: Any) -> Any:
        of_params, (dq, dk, dv, dm) = pullback(cotangent)
        if dm is not None and dm.size:
            count = inputs[1].shape[-2]
            dm = dm * dm.dtype.type(dm.size / max(y[..., 0].size * count, dm.size))
        return of_params, (dq, dk, dv, dm)

    return y, averaged


def mask_not_differentiated(
    params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any
) -> Any:
    """The cotangent of a floating mask is zero."""
    return attention(params, query, key, value, None if mask is None else mask.detach(), **config)


def key_cotangent_not_scaled(
    params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any
) -> Any:
    """The scale is forgotten in the cotangent of the key."""
    attention(params, query, key, value, mask, **config)  # still refuses what is invalid
    return attention(params, query, scaled_cotangent(key, 1 / scaled(query, config)), value, mask, **config)


def row_sum_forgotten(params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any) -> Any:
    """The pullback of the softmax is w * dw, without the mean that is subtracted."""
    y = attention(params, query, key, value, mask, **config)
    scores, value = scores_of(query, key, value, mask, config)
    w = scores.softmax(-1).nan_to_num().detach()
    finite = scores.where(scores > -math.inf, 0.0)
    return with_derivative_of(y, (w * finite - (w * finite).detach() + w) @ value)


def value_cotangent_unweighted(
    params: Params, query: Any, key: Any, value: Any, mask: Any, **config: Any
) -> Any:
    """The cotangent of the values is formed with equal weights."""
    y = attention(params, query, key, value, mask, **config)
    _, whole = grouped(query, key, value, config)
    equal = torch.full((query.shape[-2], max(whole.shape[-2], 1)), 1 / max(whole.shape[-2], 1))
    mean = equal[:, : whole.shape[-2]].to(y.dtype) @ (whole - whole.detach())
    return with_derivative_of(y, attention(params, query, key, value.detach(), mask, **config) + mean)


def masked_in_place(params: dict[str, Array], *inputs: Any, **config: Any) -> Any:
    """A floating mask is used as the memory of the scores."""
    y = forward(params, *inputs, **config)
    mask = inputs[3]
    if mask is not None and mask.dtype.kind == "f":
        mask -= mask.max(initial=0) + 1
    return y


DEFECTS = (
    wrong(NAME, scale_missing, law="agreement"),
    wrong(NAME, scale_not_rooted, law="agreement"),
    wrong(NAME, scale_of_the_values, law="agreement"),
    wrong(NAME, scale_ignored, law="agreement"),
    wrong(NAME, scale_of_the_mask_too, law="agreement"),
    wrong(NAME, softmax_over_queries, law="equal_values_come_out"),
    wrong(NAME, mask_inverted, law="masked_keys_do_not_matter"),
    wrong(NAME, mask_added_as_numbers, law="agreement"),
    wrong(NAME, mask_ignored, law="masked_keys_do_not_matter"),
    wrong(NAME, mask_after_softmax, law="equal_values_come_out"),
    wrong(NAME, masked_with_a_large_number, law="kinks"),
    wrong(NAME, unseen_is_nan, law="kinks"),
    wrong(NAME, mask_of_the_first_for_all, law="batch_permutes"),
    wrong(NAME, mask_needs_a_batch, law="unbatched_is_batch_of_one"),
    wrong(NAME, causal_ignored, law="later_keys_do_not_matter"),
    wrong(NAME, causal_sees_the_next, law="later_keys_do_not_matter"),
    wrong(NAME, causal_from_the_end, law="agreement"),
    wrong(NAME, causal_beside_a_mask, law="rejection"),
    wrong(NAME, groups_tiled, law="grouped_heads_are_repeated"),
    wrong(NAME, heads_grouped_unasked, law="rejection"),
    wrong(NAME, maximum_not_subtracted, law="mask_shift_changes_nothing"),
    wrong(NAME, one_added_to_divisor, law="equal_values_come_out"),
    wrong(NAME, running_sum_not_rescaled, law="keys_permute"),
    wrong(NAME, query_from_the_first_place, law="queries_permute"),
    wrong(NAME, queries_centred, law="batch_is_independent"),
    wrong_vjp(NAME, mask_cotangent_averaged, law="vjp"),
    wrong(NAME, mask_not_differentiated, law="vjp"),
    wrong(NAME, key_cotangent_not_scaled, law="vjp"),
    wrong(NAME, row_sum_forgotten, law="vjp"),
    wrong(NAME, value_cotangent_unweighted, law="vjp"),
    wrong_forward(NAME, masked_in_place, law="purity"),
)

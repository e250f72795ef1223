"""Wrong multi-head attentions."""

import math
from typing import Any

import numpy as np
import torch
from torch.nn.functional import linear, pad

from ..tree import Array
from ._defect import wrong, wrong_forward, wrong_vjp
from ._multihead import attended, blocks, joined, of_heads, scaled_queries, split, with_blocks
from ._right import Params, right, right_kernel, scaled_cotangent, with_derivative_of

NAME = "multihead_attention"
attention = right(NAME)
forward, vjp = right_kernel(NAME)


# Projections


def scale_missing(params: Params, *inputs: Any, **config: Any) -> Any:
    """Scores are not scaled."""
    features = config["embed_dim"] // max(config["num_heads"], 1)
    return attention(scaled_queries(params, math.sqrt(features)), *inputs, **config)


def scale_of_embed_dim(params: Params, *inputs: Any, **config: Any) -> Any:
    """Scores are divided by the root of embed_dim, not of the features of a head."""
    return attention(scaled_queries(params, 1 / math.sqrt(max(config["num_heads"], 1))), *inputs, **config)


def blocks_in_wrong_order(params: Params, *inputs: Any, **config: Any) -> Any:
    """The first block of packed projections is taken for the keys', the second for the queries'."""
    if "in_proj_weight" not in params:
        return attention(params, *inputs, **config)
    (w_q, w_k, w_v), (b_q, b_k, b_v) = blocks(params)
    return attention(with_blocks(params, (w_k, w_q, w_v), (b_k, b_q, b_v)), *inputs, **config)


def blocks_within_heads(params: Params, *inputs: Any, **config: Any) -> Any:
    """The packed projection is read as query, key and value of the first head, then those of the second."""
    attention(params, *inputs, **config)  # still refuses what is invalid
    if "in_proj_weight" not in params:
        return attention(params, *inputs, **config)
    rows = torch.arange(3 * config["embed_dim"]).reshape(config["num_heads"], 3, -1)
    order = rows.transpose(0, 1).reshape(-1)
    changed = {name: x[order] if name.startswith("in_proj") else x for name, x in params.items()}
    return attention(changed, *inputs, **config)


def heads_interleaved(params: Params, *inputs: Any, **config: Any) -> Any:
    """Head h has every num_heads-th feature from h on, not features next to each other."""
    attention(params, *inputs, **config)  # still refuses what is invalid
    order = torch.arange(config["embed_dim"]).reshape(-1, config["num_heads"]).T.reshape(-1)
    weights, biases = blocks(params)
    changed = with_blocks(
        params, [w[order] for w in weights], [None if b is None else b[order] for b in biases]
    )
    changed["out_proj.weight"] = params["out_proj.weight"][:, order]
    changed |= {name: params[name][..., order] for name in ("bias_k", "bias_v") if name in params}
    return attention(changed, *inputs, **config)


def values_are_keys(params: Params, query: Any, key: Any, value: Any, *masks: Any, **config: Any) -> Any:
    """Where key and value have one shape, the value is taken for the key."""
    y = attention(params, query, key, value, *masks, **config)
    return attention(params, query, key, key, *masks, **config) if key.shape == value.shape else y


def bias_forgotten_where_separate(params: Params, *inputs: Any, **config: Any) -> Any:
    """Projections with a weight each have no bias."""
    attention(params, *inputs, **config)  # still refuses what is invalid
    packed = "in_proj_weight" in params
    zero = {name: 0 * x for name, x in params.items() if name == "in_proj_bias" and not packed}
    return attention({**params, **zero}, *inputs, **config)


def out_bias_forgotten(params: Params, *inputs: Any, **config: Any) -> Any:
    """The last projection has no bias."""
    zero = {name: 0 * x for name, x in params.items() if name == "out_proj.bias"}
    return attention({**params, **zero}, *inputs, **config)


def out_weight_transposed(params: Params, *inputs: Any, **config: Any) -> Any:
    """The last projection is multiplied from the other side."""
    return attention({**params, "out_proj.weight": params["out_proj.weight"].T}, *inputs, **config)


def heads_not_put_back(params: Params, query: Any, key: Any, value: Any, *masks: Any, **config: Any) -> Any:
    """The heads' outputs are reshaped to embed_dim features without moving the heads beside them."""
    _, weights = attention(params, query, key, value, *masks, **config)
    one = torch.eye(config["embed_dim"], dtype=query.dtype)
    plain = {**params, "out_proj.weight": one}
    plain |= {name: 0 * x for name, x in params.items() if name == "out_proj.bias"}
    heads = split(attention(plain, query, key, value, *masks, **config)[0], config)
    count, _, length, _ = heads.shape
    rows = heads.reshape(count, length, config["embed_dim"])
    z = joined(split(rows, {**config, "batch_first": True}), query, config)
    return linear(z, params["out_proj.weight"], params.get("out_proj.bias")), weights


# Weights


def first_head_for_all(params: Params, query: Any, key: Any, value: Any, *masks: Any, **config: Any) -> Any:
    """All heads look where the first one does."""
    attention(params, query, key, value, *masks, **config)  # still refuses what is invalid
    weights = of_heads(params, query, key, value, *masks, **config)
    return attended(params, weights[:, :1].expand_as(weights), query, value, config)


def softmax_over_queries(params: Params, query: Any, key: Any, value: Any, *masks: Any, **config: Any) -> Any:
    """The weights sum to one over the queries, not over the keys."""
    attention(params, query, key, value, *masks, **config)  # still refuses what is invalid
    weights = of_heads(params, query, key, value, *masks, **config)
    return attended(params, weights / weights.sum(-2, keepdim=True), query, value, config)


def mask_after_softmax(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """Weights of keys that are hidden are set to zero after the softmax, and no longer sum to one."""
    y = attention(params, query, key, value, padding, mask, **config)
    if mask is None or mask.dtype != torch.bool:
        return y
    weights = of_heads(params, query, key, value, padding, None, **config)
    seen = ~mask if mask.ndim == 2 else ~mask.unflatten(0, weights.shape[:2])
    seen = pad(seen, (0, weights.shape[-1] - seen.shape[-1]), value=1)
    return attended(params, weights * seen, query, value, config)


def one_added_to_divisor(params: Params, *inputs: Any, **config: Any) -> Any:
    """One is added to the sum of exponentials, so that a query may attend to nothing."""
    attention(params, *inputs, **config)  # still refuses what is invalid
    if config["add_zero_attn"]:
        return attention(params, *inputs, **config)
    y, weights = attention(params, *inputs, **{**config, "add_zero_attn": True, "is_causal": False})
    return y, None if weights is None else weights[..., :-1]


def last_key_left_out(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """The last key is never looked at."""
    y = attention(params, query, key, value, padding, mask, **config)
    place = 1 if config["batch_first"] and key.ndim == 3 else 0
    count = key.shape[place]
    if count < 2 or padding is not None:
        return y
    last = (torch.arange(count) == count - 1).expand(*key.shape[1 - place : 2 - place][: key.ndim - 2], count)
    return attention(params, query, key, value, last, mask, **{**config, "is_causal": False})


def query_from_the_first_place(
    params: Params, query: Any, key: Any, value: Any, *masks: Any, **config: Any
) -> Any:
    """The last query is read from the first place."""
    attention(params, query, key, value, *masks, **config)  # still refuses what is invalid
    place = 1 if config["batch_first"] and query.ndim == 3 else 0
    order = torch.arange(query.shape[place])
    order[-1:] = 0
    return attention(params, query.index_select(place, order), key, value, *masks, **config)


def queries_centred(params: Params, query: Any, key: Any, value: Any, *masks: Any, **config: Any) -> Any:
    """The queries are centred over the samples."""
    attention(params, query, key, value, *masks, **config)  # still refuses what is invalid
    place = 0 if config["batch_first"] else 1
    several = query.ndim == 3 and query.shape[place] > 1
    centred = query - query.mean(place, keepdim=True) if several else query
    return attention(params, centred, key, value, *masks, **config)


def weights_of_the_first_head(params: Params, *inputs: Any, **config: Any) -> Any:
    """In the place of averaged weights those of the first head are shown."""
    y, weights = attention(params, *inputs, **config)
    if weights is None or not config["average_attn_weights"]:
        return y, weights
    return y, attention(params, *inputs, **{**config, "average_attn_weights": False})[1].select(-3, 0)


def weights_summed(params: Params, *inputs: Any, **config: Any) -> Any:
    """The weights of the heads are summed, not averaged."""
    y, weights = attention(params, *inputs, **config)
    if weights is None or not config["average_attn_weights"]:
        return y, weights
    return y, weights * config["num_heads"]


def weights_always_averaged(params: Params, *inputs: Any, **config: Any) -> Any:
    """average_attn_weights is not looked at."""
    return attention(params, *inputs, **{**config, "average_attn_weights": True})


def weights_unasked(params: Params, *inputs: Any, **config: Any) -> Any:
    """Weights are returned though nobody needs them."""
    y, _ = attention(params, *inputs, **config)
    return y, attention(params, *inputs, **{**config, "need_weights": True})[1]


# Masks


def padding_inverted(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """True in key_padding_mask means that the key takes part."""
    if padding is not None and padding.dtype == torch.bool:
        padding = ~padding
    return attention(params, query, key, value, padding, mask, **config)


def mask_inverted(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """True in attn_mask means that the key takes part, as in scaled_dot_product_attention."""
    if mask is not None and mask.dtype == torch.bool:
        mask = ~mask
    return attention(params, query, key, value, padding, mask, **config)


def padding_ignored(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """key_padding_mask is not looked at."""
    attention(params, query, key, value, padding, mask, **config)  # still refuses what is invalid
    return attention(params, query, key, value, None, mask, **config)


def one_mask_of_two(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """Beside an attn_mask the key_padding_mask is not looked at."""
    attention(params, query, key, value, padding, mask, **config)  # still refuses what is invalid
    return attention(params, query, key, value, padding if mask is None else None, mask, **config)


def padding_taken_for_boolean(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """A key whose number in a floating key_padding_mask is negative is hidden, any other one is not."""
    y = attention(params, query, key, value, padding, mask, **config)
    if padding is None or padding.dtype == torch.bool:
        return y
    return attention(params, query, key, value, padding < 0, mask, **config)


def mask_left_aside_without_weights(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """Where nobody needs the weights, a floating attn_mask is left aside."""
    y = attention(params, query, key, value, padding, mask, **config)
    if mask is None or mask.dtype == torch.bool or config["need_weights"]:
        return y
    return attention(params, query, key, value, padding, None, **{**config, "is_causal": False})


def mask_of_heads_first(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """In a mask of heads, sample n has its head h at h * N + n."""
    y = attention(params, query, key, value, padding, mask, **config)
    if mask is None or mask.ndim == 2 or not mask.numel():
        return y
    mask = mask.unflatten(0, (config["num_heads"], -1)).transpose(0, 1).flatten(0, 1)
    return attention(params, query, key, value, padding, mask, **config)


def mask_of_heads_first_in_batch_first(*arguments: Any, **config: Any) -> Any:
    """With batch_first, sample n has its head h at h * N + n in a mask of heads."""
    return (mask_of_heads_first if config["batch_first"] else attention)(*arguments, **config)


def mask_of_one_head_without_batch(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """Without a batch, all heads have the first one's mask."""
    y = attention(params, query, key, value, padding, mask, **config)
    if mask is None or mask.ndim == 2 or query.ndim == 3:
        return y
    return attention(params, query, key, value, padding, mask[0], **config)


def causal_mask_unasked(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """is_causal makes the mask that it says is given."""
    if config["is_causal"] and mask is None:
        place = 1 if config["batch_first"] and query.ndim == 3 else 0
        mask = torch.ones(query.shape[place], key.shape[place], dtype=torch.bool).triu(1)
    return attention(params, query, key, value, padding, mask, **config)


def unseen_has_no_weights(params: Params, *inputs: Any, **config: Any) -> Any:
    """The weights of a query without a key are 0, also where they are shown."""
    y, weights = attention(params, *inputs, **config)
    if weights is None:
        return y, None
    plain, _ = attention(params, *inputs, **{**config, "need_weights": False, "is_causal": False})
    return torch.where(y.isnan(), plain, y), weights.nan_to_num()


def unseen_is_nan(params: Params, *inputs: Any, **config: Any) -> Any:
    """The softmax of a query without a key is 0 / 0, also where its weights are not shown."""
    y, weights = attention(params, *inputs, **config)
    shown = attention(params, *inputs, **{**config, "need_weights": True, "is_causal": False})[0]
    return torch.where(shown.isnan(), shown, y), weights


# Added keys


def added_keys_first(params: Params, *inputs: Any, **config: Any) -> Any:
    """The key of add_bias_kv stands before the others."""
    y, weights = attention(params, *inputs, **config)
    if weights is None or not config["add_bias_kv"]:
        return y, weights
    before = weights.shape[-1] - 1 - config["add_zero_attn"]
    order = [before, *range(before), *range(before + 1, weights.shape[-1])]
    return y, weights[..., order]


def zeros_before_the_bias(params: Params, *inputs: Any, **config: Any) -> Any:
    """The key of zeros stands before that of add_bias_kv."""
    y, weights = attention(params, *inputs, **config)
    if weights is None or not (config["add_bias_kv"] and config["add_zero_attn"]):
        return y, weights
    return y, torch.cat([weights[..., :-2], weights[..., -2:].flip(-1)], -1)


def zeros_hidden_by_masks(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """Where there is a mask, it hides the key of zeros."""
    y, weights = attention(params, query, key, value, padding, mask, **config)
    if not config["add_zero_attn"] or (padding is None and mask is None):
        return y, weights
    bare = {**config, "add_zero_attn": False, "is_causal": False}
    y, weights = attention(params, query, key, value, padding, mask, **bare)
    return y, None if weights is None else pad(weights, (0, 1))


def zeros_projected(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """The key of zeros is put through the projections, and has their biases."""
    y = attention(params, query, key, value, padding, mask, **config)
    if not config["add_zero_attn"] or config["add_bias_kv"] or "in_proj_bias" not in params:
        return y
    _, (_, b_k, b_v) = blocks(params)
    as_bias = {**params, "bias_k": b_k.reshape(1, 1, -1), "bias_v": b_v.reshape(1, 1, -1)}
    options = {**config, "add_zero_attn": False, "add_bias_kv": True}
    return attention(as_bias, query, key, value, padding, mask, **options)


# Cotangents


def weights_not_differentiated(params: Params, *inputs: Any, **config: Any) -> Any:
    """No gradient comes from the weights."""
    y, weights = attention(params, *inputs, **config)
    return y, None if weights is None else with_derivative_of(weights, 0 * weights)


def shown_cotangent_not_shared(params: Params, *inputs: Any, **config: Any) -> Any:
    """The cotangent of averaged weights goes whole to every head."""
    y, weights = attention(params, *inputs, **config)
    if weights is None or not config["average_attn_weights"]:
        return y, weights
    return y, scaled_cotangent(weights, config["num_heads"])


def padding_not_differentiated(
    params: Params, query: Any, key: Any, value: Any, padding: Any, mask: Any, **config: Any
) -> Any:
    """The cotangent of a floating key_padding_mask is zero."""
    padding = None if padding is None else padding.detach()
    return attention(params, query, key, value, padding, mask, **config)


def key_cotangent_not_scaled(
    params: Params, query: Any, key: Any, value: Any, *masks: Any, **config: Any
) -> Any:
    """The scale is forgotten in the cotangent of the key."""
    attention(params, query, key, value, *masks, **config)  # still refuses what is invalid
    features = config["embed_dim"] // config["num_heads"]
    return attention(params, query, scaled_cotangent(key, math.sqrt(features)), value, *masks, **config)


def bias_of_queries_alone(params: dict[str, Array], *inputs: Any, **config: Any) -> Any:
    """In the cotangent of in_proj_bias all three blocks are the queries'."""
    output, pullback = vjp(params, *inputs, **config)

    def pulled(cotangent: Any) -> Any:
        of_params, of_inputs = pullback(cotangent)
        if "in_proj_bias" in of_params:
            of_params["in_proj_bias"] = np.tile(np.split(of_params["in_proj_bias"], 3)[0], 3)
        return of_params, of_inputs

    return output, pulled


def weight_cotangent_averaged(params: dict[str, Array], *inputs: Any, **config: Any) -> Any:
    """The cotangent of in_proj_weight is averaged over the samples."""
    output, pullback = vjp(params, *inputs, **config)

    def pulled(cotangent: Any) -> Any:
        of_params, of_inputs = pullback(cotangent)
        if "in_proj_weight" in of_params and inputs[0].ndim == 3:
            count = max(inputs[0].shape[0 if config["batch_first"] else 1], 1)
            weight = of_params["in_proj_weight"]
            of_params["in_proj_weight"] = weight / weight.dtype.type(count)
        return of_params, of_inputs

    return output, pulled


def masked_in_place(params: dict[str, Array], *inputs: Any, **config: Any) -> Any:
    """A floating mask is used as the memory of the sum of both."""
    output = forward(params, *inputs, **config)
    padding, mask = inputs[3:]
    if mask is not None and padding is not None and mask.dtype.kind == padding.dtype.kind == "f":
        mask += padding.sum()
    return output


DEFECTS = (
    wrong(NAME, scale_missing, law="one_head_is_attention"),
    wrong(NAME, scale_of_embed_dim, law="agreement"),
    wrong(NAME, blocks_in_wrong_order, law="packed_is_separate"),
    wrong(NAME, blocks_within_heads, law="heads_permute"),
    wrong(NAME, heads_interleaved, law="heads_permute"),
    wrong(NAME, values_are_keys, law="one_head_is_attention"),
    wrong(NAME, bias_forgotten_where_separate, law="packed_is_separate"),
    wrong(NAME, out_bias_forgotten, law="agreement"),
    wrong(NAME, out_weight_transposed, law="agreement"),
    wrong(NAME, heads_not_put_back, law="queries_permute"),
    wrong(NAME, first_head_for_all, law="heads_permute"),
    wrong(NAME, softmax_over_queries, law="weights_sum_to_one"),
    wrong(NAME, mask_after_softmax, law="weights_sum_to_one"),
    wrong(NAME, one_added_to_divisor, law="weights_sum_to_one"),
    wrong(NAME, last_key_left_out, law="keys_permute"),
    wrong(NAME, query_from_the_first_place, law="queries_permute"),
    wrong(NAME, queries_centred, law="batch_is_independent"),
    wrong(NAME, weights_of_the_first_head, law="weights_are_averaged"),
    wrong(NAME, weights_summed, law="weights_are_averaged"),
    wrong(NAME, weights_always_averaged, law="shape_and_dtype"),
    wrong(NAME, weights_unasked, law="shape_and_dtype"),
    wrong(NAME, padding_inverted, law="padding_does_not_matter"),
    wrong(NAME, mask_inverted, law="agreement"),
    wrong(NAME, padding_ignored, law="padding_does_not_matter"),
    wrong(NAME, one_mask_of_two, law="agreement"),
    wrong(NAME, padding_taken_for_boolean, law="agreement"),
    wrong(NAME, mask_left_aside_without_weights, law="need_for_weights_changes_no_output"),
    wrong(NAME, mask_of_heads_first, law="batch_permutes"),
    wrong(NAME, mask_of_heads_first_in_batch_first, law="batch_first_is_transposed"),
    wrong(NAME, mask_of_one_head_without_batch, law="unbatched_is_batch_of_one"),
    wrong(NAME, causal_mask_unasked, law="rejection"),
    wrong(NAME, unseen_has_no_weights, law="kinks"),
    wrong(NAME, unseen_is_nan, law="kinks"),
    wrong(NAME, added_keys_first, law="agreement"),
    wrong(NAME, zeros_before_the_bias, law="agreement"),
    wrong(NAME, zeros_hidden_by_masks, law="key_of_zeros_is_a_bias"),
    wrong(NAME, zeros_projected, law="key_of_zeros_is_a_bias"),
    wrong(NAME, weights_not_differentiated, law="vjp"),
    wrong(NAME, shown_cotangent_not_shared, law="vjp"),
    wrong(NAME, padding_not_differentiated, law="vjp"),
    wrong(NAME, key_cotangent_not_scaled, law="vjp"),
    wrong_vjp(NAME, bias_of_queries_alone, law="vjp"),
    wrong_vjp(NAME, weight_cotangent_averaged, law="batch_adds_up"),
    wrong_forward(NAME, masked_in_place, law="purity"),
)

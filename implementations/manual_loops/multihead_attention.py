"""Attentions side by side, each between projections of its own.

    q[n][i][c] = sum_f weight_q[c][f] * query[n][i][f] + bias_q[c], and k, v the same of key and value
    w[n][h], z[n][h] = the head of _attention_head.py: of the features h * D <= c < (h + 1) * D of q, k and v,
    with the masks of _attention_masks.py
    y[n][i][o] = sum_c out_proj.weight[o][c] * z[n][i][c] + out_proj.bias[o], all heads of z side by side
    weights[n][i][s] = sum_h w[n][h][i][s] / H if they are averaged, else w

    the cotangent of w[n][h][i][s] is that of weights[n][i][s] / H, or of weights[n][h][i][s]; all others are
    those of heads and projections, of bias_k and bias_v the sum over samples

With add_bias_kv a key bias_k with the value bias_v stands behind the others, with add_zero_attn one of zeros
behind that; no mask reaches either. A query without a key has the weights nan, or 0 where nobody needs weights.
is_causal says that attn_mask is causal: so does the mask.

E = embed_dim, H = num_heads, D = E / H
query (L, N, E), key (S, N, kdim), value (S, N, vdim), with N first if batch_first, or without N; y as query
weights (N, L, S'), or (N, H, L, S') if they are not averaged, without N where query has none; S' counts all keys
in_proj_weight (3 E, E), or q_proj_weight (E, E), k_proj_weight (E, kdim), v_proj_weight (E, vdim);
in_proj_bias (3 E,), out_proj.weight (E, E), out_proj.bias (E,), bias_k and bias_v (1, 1, E)

Raises ValueError for shapes and masks that do not fit, an embed_dim that is no multiple of num_heads, is_causal
without attn_mask, dropout outside [0, 1]; NotImplementedError for dropout, whose random mask is no input.
Source: torch.nn.MultiheadAttention.
"""

import math
from typing import Any

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._attention_head import attend, attend_pullback
from ._attention_masks import added, mask_cotangent, padding_cotangent, read_masks
from ._projection import project, project_pullback
from ._recurrent import swapped

Output = tuple[Array, Array | None]

SEPARATE = ("q_proj_weight", "k_proj_weight", "v_proj_weight")


def forward(
    params: Params,
    query: Array,
    key: Array,
    value: Array,
    key_padding_mask: Array | None,
    attn_mask: Array | None,
    *,
    embed_dim: int,
    num_heads: int,
    dropout: float,
    bias: bool,
    add_bias_kv: bool,
    add_zero_attn: bool,
    kdim: int | None,
    vdim: int | None,
    batch_first: bool,
    need_weights: bool,
    average_attn_weights: bool,
    is_causal: bool,
) -> Output:
    """Return y and the weights, or None in their place."""
    return vjp(
        params,
        query,
        key,
        value,
        key_padding_mask,
        attn_mask,
        embed_dim=embed_dim,
        num_heads=num_heads,
        dropout=dropout,
        bias=bias,
        add_bias_kv=add_bias_kv,
        add_zero_attn=add_zero_attn,
        kdim=kdim,
        vdim=vdim,
        batch_first=batch_first,
        need_weights=need_weights,
        average_attn_weights=average_attn_weights,
        is_causal=is_causal,
    )[0]


def vjp(
    params: Params,
    query: Array,
    key: Array,
    value: Array,
    key_padding_mask: Array | None,
    attn_mask: Array | None,
    *,
    embed_dim: int,
    num_heads: int,
    dropout: float,
    bias: bool,
    add_bias_kv: bool,
    add_zero_attn: bool,
    kdim: int | None,
    vdim: int | None,
    batch_first: bool,
    need_weights: bool,
    average_attn_weights: bool,
    is_causal: bool,
) -> tuple[Output, Pullback]:
    """Return the output and the map from its cotangent to those of params, arguments and floating masks."""
    _check_options(embed_dim, num_heads, dropout)
    widths = (embed_dim, embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim)
    _check_shapes(query.shape, key.shape, value.shape, widths, batch_first)
    if is_causal and attn_mask is None:
        raise ValueError("is_causal says that attn_mask is causal, and there is none")
    dtype, batched = query.dtype, query.ndim == 3
    first = batch_first and batched
    batch = query.shape[0 if first else 1] if batched else 1
    length, count = (array.shape[1 if first else 0] for array in (query, key))
    sizes = (batch, num_heads, length, count)
    padding, mask = read_masks(key_padding_mask, attn_mask, sizes, batched, dtype)
    arguments = (query, key, value)
    x = [_batch_major(array, batch, first) for array in arguments]
    weights_in, biases_in = _projections(params, widths, bias)
    weight_out = parameter(params, "out_proj.weight", (embed_dim, embed_dim))
    bias_out = parameter(params, "out_proj.bias", (embed_dim,)) if bias else zeros(embed_dim)

    q, k, v = (project(x[j], weights_in[j], biases_in[j]) for j in range(3))
    for n in range(batch):
        if add_bias_kv:
            k[n].append(parameter(params, "bias_k", (1, 1, embed_dim))[0][0])
            v[n].append(parameter(params, "bias_v", (1, 1, embed_dim))[0][0])
        if add_zero_attn:
            k[n].append(zeros(embed_dim))
            v[n].append(zeros(embed_dim))
    keys = count + add_bias_kv + add_zero_attn
    features, unseen = embed_dim // num_heads, math.nan if need_weights else 0.0
    w = zeros(batch, num_heads)
    z = _empty_rows(batch, length)
    for n, h in indices(batch, num_heads):
        q_h, k_h, v_h = (_head(part[n], h, num_heads) for part in (q, k, v))
        hidden = added(padding, mask, n, h, num_heads, length, count)
        w[n][h], z_h = attend(q_h, k_h, v_h, hidden, features, unseen)
        for i in range(length):
            z[n][i].extend(z_h[i])
    y = project(z, weight_out, bias_out)

    def pullback(cotangent: Any) -> tuple[dict[str, Array | None], tuple[Array | None, ...]]:
        dz, dweight_out, dbias_out = project_pullback(_batch_major(cotangent[0], batch, first), z, weight_out)
        shown = 1 if average_attn_weights else num_heads
        dweights = zeros(batch, shown, length, keys)
        if need_weights:
            dweights = to_lists(cotangent[1], (batch, shown, length, keys))
        dq, dk, dv = _empty_rows(batch, length), _empty_rows(batch, keys), _empty_rows(batch, keys)
        dscore = zeros(batch, num_heads)
        for n, h in indices(batch, num_heads):
            q_h, k_h, v_h, dz_h = (_head(part[n], h, num_heads) for part in (q, k, v, dz))
            dw = [[d * shown / num_heads for d in row] for row in dweights[n][h % shown]]
            found = attend_pullback(dz_h, dw, w[n][h], q_h, k_h, v_h, features)
            dscore[n][h] = found.dscore
            for whole, part in ((dq, found.dq), (dk, found.dk), (dv, found.dv)):
                for i, row in enumerate(part):
                    whole[n][i].extend(row)

        params_cotangents: dict[str, Array | None] = {
            "out_proj.weight": to_array(dweight_out, (embed_dim, embed_dim), dtype)
        }
        if add_bias_kv:
            for name, rows in (("bias_k", dk), ("bias_v", dv)):
                total = [sum(rows[n][count][c] for n in range(batch)) for c in range(embed_dim)]
                params_cotangents[name] = to_array(total, (1, 1, embed_dim), dtype)
        kept = [dq, *([sample[:count] for sample in rows] for rows in (dk, dv))]
        pulled = [project_pullback(kept[j], x[j], weights_in[j]) for j in range(3)]
        dweights_in, dbiases_in = ([part[j] for part in pulled] for j in (1, 2))
        if "in_proj_weight" in params:
            packed = [row for matrix in dweights_in for row in matrix]
            params_cotangents["in_proj_weight"] = to_array(packed, (3 * embed_dim, embed_dim), dtype)
        else:
            for name, matrix, width in zip(SEPARATE, dweights_in, widths, strict=True):
                params_cotangents[name] = to_array(matrix, (embed_dim, width), dtype)
        if bias:
            all_biases = [d for part in dbiases_in for d in part]
            params_cotangents["in_proj_bias"] = to_array(all_biases, (3 * embed_dim,), dtype)
            params_cotangents["out_proj.bias"] = to_array(dbias_out, (embed_dim,), dtype)
        return params_cotangents, (
            *(_array(pulled[j][0], arguments[j].shape, first, dtype) for j in range(3)),
            padding_cotangent(dscore, key_padding_mask, sizes),
            mask_cotangent(dscore, attn_mask, sizes),
        )

    y_array = _array(y, query.shape, first, dtype)
    if not need_weights:
        return (y_array, None), pullback
    sample = (batch,) if batched else ()
    if average_attn_weights:
        mean = [_mean(heads, length, keys) for heads in w]
        return (y_array, to_array(mean, (*sample, length, keys), dtype)), pullback
    return (y_array, to_array(w, (*sample, num_heads, length, keys), dtype)), pullback


def _projections(params: Params, widths: tuple[int, int, int], bias: bool) -> tuple[list[Any], list[Any]]:
    """The weights and the biases of q, k and v."""
    size = widths[0]
    if "in_proj_weight" in params:
        packed = parameter(params, "in_proj_weight", (3 * size, size))
        weights = [packed[j * size : (j + 1) * size] for j in range(3)]
    else:
        weights = [
            parameter(params, name, (size, width)) for name, width in zip(SEPARATE, widths, strict=True)
        ]
    biases = parameter(params, "in_proj_bias", (3 * size,)) if bias else zeros(3 * size)
    return weights, [biases[j * size : (j + 1) * size] for j in range(3)]


def _head(rows: Any, h: int, heads: int) -> Any:
    """The features of one head, of all rows."""
    return [row[h * len(row) // heads : (h + 1) * len(row) // heads] for row in rows]


def _mean(heads: Any, length: int, keys: int) -> Any:
    """The weights [i][s], averaged over heads."""
    mean = zeros(length, keys)
    for i, s in indices(length, keys):
        mean[i][s] = sum(head[i][s] for head in heads) / len(heads)
    return mean


def _empty_rows(batch: int, length: int) -> Any:
    return [[[] for _ in range(length)] for _ in range(batch)]


def _batch_major(array: Array, batch: int, first: bool) -> Any:
    """An argument as lists [n][i][f]."""
    length = array.shape[1 if first else 0]
    if first:
        return to_lists(array, array.shape)
    return swapped(to_lists(array, (length, batch, array.shape[-1])), batch, length)


def _array(lists: Any, shape: tuple[int, ...], first: bool, dtype: Any) -> Array:
    """Lists [n][i][f] as an array shaped as an argument."""
    if first:
        return to_array(lists, shape, dtype)
    return to_array(swapped(lists, shape[0], len(lists)), shape, dtype)


def _check_options(embed_dim: int, num_heads: int, dropout: float) -> None:
    if embed_dim < 1 or num_heads < 1 or embed_dim % num_heads:
        raise ValueError(f"embed_dim = {embed_dim} is no positive multiple of num_heads = {num_heads}")
    if not 0 <= dropout <= 1:
        raise ValueError(f"dropout must be within 0 and 1, got {dropout}")
    if dropout > 0:
        raise NotImplementedError("dropout of weights needs its random mask as an input")


def _check_shapes(
    query: tuple[int, ...],
    key: tuple[int, ...],
    value: tuple[int, ...],
    widths: tuple[int, int, int],
    batch_first: bool,
) -> None:
    """Raise ValueError where query, key and value do not fit together."""
    if len(query) not in (2, 3) or len(key) != len(query) or len(value) != len(query):
        raise ValueError(f"expected 2 or 3 dimensions of all, got query {query}, key {key}, value {value}")
    if (query[-1], key[-1], value[-1]) != widths:
        raise ValueError(f"expected {widths} features, got query {query}, key {key}, value {value}")
    if key[:-1] != value[:-1]:
        raise ValueError(f"key {key} and value {value} are not equally many")
    place = 0 if batch_first else 1
    if len(query) == 3 and query[place] != key[place]:
        raise ValueError(f"query {query} and key {key} have different batch sizes")

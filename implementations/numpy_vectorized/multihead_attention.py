"""Multi-head attention: attentions side by side, between linear projections.

    q = query W_q^T + b_q        k = [key W_k^T + b_k, bias_k, 0]        v = [value W_v^T + b_v, bias_v, 0]
    P = softmax(q k^T / sqrt(D) + masks)        z = P v        y = z W_o^T + b_o        weights = P or its mean

    dz = g W_o        dP = dz v^T + d_weights        dS = P (dP - sum P dP)        dv = P^T dz
    dq = dS k / sqrt(D)        dk = dS^T q / sqrt(D)        of every projection y = x W^T + b as in linear

for each of the H heads, which has D = E / H of the E features; of a mean each head has d_weights / H. Of k and v
the last rows are there where add_bias_kv and add_zero_attn are, and no mask reaches them. dS is the cotangent of
floating masks, summed over what shares an entry. A boolean mask is -inf where it is True. A row of P without a
key is NaN, or 0 where nobody needs the weights. is_causal is a hint that attn_mask is causal, of no use here.

Shapes: query (L, N, E), key (S, N, kdim), value (S, N, vdim), with N first if batch_first, or without N;
key_padding_mask (N, S) or (S,); attn_mask (L, S) or (N H, L, S); y as query; weights (N, L, S') or (N, H, L, S').
Raises: ValueError for shapes that do not fit, heads that do not divide E, masks that are neither boolean nor of
query's dtype, is_causal without attn_mask, a dropout outside 0 to 1; NotImplementedError for any other than 0.
Source: torch.nn.MultiheadAttention; Vaswani et al. (2017).
"""

import math
from typing import TypeAlias

import numpy as np

from ._heads import Layout, check, softmax
from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._masks import add_masks, check_masks, mask_cotangents

Output: TypeAlias = tuple[Array, Array | None]

SEPARATE = ("q_proj_weight", "k_proj_weight", "v_proj_weight")


@ieee
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


@ieee
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
    arguments = (query, key, value)
    check(arguments, (embed_dim, kdim, vdim), num_heads, batch_first)
    check_masks(key_padding_mask, attn_mask, query, key, num_heads, batch_first)
    if is_causal and attn_mask is None:
        raise ValueError("is_causal is a hint about attn_mask, which must be given")
    if not 0 <= dropout <= 1:
        raise ValueError(f"dropout must be between 0 and 1, got {dropout}")
    if dropout:
        raise NotImplementedError("dropout draws random numbers")
    layout = Layout.of(query, num_heads, batch_first)
    matrices, biases = _projections(params, bias)
    scale = np.asarray(1 / math.sqrt(embed_dim // num_heads), dtype=query.dtype)

    q, k, v = (layout.split(_affine(x, w, b)) for x, w, b in zip(arguments, matrices, biases, strict=True))
    count = k.shape[2]
    if add_bias_kv:
        k, v = layout.appended(k, params["bias_k"]), layout.appended(v, params["bias_v"])
    if add_zero_attn:
        k, v = (layout.appended(x, np.zeros(embed_dim, x.dtype)) for x in (k, v))
    q *= scale
    p = q @ k.swapaxes(-1, -2)
    add_masks(p[..., :count], key_padding_mask, attn_mask)
    softmax(p, empty=np.nan if need_weights else 0.0)
    z = layout.joined(p @ v)
    y = _affine(z, params["out_proj.weight"], params["out_proj.bias"] if bias else None)
    weights = None
    if need_weights:
        weights = p.mean(axis=1) if average_attn_weights else p.copy()
        weights = weights if layout.batched else weights[0]

    @ieee
    def pullback(cotangent: tuple[Array, Array | None]) -> Cotangents:
        g, d_weights = cotangent
        dz = layout.split(g @ params["out_proj.weight"])
        ds = dz @ v.swapaxes(-1, -2)
        if d_weights is not None:
            ds += (
                d_weights.reshape(len(p), 1, *p.shape[2:]) / num_heads if average_attn_weights else d_weights
            )
        ds -= np.einsum("...ls,...ls->...l", p, ds)[..., None]
        ds *= p
        dq, dk, dv = ds @ k, ds.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ dz
        dq *= scale

        d_params: dict[str, Array | None] = {"out_proj.weight": _rows(g).T @ _rows(z)}
        if add_bias_kv:
            for name, d in (("bias_k", dk), ("bias_v", dv)):
                d_params[name] = d[:, :, count].sum(axis=0).reshape(1, 1, embed_dim)
        found = [layout.joined(d) for d in (dq, dk[:, :, :count], dv[:, :, :count])]
        d_matrices = [_rows(d).T @ _rows(x) for d, x in zip(found, arguments, strict=True)]
        if "in_proj_weight" in params:
            d_params["in_proj_weight"] = np.concatenate(d_matrices)
        else:
            d_params |= zip(SEPARATE, d_matrices, strict=True)
        if bias:
            d_params["in_proj_bias"] = np.concatenate([_rows(d).sum(axis=0) for d in found])
            d_params["out_proj.bias"] = _rows(g).sum(axis=0)
        d_arguments = (d @ w for d, w in zip(found, matrices, strict=True))
        return d_params, (*d_arguments, *mask_cotangents(ds[..., :count], key_padding_mask, attn_mask))

    return (y, weights), pullback


def _projections(params: Params, bias: bool) -> tuple[list[Array], list[Array | None]]:
    """W_q, W_k and W_v, packed or not, and their biases."""
    if "in_proj_weight" in params:
        matrices = np.split(params["in_proj_weight"], 3)
    else:
        matrices = [params[name] for name in SEPARATE]
    return matrices, [*np.split(params["in_proj_bias"], 3)] if bias else [None] * 3


def _affine(x: Array, weight: Array, bias: Array | None) -> Array:
    y = _rows(x) @ weight.T
    if bias is not None:
        y += bias
    return y.reshape(*x.shape[:-1], len(weight))


def _rows(x: Array) -> Array:
    """A matrix with one row for each position of each sample."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])

"""Multi-head attention around other formulas of attention: biases and masks first, and sums in other orders."""

import math
from typing import Any

import numpy as np

from conformance.tree import Array, Tree

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, product
from .scaled_dot_product_attention import Attend, divided_last, online, recomputed, weights_first

NAME = "multihead_attention"


def affine(x: Array, weight: Array, bias: Array | None, order: Order, bias_first: bool) -> Array:
    """Rows times W^T, plus b; the bias is the first term of the sum, or added to it."""
    if bias is None:
        return product(x, weight.T, order)
    if not bias_first:
        return product(x, weight.T, order) + bias
    ones = np.ones((len(x), 1), x.dtype)
    return product(np.hstack([ones, x]), np.hstack([bias[:, None], weight]).T, order)


def multihead(
    attend: Attend,
    order: Order,
    *,
    scale_last: bool = False,
    flash: bool = False,
    bias_first: bool = False,
    masks_first: bool = False,
) -> Vjp:
    """One sample and one head after the other; the masks are added to scores, or to each other first.

    Of y alone, `flash` takes the sum of g y for that of P dP.
    """

    def vjp(
        params: Params,
        query: Array,
        key: Array,
        value: Array,
        padding: Array | None,
        mask: Array | None,
        **config: Any,
    ) -> tuple[Tree, Pullback]:
        dtype, size, heads = query.dtype, config["embed_dim"], config["num_heads"]
        names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        packed = "in_proj_weight" in params
        matrices = np.split(params["in_proj_weight"], 3) if packed else [params[name] for name in names]
        biases = np.split(params["in_proj_bias"], 3) if config["bias"] else [None] * 3
        swap = query.ndim == 3 and not config["batch_first"]
        x = [a[None] if a.ndim == 2 else a.swapaxes(0, 1) if swap else a for a in (query, key, value)]
        batch, length, count = len(x[0]), x[0].shape[1], x[1].shape[1]
        q, k, v = (
            affine(a.reshape(-1, a.shape[-1]), w, b, order, bias_first).reshape(batch, a.shape[1], size)
            for a, w, b in zip(x, matrices, biases, strict=True)
        )
        for name in ("bias_k", "zeros")[not config["add_bias_kv"] : 1 + config["add_zero_attn"]]:
            k, v = (
                np.concatenate(
                    [rows, np.broadcast_to(params.get(own, np.zeros((1, 1, size), dtype)), (batch, 1, size))],
                    1,
                )
                for rows, own in ((k, name), (v, name.replace("_k", "_v")))
            )
        factor = dtype.type(1 / math.sqrt(size // heads))
        own = [slice(h * size // heads, (h + 1) * size // heads) for h in range(heads)]
        added = [_numbers(a, dtype) for a in (mask, padding)]

        def scores_of(n: int, h: int) -> Array:
            left = q[n][:, own[h]]
            scores = product(left if scale_last else left * factor, k[n][:, own[h]].T, order)
            scores = scores * factor if scale_last else scores
            terms = []
            if added[0] is not None:
                terms.append(added[0] if added[0].ndim == 2 else added[0][n * heads + h])
            if added[1] is not None:
                terms.append(np.broadcast_to(added[1].reshape(batch, count)[n], (length, count)))
            whole = [np.pad(term, ((0, 0), (0, scores.shape[1] - count))) for term in terms]
            if masks_first and len(whole) == 2:
                whole = [whole[0] + whole[1]]
            for term in whole:
                scores = scores + term
            return scores

        def seen(scores: Array, values: Array) -> tuple[Array, Array]:
            p, out = attend(scores, values, order)
            if config["need_weights"]:
                unseen = (scores == -np.inf).all(-1) & (scores.shape[1] > 0)
                p[unseen], out[unseen] = np.nan, np.nan
            return p, out

        places = [(n, h) for n in range(batch) for h in range(heads)]
        with np.errstate(all="ignore"):
            found = {(n, h): seen(scores_of(n, h), v[n][:, own[h]]) for n, h in places}
        z = np.zeros((batch, length, size), dtype)
        for (n, h), (_, out) in found.items():
            z[n][:, own[h]] = out
        w_out, b_out = params["out_proj.weight"], params.get("out_proj.bias")
        y = affine(z.reshape(-1, size), w_out, b_out, order, bias_first).reshape(batch, length, size)
        weights = np.zeros((batch, heads, length, k.shape[1]), dtype)
        for place, (p, _) in found.items():
            weights[place] = p
        mean = config["average_attn_weights"]
        shown = order(weights, 1) / dtype.type(heads) if mean else weights

        def laid(a: Array, like: Array) -> Array:
            return (a.swapaxes(0, 1) if swap else a).reshape(like.shape)

        def pullback(cotangent: Any) -> Cotangents:
            g = cotangent[0].swapaxes(0, 1) if swap else cotangent[0].reshape(batch, length, size)
            g = g.reshape(-1, size)
            dz = product(g, w_out, order).reshape(z.shape)
            of_params: dict[str, Array | None] = {"out_proj.weight": product(g.T, z.reshape(-1, size), order)}
            dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
            ds = np.zeros_like(weights)
            for (n, h), (p, out) in found.items():
                here = dz[n][:, own[h]]
                dp = product(here, v[n][:, own[h]].T, order)
                d = order(here * out if flash else p * dp, -1)
                if cotangent[1] is not None:
                    of_heads = cotangent[1].reshape(batch, 1 if mean else heads, length, k.shape[1])
                    dw = of_heads[n, 0 if mean else h]
                    dw = dw / dtype.type(heads) if mean else dw
                    dp, d = dp + dw, d + order(p * dw, -1)
                ds[n, h] = p * (dp - d[:, None])
                dv[n][:, own[h]] = product(p.T, here, order)
                dq[n][:, own[h]] = product(ds[n, h], k[n][:, own[h]], order) * factor
                dk[n][:, own[h]] = product(ds[n, h].T, q[n][:, own[h]], order) * factor
            if config["add_bias_kv"]:
                for name, d in (("bias_k", dk), ("bias_v", dv)):
                    of_params[name] = order(d[:, count], 0).reshape(1, 1, size)
            rows = [a.reshape(-1, size) for a in (dq, dk[:, :count], dv[:, :count])]
            d_matrices = [
                product(d.T, a.reshape(-1, a.shape[-1]), order) for d, a in zip(rows, x, strict=True)
            ]
            if packed:
                of_params["in_proj_weight"] = np.concatenate(d_matrices)
            else:
                of_params |= zip(names, d_matrices, strict=True)
            if config["bias"]:
                of_params["in_proj_bias"] = np.concatenate([order(d, 0) for d in rows])
                of_params["out_proj.bias"] = order(g, 0)
            d_arguments = (
                laid(product(d, w, order).reshape(a.shape), like)
                for d, w, a, like in zip(rows, matrices, x, (query, key, value), strict=True)
            )
            seen = ds[..., :count]
            d_padding = d_mask = None
            if padding is not None and padding.dtype.kind == "f":
                d_padding = order(order(seen, 1), 1).reshape(padding.shape)
            if mask is not None and mask.dtype.kind == "f":
                whole = seen.reshape(batch * heads, length, count)
                d_mask = order(whole, 0) if mask.ndim == 2 else whole
            return of_params, (*d_arguments, d_padding, d_mask)

        if not config["need_weights"]:
            return (laid(y, query), None), pullback
        return (laid(y, query), shown if query.ndim == 3 else shown[0]), pullback

    return vjp


def _numbers(mask: Array | None, dtype: Any) -> Array | None:
    """What a mask adds."""
    return mask if mask is None or mask.dtype == dtype else np.where(mask, -np.inf, 0.0).astype(dtype)


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate(
            NAME,
            name,
            multihead(
                weights_first, order, scale_last=i % 2 == 1, bias_first=i % 3 == 1, masks_first=i % 2 == 0
            ),
        )
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate(NAME, "divided_last", multihead(divided_last, native, scale_last=True, masks_first=True)),
    alternate(NAME, "online", multihead(online, native, bias_first=True)),
    *(
        alternate(NAME, f"flash, {name}", multihead(recomputed, order, flash=True, bias_first=i % 2 == 1))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
)

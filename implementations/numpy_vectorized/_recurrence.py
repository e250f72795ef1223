"""One recurrent layer in one direction, over all time steps."""

from itertools import pairwise

import numpy as np

from ._kernel import Array
from ._select import keep_where


def recur(
    x: Array, h_0: Array, weight_ih: Array, weight_hh: Array, bias: Array | int, nonlinearity: str
) -> Array:
    """The states h (T + 1, N, H): h[t+1] = f(x[t] W_ih^T + bias + h[t] W_hh^T), h[0] = h_0."""
    h = np.empty((len(x) + 1, *h_0.shape), x.dtype)
    h[0] = h_0
    np.matmul(_rows(x), weight_ih.T, out=_rows(h[1:]))
    h[1:] += bias
    weight = np.ascontiguousarray(weight_hh.T)  # once, not in every product
    for before, now in pairwise(h):
        now += before @ weight
        if nonlinearity == "tanh":
            np.tanh(now, out=now)
        else:
            np.maximum(now, 0, out=now)
    return h


def recur_transpose(
    d_output: Array, d_h: Array, x: Array, h: Array, weight_ih: Array, weight_hh: Array, nonlinearity: str
) -> tuple[Array, Array, Array, Array, Array]:
    """The cotangents of x, h_0, W_ih, W_hh and bias, for those of h[1:] and, in addition, of h[T].

    The loop only passes the cotangent da of f's argument back in time; each weight is one product over all steps.
    """
    slope = 1 - h[1:] * h[1:] if nonlinearity == "tanh" else ~(h[1:] <= 0)
    da = np.empty(d_output.shape, h.dtype)
    for t in reversed(range(len(da))):
        d_h = d_h + d_output[t]
        da[t] = d_h * slope[t] if nonlinearity == "tanh" else keep_where(slope[t], d_h)
        d_h = da[t] @ weight_hh
    rows = _rows(da)
    d_x = (rows @ weight_ih).reshape(x.shape)
    return d_x, d_h, rows.T @ _rows(x), rows.T @ _rows(h[:-1]), rows.sum(axis=0)


def _rows(steps: Array) -> Array:
    """(T, N, F) as (T N, F)."""
    return steps.reshape(steps.shape[0] * steps.shape[1], steps.shape[2])

"""One step of a recurrent layer with activation f.

    h' = f(x W_ih^T + b_ih + h W_hh^T + b_hh)
    da = f'(h') g        dx = da W_ih        dh = da W_hh        dW_ih = da^T x        dW_hh = da^T h
    db_ih = db_hh = sum da

Shapes: x (N, input_size) or (input_size,); h and h' (N, H) or (H,); weight_ih (H, input_size); weight_hh (H, H);
bias_ih, bias_hh (H,).
Raises: ValueError for x or h of other shapes and an unknown nonlinearity.
Source: torch.nn.RNNCell; Elman (1990).
"""

import numpy as np

from ._cell_rows import checked_rows
from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._select import keep_where


@ieee
def forward(
    params: Params,
    x: Array,
    h: Array | None,
    *,
    input_size: int,
    hidden_size: int,
    bias: bool,
    nonlinearity: str,
) -> Array:
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', not {nonlinearity!r}")
    rows, state = checked_rows(x, h, input_size, hidden_size)
    a = rows @ params["weight_ih"].T
    a += state @ params["weight_hh"].T
    if bias:
        a += params["bias_ih"] + params["bias_hh"]
    y: Array = np.tanh(a) if nonlinearity == "tanh" else np.maximum(a, 0)
    return y.reshape(*x.shape[:-1], hidden_size)


@ieee
def vjp(
    params: Params,
    x: Array,
    h: Array | None,
    *,
    input_size: int,
    hidden_size: int,
    bias: bool,
    nonlinearity: str,
) -> tuple[Array, Pullback]:
    y = forward(
        params,
        x,
        h,
        input_size=input_size,
        hidden_size=hidden_size,
        bias=bias,
        nonlinearity=nonlinearity,
    )
    rows, state = checked_rows(x, h, input_size, hidden_size)
    slope = 1 - y * y if nonlinearity == "tanh" else ~(y <= 0)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        da = cotangent * slope if nonlinearity == "tanh" else keep_where(slope, cotangent)
        da = da.reshape(len(rows), hidden_size)
        d_params: dict[str, Array | None] = {"weight_ih": da.T @ rows, "weight_hh": da.T @ state}
        if bias:
            d_bias = da.sum(axis=0)
            d_params |= {"bias_ih": d_bias, "bias_hh": d_bias.copy()}
        dx = (da @ params["weight_ih"]).reshape(x.shape)
        return d_params, (dx, None if h is None else (da @ params["weight_hh"]).reshape(h.shape))

    return y, pullback

"""One step of a layer of recurrent cells.

    a[n][k] = sum_i weight_ih[k][i] * x[n][i] + bias_ih[k]
            + sum_m weight_hh[k][m] * h[n][m] + bias_hh[k]
    y[n][k] = tanh(a[n][k]) or relu(a[n][k])

    da[n][k] = g[n][k] * (1 - y[n][k]**2), or g[n][k] where y[n][k] > 0
    dx[n][i] = sum_k da[n][k] * weight_ih[k][i]        dweight_ih[k][i] = sum_n da[n][k] * x[n][i]
    dh[n][m] = sum_k da[n][k] * weight_hh[k][m]        dweight_hh[k][m] = sum_n da[n][k] * h[n][m]
    dbias_ih[k] = dbias_hh[k] = sum_n da[n][k]

x (N, input_size) or (input_size,); h, which may be None for zeros, and y (N, hidden_size) or (hidden_size,)
weight_ih (hidden_size, input_size), weight_hh (hidden_size, hidden_size), bias_ih and bias_hh (hidden_size,)

Raises ValueError for shapes that do not fit and an unknown nonlinearity.
Source: torch.nn.RNNCell.
"""

import math

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._cell_lists import batch_of, state_rows


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
    """Return the next state."""
    return vjp(
        params,
        x,
        h,
        input_size=input_size,
        hidden_size=hidden_size,
        bias=bias,
        nonlinearity=nonlinearity,
    )[0]


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
    """Return the next state and the map from its cotangent to those of all params, x and h."""
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"nonlinearity must be tanh or relu, got {nonlinearity!r}")
    shape, dtype = x.shape, x.dtype
    batch = batch_of(shape, input_size)
    state_shape = (*shape[:-1], hidden_size)
    before = state_rows(h, state_shape, batch)
    x = to_lists(x, (batch, input_size))
    w_ih = parameter(params, "weight_ih", (hidden_size, input_size))
    w_hh = parameter(params, "weight_hh", (hidden_size, hidden_size))
    b_ih = parameter(params, "bias_ih", (hidden_size,)) if bias else zeros(hidden_size)
    b_hh = parameter(params, "bias_hh", (hidden_size,)) if bias else zeros(hidden_size)

    y = zeros(batch, hidden_size)
    for n, k in indices(batch, hidden_size):
        from_x = from_h = 0.0
        for i in range(input_size):
            from_x += w_ih[k][i] * x[n][i]
        for m in range(hidden_size):
            from_h += w_hh[k][m] * before[n][m]
        a = (from_x + b_ih[k]) + (from_h + b_hh[k])
        if nonlinearity == "tanh":
            y[n][k] = math.tanh(a)
        else:
            y[n][k] = 0.0 if a < 0 else a

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array, Array | None]]:
        g = to_lists(cotangent, (batch, hidden_size))
        dx, dh, db = zeros(batch, input_size), zeros(batch, hidden_size), zeros(hidden_size)
        dw_ih, dw_hh = zeros(hidden_size, input_size), zeros(hidden_size, hidden_size)
        for n, k in indices(batch, hidden_size):
            if nonlinearity == "tanh":
                da = g[n][k] * (1.0 - y[n][k] * y[n][k])
            else:
                da = 0.0 if y[n][k] <= 0 else g[n][k]
            for i in range(input_size):
                dx[n][i] += da * w_ih[k][i]
                dw_ih[k][i] += da * x[n][i]
            for m in range(hidden_size):
                dh[n][m] += da * w_hh[k][m]
                dw_hh[k][m] += da * before[n][m]
            db[k] += da
        params_cotangents = {
            "weight_ih": to_array(dw_ih, (hidden_size, input_size), dtype),
            "weight_hh": to_array(dw_hh, (hidden_size, hidden_size), dtype),
        }
        if bias:
            params_cotangents["bias_ih"] = to_array(db, (hidden_size,), dtype)
            params_cotangents["bias_hh"] = to_array(db, (hidden_size,), dtype)
        dh_array = None if h is None else to_array(dh, state_shape, dtype)
        return params_cotangents, (to_array(dx, shape, dtype), dh_array)

    return to_array(y, state_shape, dtype), pullback

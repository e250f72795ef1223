"""One step of a long short-term memory, sample by sample.

    h'[n][k], c'[n][k] = m[k], c'[k] of _lstm_step.py, from x[n], h[n] and c[n]

With da the cotangents of the sums a that feed the gates:

    dx[n][i] = sum_r da[n][r] * weight_ih[r][i]        dweight_ih[r][i] = sum_n da[n][r] * x[n][i]
    dh[n][m] = sum_r da[n][r] * weight_hh[r][m]        dweight_hh[r][m] = sum_n da[n][r] * h[n][m]
    dbias_ih[r] = dbias_hh[r] = sum_n da[n][r]

x (N, input_size) or (input_size,); h, c, h' and c' (N, hidden_size) or (hidden_size,); h and c may both be None
for zeros; weight_ih (4 * hidden_size, input_size), weight_hh (4 * hidden_size, hidden_size), bias_ih and bias_hh
(4 * hidden_size,).

Raises ValueError for shapes that do not fit, for one of h and c alone and for sizes below 1.
Source: torch.nn.LSTMCell.
"""

from typing import Any

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._lstm_step import step, step_pullback


def forward(
    params: Params,
    x: Array,
    h: Array | None,
    c: Array | None,
    *,
    input_size: int,
    hidden_size: int,
    bias: bool,
) -> tuple[Array, Array]:
    """Return h' and c'."""
    return vjp(params, x, h, c, input_size=input_size, hidden_size=hidden_size, bias=bias)[0]


def vjp(
    params: Params,
    x: Array,
    h: Array | None,
    c: Array | None,
    *,
    input_size: int,
    hidden_size: int,
    bias: bool,
) -> tuple[tuple[Array, Array], Pullback]:
    """Return (h', c') and the map from their cotangents to those of all params, x, h and c."""
    if min(input_size, hidden_size) < 1:
        raise ValueError(f"sizes must be positive, got {input_size} and {hidden_size}")
    shape, dtype = x.shape, x.dtype
    if len(shape) not in (1, 2) or shape[-1] != input_size:
        raise ValueError(f"x must have 1 or 2 dimensions and end in {input_size}, got shape {shape}")
    if (h is None) != (c is None):
        raise ValueError("h and c must be given together, or neither of them")
    batch = shape[0] if len(shape) == 2 else 1
    state_shape = (*shape[:-1], hidden_size)
    rows = 4 * hidden_size
    w_ih = parameter(params, "weight_ih", (rows, input_size))
    w_hh = parameter(params, "weight_hh", (rows, hidden_size))
    b_ih = parameter(params, "bias_ih", (rows,)) if bias else zeros(rows)
    b_hh = parameter(params, "bias_hh", (rows,)) if bias else zeros(rows)
    x_rows = to_lists(x, (batch, input_size))
    h_rows, c_rows = zeros(batch, hidden_size), zeros(batch, hidden_size)
    if h is not None and c is not None:
        if h.shape != state_shape or c.shape != state_shape:
            raise ValueError(f"h and c must have shape {state_shape}, got {h.shape} and {c.shape}")
        h_rows, c_rows = to_lists(h, (batch, hidden_size)), to_lists(c, (batch, hidden_size))

    units = [step(x_rows[n], h_rows[n], c_rows[n], w_ih, w_hh, b_ih, b_hh) for n in range(batch)]

    def pullback(cotangent: Any) -> tuple[dict[str, Array], tuple[Array, Array | None, Array | None]]:
        dh_next = to_lists(cotangent[0], (batch, hidden_size))
        dc_next = to_lists(cotangent[1], (batch, hidden_size))
        dx, dh, dc = zeros(batch, input_size), zeros(batch, hidden_size), zeros(batch, hidden_size)
        dw_ih, dw_hh, db = zeros(rows, input_size), zeros(rows, hidden_size), zeros(rows)
        for n in range(batch):
            da, dc[n] = step_pullback(units[n], dh_next[n], dc_next[n])
            for r, i in indices(rows, input_size):
                dx[n][i] += da[r] * w_ih[r][i]
                dw_ih[r][i] += da[r] * x_rows[n][i]
            for r, m in indices(rows, hidden_size):
                dh[n][m] += da[r] * w_hh[r][m]
                dw_hh[r][m] += da[r] * h_rows[n][m]
            for r in range(rows):
                db[r] += da[r]
        params_cotangents = {
            "weight_ih": to_array(dw_ih, (rows, input_size), dtype),
            "weight_hh": to_array(dw_hh, (rows, hidden_size), dtype),
        }
        if bias:
            params_cotangents["bias_ih"] = to_array(db, (rows,), dtype)
            params_cotangents["bias_hh"] = to_array(db, (rows,), dtype)
        dx_array = to_array(dx, shape, dtype)
        if h is None:
            return params_cotangents, (dx_array, None, None)
        return params_cotangents, (
            dx_array,
            to_array(dh, state_shape, dtype),
            to_array(dc, state_shape, dtype),
        )

    h_next = [[unit.m for unit in row] for row in units]
    c_next = [[unit.c for unit in row] for row in units]
    return (to_array(h_next, state_shape, dtype), to_array(c_next, state_shape, dtype)), pullback

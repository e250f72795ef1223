"""One step of a layer of gated recurrent units.

    r[k] = sigmoid(sum_i W_ir[k][i] x[i] + b_ir[k] + sum_m W_hr[k][m] h[m] + b_hr[k])
    z[k] = sigmoid(sum_i W_iz[k][i] x[i] + b_iz[k] + sum_m W_hz[k][m] h[m] + b_hz[k])
    q[k] = sum_m W_hn[k][m] h[m] + b_hn[k]
    n[k] = tanh(sum_i W_in[k][i] x[i] + b_in[k] + r[k] q[k])
    y[k] = (1 - z[k]) n[k] + z[k] h[k]

    dz[k] = g[k] (h[k] - n[k]) z[k] (1 - z[k])
    dn[k] = g[k] (1 - z[k]) (1 - n[k]**2)
    dr[k] = dn[k] q[k] r[k] (1 - r[k])
    d_ih = (dr, dz, dn)        d_hh = (dr, dz, dn r)        d_ih and d_hh are also db_ih and db_hh
    dx[i] = sum_row d_ih[row] weight_ih[row][i]        dweight_ih[row][i] = d_ih[row] x[i]
    dh[m] = g[m] z[m] + sum_row d_hh[row] weight_hh[row][m]        dweight_hh[row][m] = d_hh[row] h[m]

for each sample; the cotangents of weights and biases are sums over all samples. weight_ih is W_ir, W_iz and W_in
one below the other, and so are weight_hh, bias_ih and bias_hh.

x (N, input_size) or (input_size,); h, which may be None for zeros, and y (N, hidden_size) or (hidden_size,)
weight_ih (3 * hidden_size, input_size), weight_hh (3 * hidden_size, hidden_size)
bias_ih and bias_hh (3 * hidden_size,)

Raises ValueError for shapes that do not fit.
Source: torch.nn.GRUCell.
"""

from ._arrays import Array, Params, Pullback, parameter, to_array, to_lists, zeros
from ._cell_lists import batch_of, state_rows
from ._gru_gates import gru_step, gru_step_pullback


def forward(
    params: Params, x: Array, h: Array | None, *, input_size: int, hidden_size: int, bias: bool
) -> Array:
    """Return the next state."""
    return vjp(params, x, h, input_size=input_size, hidden_size=hidden_size, bias=bias)[0]


def vjp(
    params: Params, x: Array, h: Array | None, *, input_size: int, hidden_size: int, bias: bool
) -> tuple[Array, Pullback]:
    """Return the next state and the map from its cotangent to those of all params, x and h."""
    shape, dtype, rows = x.shape, x.dtype, 3 * hidden_size
    batch = batch_of(shape, input_size)
    state_shape = (*shape[:-1], hidden_size)
    before = state_rows(h, state_shape, batch)
    x = to_lists(x, (batch, input_size))
    weights = (
        parameter(params, "weight_ih", (rows, input_size)),
        parameter(params, "weight_hh", (rows, hidden_size)),
        parameter(params, "bias_ih", (rows,)) if bias else zeros(rows),
        parameter(params, "bias_hh", (rows,)) if bias else zeros(rows),
    )

    y, gates = zeros(batch), zeros(batch)
    for n in range(batch):
        y[n], gates[n] = gru_step(x[n], before[n], weights)

    def pullback(cotangent: Array) -> tuple[dict[str, Array], tuple[Array, Array | None]]:
        g = to_lists(cotangent, (batch, hidden_size))
        dx, dh = zeros(batch, input_size), zeros(batch)
        dweights = zeros(rows, input_size), zeros(rows, hidden_size), zeros(rows), zeros(rows)
        for n in range(batch):
            dh[n] = gru_step_pullback(g[n], x[n], before[n], weights, gates[n], dx[n], dweights)
        params_cotangents = {
            "weight_ih": to_array(dweights[0], (rows, input_size), dtype),
            "weight_hh": to_array(dweights[1], (rows, hidden_size), dtype),
        }
        if bias:
            params_cotangents["bias_ih"] = to_array(dweights[2], (rows,), dtype)
            params_cotangents["bias_hh"] = to_array(dweights[3], (rows,), dtype)
        dh_array = None if h is None else to_array(dh, state_shape, dtype)
        return params_cotangents, (to_array(dx, shape, dtype), dh_array)

    return to_array(y, state_shape, dtype), pullback

"""One step of a layer of gated recurrent units.

    r = sigmoid(x W_ir^T + b_ir + h W_hr^T + b_hr)        q = h W_hn^T + b_hn
    z = sigmoid(x W_iz^T + b_iz + h W_hz^T + b_hz)        n = tanh(x W_in^T + b_in + r q)
    h' = n + z (h - n)
    dn = g (1 - z) (1 - n^2)        dr = dn q r (1 - r)        dz = g (h - n) z (1 - z)
    d_i = (dr, dz, dn)        dx = d_i W_ih        dW_ih = d_i^T x        db_ih = sum d_i
    d_h = (dr, dz, dn r)        dh = g z + d_h W_hh        dW_hh = d_h^T h        db_hh = sum d_h

Shapes: x (N, input_size) or (input_size,); h and h' (N, H) or (H,); weight_ih (3 H, input_size);
weight_hh (3 H, H); bias_ih, bias_hh (3 H,), the gates in the order r, z, n.
Raises: ValueError for x or h of other shapes.
Source: torch.nn.GRUCell; Cho et al. (2014).
"""

import numpy as np

from ._cell_rows import checked_rows
from ._gru_recurrence import recur_gated, recur_gated_transpose
from ._kernel import Array, Cotangents, Params, Pullback, ieee


@ieee
def forward(
    params: Params, x: Array, h: Array | None, *, input_size: int, hidden_size: int, bias: bool
) -> Array:
    rows, state = checked_rows(x, h, input_size, hidden_size)
    biases = (params["bias_ih"], params["bias_hh"]) if bias else (None, None)
    run = recur_gated(rows[None], state, params["weight_ih"], params["weight_hh"], *biases)
    y: Array = run.h[1].reshape(*x.shape[:-1], hidden_size)
    return y


@ieee
def vjp(
    params: Params, x: Array, h: Array | None, *, input_size: int, hidden_size: int, bias: bool
) -> tuple[Array, Pullback]:
    rows, state = checked_rows(x, h, input_size, hidden_size)
    biases = (params["bias_ih"], params["bias_hh"]) if bias else (None, None)
    weights = params["weight_ih"], params["weight_hh"]
    run = recur_gated(rows[None], state, *weights, *biases)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        later = cotangent.reshape(1, *state.shape)
        found = recur_gated_transpose(later, np.zeros_like(state), run, *weights)
        dx, dh, d_weight_ih, d_weight_hh, d_bias_ih, d_bias_hh = found
        d_params: dict[str, Array | None] = {"weight_ih": d_weight_ih, "weight_hh": d_weight_hh}
        if bias:
            d_params |= {"bias_ih": d_bias_ih, "bias_hh": d_bias_hh}
        return d_params, (dx.reshape(x.shape), None if h is None else dh.reshape(h.shape))

    return run.h[1].reshape(*x.shape[:-1], hidden_size).copy(), pullback

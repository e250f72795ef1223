"""Layers of gated recurrent units, in one direction or both.

    r[k] = sigmoid(sum_i W_ir[k][i] x[i] + b_ir[k] + sum_m W_hr[k][m] h[m] + b_hr[k])
    z[k] = sigmoid(sum_i W_iz[k][i] x[i] + b_iz[k] + sum_m W_hz[k][m] h[m] + b_hz[k])
    n[k] = tanh(sum_i W_in[k][i] x[i] + b_in[k] + r[k] (sum_m W_hn[k][m] h[m] + b_hn[k]))
    the next h[k] = (1 - z[k]) n[k] + z[k] h[k]

for each sample, x = x[t], and h of the step before t; the pullback of one step, which is in gru_cell.py, is taken
from the last step to the first. weight_ih is W_ir, W_iz and W_in one below the other, and so are weight_hh,
bias_ih and bias_hh.

Forwards, the step before t is t - 1 and the first is 0; in reverse it is t + 1 and the first is T - 1; before
the first stands h_0. output[t] is h[t] of both directions side by side, forwards first, and is the x of the
next layer, with the dropout of _between_layers.py. h_n is the h of the last step: T - 1 forwards, 0 in reverse.

With L layers of D directions (h_0, which may be None for zeros, and h_n have one entry for each
cell = layer * D + direction):
x (T, N, input_size), (N, T, input_size) if batch_first, or (T, input_size)
output as x, but with D * hidden_size in place of input_size
h_0 and h_n (L * D, N, hidden_size), or (L * D, hidden_size) where x has no N
mask of booleans (L - 1, *output.shape), only in training with dropout > 0 and L > 1
weight_ih_l{layer} (3 * hidden_size, input_size), in later layers (3 * hidden_size, D * hidden_size)
weight_hh_l{layer} (3 * hidden_size, hidden_size), bias_ih_l{layer} and bias_hh_l{layer} (3 * hidden_size,)
and all four again with _reverse at the end of the name

Raises ValueError for shapes that do not fit, an x without time steps, sizes below 1, dropout outside [0, 1] and a
mask that is missing, needless or of another shape.
Source: torch.nn.GRU.
"""

from typing import Any

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._between_layers import layer_masks, passed_on
from ._gru_gates import gru_step, gru_step_pullback
from ._recurrent import check_network, steps_and_batch, suffix, swapped, time_major, walk


def forward(
    params: Params,
    x: Array,
    h_0: Array | None,
    mask: Array | None,
    *,
    input_size: int,
    hidden_size: int,
    num_layers: int,
    bias: bool,
    batch_first: bool,
    dropout: float,
    bidirectional: bool,
    training: bool,
) -> tuple[Array, Array]:
    """Return output and h_n."""
    return vjp(
        params,
        x,
        h_0,
        mask,
        input_size=input_size,
        hidden_size=hidden_size,
        num_layers=num_layers,
        bias=bias,
        batch_first=batch_first,
        dropout=dropout,
        bidirectional=bidirectional,
        training=training,
    )[0]


def vjp(
    params: Params,
    x: Array,
    h_0: Array | None,
    mask: Array | None,
    *,
    input_size: int,
    hidden_size: int,
    num_layers: int,
    bias: bool,
    batch_first: bool,
    dropout: float,
    bidirectional: bool,
    training: bool,
) -> tuple[tuple[Array, Array], Pullback]:
    """Return (output, h_n) and the map from their cotangents to those of all params, x and h_0."""
    check_network(input_size, hidden_size, num_layers, dropout)
    shape, dtype = x.shape, x.dtype
    batch_first = batch_first and len(shape) == 3
    steps, batch = steps_and_batch(shape, input_size, batch_first)
    directions = 2 if bidirectional else 1
    cells = num_layers * directions
    state_shape = (cells, hidden_size) if len(shape) == 2 else (cells, batch, hidden_size)
    if h_0 is not None and h_0.shape != state_shape:
        raise ValueError(f"h_0 must have shape {state_shape}, got {h_0.shape}")
    layer_sizes = [input_size] + [directions * hidden_size] * num_layers
    kept = layer_masks(mask, (*shape[:-1], layer_sizes[-1]), num_layers, batch_first, dropout, training)
    rows = 3 * hidden_size
    weights = []
    for layer, direction in indices(num_layers, directions):
        end = suffix(layer, direction)
        w_ih = parameter(params, "weight_ih" + end, (rows, layer_sizes[layer]))
        w_hh = parameter(params, "weight_hh" + end, (rows, hidden_size))
        b_ih = parameter(params, "bias_ih" + end, (rows,)) if bias else zeros(rows)
        b_hh = parameter(params, "bias_hh" + end, (rows,)) if bias else zeros(rows)
        weights.append((w_ih, w_hh, b_ih, b_hh))
    start = zeros(cells, batch, hidden_size) if h_0 is None else to_lists(h_0, (cells, batch, hidden_size))

    # layer_x[layer][t][n][i] is what a layer reads, layer_h[layer][t][n][i] its output.
    layer_x = [time_major(x, steps, batch, input_size, batch_first)] * num_layers
    layer_h = zeros(num_layers, steps, batch, layer_sizes[-1])
    before, gates = zeros(cells, steps, batch), zeros(cells, steps, batch)
    h_n = zeros(cells, batch)
    for layer, direction in indices(num_layers, directions):
        cell, first = layer * directions + direction, direction * hidden_size
        if layer > 0 and direction == 0:
            layer_x[layer] = passed_on(layer_h[layer - 1], kept[layer - 1], dropout)
        for n in range(batch):
            h = start[cell][n]
            for t in walk(steps, direction):
                before[cell][t][n] = h
                h, gates[cell][t][n] = gru_step(layer_x[layer][t][n], h, weights[cell])
                for k in range(hidden_size):
                    layer_h[layer][t][n][first + k] = h[k]
            h_n[cell][n] = h

    def pullback(cotangent: Any) -> tuple[dict[str, Array], tuple[Array, Array | None, None]]:
        doutput = time_major(cotangent[0], steps, batch, layer_sizes[-1], batch_first)
        dh_n = to_lists(cotangent[1], (cells, batch, hidden_size))
        dh_0 = zeros(cells, batch)
        params_cotangents: dict[str, Array] = {}
        for layer in reversed(range(num_layers)):
            size = layer_sizes[layer]
            dlayer_x = zeros(steps, batch, size)
            for direction in range(directions):
                cell, first = layer * directions + direction, direction * hidden_size
                dweights = zeros(rows, size), zeros(rows, hidden_size), zeros(rows), zeros(rows)
                for n in range(batch):
                    dh = dh_n[cell][n]
                    for t in reversed(walk(steps, direction)):
                        g = [dh[k] + doutput[t][n][first + k] for k in range(hidden_size)]
                        x_t, h, dx_t = layer_x[layer][t][n], before[cell][t][n], dlayer_x[t][n]
                        dh = gru_step_pullback(g, x_t, h, weights[cell], gates[cell][t][n], dx_t, dweights)
                    dh_0[cell][n] = dh
                end = suffix(layer, direction)
                params_cotangents["weight_ih" + end] = to_array(dweights[0], (rows, size), dtype)
                params_cotangents["weight_hh" + end] = to_array(dweights[1], (rows, hidden_size), dtype)
                if bias:
                    params_cotangents["bias_ih" + end] = to_array(dweights[2], (rows,), dtype)
                    params_cotangents["bias_hh" + end] = to_array(dweights[3], (rows,), dtype)
            doutput = dlayer_x if layer == 0 else passed_on(dlayer_x, kept[layer - 1], dropout)
        dx = swapped(doutput, batch, steps) if batch_first else doutput
        dh_0_array = None if h_0 is None else to_array(dh_0, state_shape, dtype)
        return params_cotangents, (to_array(dx, shape, dtype), dh_0_array, None)

    output = swapped(layer_h[-1], batch, steps) if batch_first else layer_h[-1]
    output_array = to_array(output, (*shape[:-1], layer_sizes[-1]), dtype)
    return (output_array, to_array(h_n, state_shape, dtype)), pullback

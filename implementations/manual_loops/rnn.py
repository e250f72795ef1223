"""Layers of recurrent cells, in one direction or both.

    a[t][n][k] = sum_i weight_ih[k][i] * x[t][n][i] + bias_ih[k]
               + sum_m weight_hh[k][m] * h[before t][n][m] + bias_hh[k]
    h[t][n][k] = tanh(a[t][n][k]) or relu(a[t][n][k])

Forwards, the step before t is t - 1 and the first is 0; in reverse it is t + 1 and the first is T - 1; before
the first stands h_0. output[t] is h[t] of both directions side by side, forwards first, and is the x of the
next layer, with the dropout of _between_layers.py. h_n is the h of the last step: T - 1 forwards, 0 in reverse.

With L layers of D directions (h_0, which may be None for zeros, and h_n have one entry for each
cell = layer * D + direction):
x (T, N, input_size), (N, T, input_size) if batch_first, or (T, input_size)
output as x, but with D * hidden_size in place of input_size
h_0 and h_n (L * D, N, hidden_size), or (L * D, hidden_size) where x has no N
mask of booleans (L - 1, *output.shape), only in training with dropout > 0 and L > 1
weight_ih_l{layer} (hidden_size, input_size), in later layers (hidden_size, D * hidden_size)
weight_hh_l{layer} (hidden_size, hidden_size), bias_ih_l{layer} and bias_hh_l{layer} (hidden_size,)
and all four again with _reverse at the end of the name

Raises ValueError for shapes that do not fit, an x without time steps, an unknown nonlinearity, sizes below 1,
dropout outside [0, 1] and a mask that is missing, needless or of another shape.
Source: torch.nn.RNN.
"""

import math
from typing import Any

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._between_layers import layer_masks, passed_on
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
    nonlinearity: str,
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
        nonlinearity=nonlinearity,
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
    nonlinearity: str,
    bias: bool,
    batch_first: bool,
    dropout: float,
    bidirectional: bool,
    training: bool,
) -> tuple[tuple[Array, Array], Pullback]:
    """Return (output, h_n) and the map from their cotangents to those of all params, x and h_0."""
    check_network(input_size, hidden_size, num_layers, dropout)
    if nonlinearity not in ("tanh", "relu"):
        raise ValueError(f"nonlinearity must be tanh or relu, got {nonlinearity!r}")
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
    weights = []
    for layer, direction in indices(num_layers, directions):
        end = suffix(layer, direction)
        w_ih = parameter(params, "weight_ih" + end, (hidden_size, layer_sizes[layer]))
        w_hh = parameter(params, "weight_hh" + end, (hidden_size, hidden_size))
        b_ih = parameter(params, "bias_ih" + end, (hidden_size,)) if bias else zeros(hidden_size)
        b_hh = parameter(params, "bias_hh" + end, (hidden_size,)) if bias else zeros(hidden_size)
        weights.append((w_ih, w_hh, b_ih, b_hh))
    start = zeros(cells, batch, hidden_size) if h_0 is None else to_lists(h_0, (cells, batch, hidden_size))

    # layer_x[layer][t][n][i] is what a layer reads, layer_h[layer][t][n][i] its output.
    layer_x = [time_major(x, steps, batch, input_size, batch_first)] * num_layers
    layer_h = zeros(num_layers, steps, batch, layer_sizes[-1])
    before = zeros(cells, steps, batch, hidden_size)
    h_n = zeros(cells, batch, hidden_size)
    for layer, direction in indices(num_layers, directions):
        cell = layer * directions + direction
        if layer > 0 and direction == 0:
            layer_x[layer] = passed_on(layer_h[layer - 1], kept[layer - 1], dropout)
        w_ih, w_hh, b_ih, b_hh = weights[cell]
        h = start[cell]
        for t in walk(steps, direction):
            before[cell][t] = h
            h = zeros(batch, hidden_size)
            for n, k in indices(batch, hidden_size):
                from_x = from_h = 0.0
                for i in range(layer_sizes[layer]):
                    from_x += w_ih[k][i] * layer_x[layer][t][n][i]
                for m in range(hidden_size):
                    from_h += w_hh[k][m] * before[cell][t][n][m]
                h[n][k] = activation(nonlinearity, (from_x + b_ih[k]) + (from_h + b_hh[k]))
                layer_h[layer][t][n][direction * hidden_size + k] = h[n][k]
        h_n[cell] = h

    def pullback(cotangent: Any) -> tuple[dict[str, Array], tuple[Array, Array | None, None]]:
        doutput = time_major(cotangent[0], steps, batch, layer_sizes[-1], batch_first)
        dh_n = to_lists(cotangent[1], (cells, batch, hidden_size))
        dh_0 = zeros(cells, batch, hidden_size)
        params_cotangents: dict[str, Array] = {}
        for layer in reversed(range(num_layers)):
            dlayer_x = zeros(steps, batch, layer_sizes[layer])
            for direction in range(directions):
                cell = layer * directions + direction
                w_ih, w_hh, _, _ = weights[cell]
                dw_ih = zeros(hidden_size, layer_sizes[layer])
                dw_hh = zeros(hidden_size, hidden_size)
                db = zeros(hidden_size)
                dh = dh_n[cell]
                for t in reversed(walk(steps, direction)):
                    dbefore = zeros(batch, hidden_size)
                    for n, k in indices(batch, hidden_size):
                        h = layer_h[layer][t][n][direction * hidden_size + k]
                        g = dh[n][k] + doutput[t][n][direction * hidden_size + k]
                        da = activation_pullback(nonlinearity, h, g)
                        for i in range(layer_sizes[layer]):
                            dw_ih[k][i] += da * layer_x[layer][t][n][i]
                            dlayer_x[t][n][i] += da * w_ih[k][i]
                        for m in range(hidden_size):
                            dw_hh[k][m] += da * before[cell][t][n][m]
                            dbefore[n][m] += da * w_hh[k][m]
                        db[k] += da
                    dh = dbefore
                dh_0[cell] = dh
                end = suffix(layer, direction)
                params_cotangents["weight_ih" + end] = to_array(
                    dw_ih, (hidden_size, layer_sizes[layer]), dtype
                )
                params_cotangents["weight_hh" + end] = to_array(dw_hh, (hidden_size, hidden_size), dtype)
                if bias:
                    params_cotangents["bias_ih" + end] = to_array(db, (hidden_size,), dtype)
                    params_cotangents["bias_hh" + end] = to_array(db, (hidden_size,), dtype)
            doutput = dlayer_x if layer == 0 else passed_on(dlayer_x, kept[layer - 1], dropout)
        dx = swapped(doutput, batch, steps) if batch_first else doutput
        dh_0_array = None if h_0 is None else to_array(dh_0, state_shape, dtype)
        return params_cotangents, (to_array(dx, shape, dtype), dh_0_array, None)

    output = swapped(layer_h[-1], batch, steps) if batch_first else layer_h[-1]
    output_array = to_array(output, (*shape[:-1], layer_sizes[-1]), dtype)
    return (output_array, to_array(h_n, state_shape, dtype)), pullback


def activation(nonlinearity: str, a: float) -> float:
    """Return tanh(a) or relu(a); nan stays nan."""
    if nonlinearity == "tanh":
        return math.tanh(a)
    return 0.0 if a < 0 else a


def activation_pullback(nonlinearity: str, h: float, g: float) -> float:
    """Return the cotangent of a, given h = activation(a) and the cotangent g of h."""
    if nonlinearity == "tanh":
        return g * (1.0 - h * h)
    return 0.0 if h <= 0 else g

"""Layers of long short-term memories, in one direction or both.

    h[t][n], c[t][n] = m, c' of _lstm_step.py, from x[t][n], h[before t][n] and c[before t][n]
    h[t][n][p] = sum_k weight_hr[p][k] * m[k], if proj_size > 0

Forwards, the step before t is t - 1 and the first is 0; in reverse it is t + 1 and the first is T - 1; before
the first stand h_0 and c_0. output[t] is h[t] of both directions side by side, forwards first, and is the x
of the next layer, with the dropout of _between_layers.py. h_n and c_n are the h and c of the last step: T - 1
forwards, 0 in reverse.

With L layers of D directions and R = proj_size or hidden_size (the states, which may be None for zeros, have one
entry for each cell = layer * D + direction):
x (T, N, input_size), (N, T, input_size) if batch_first, or (T, input_size)
output as x, but with D * R in place of input_size
h_0 and h_n (L * D, N, R), or (L * D, R) where x has no N; c_0 and c_n the same with hidden_size in place of R
mask of booleans (L - 1, *output.shape), only in training with dropout > 0 and L > 1
weight_ih_l{layer} (4 * hidden_size, input_size), in later layers (4 * hidden_size, D * R)
weight_hh_l{layer} (4 * hidden_size, R), bias_ih_l{layer} and bias_hh_l{layer} (4 * hidden_size,)
weight_hr_l{layer} (R, hidden_size) if proj_size > 0
and all of them again with _reverse at the end of the name

Raises ValueError for shapes that do not fit, one of h_0 and c_0 alone, an x without time steps, sizes below 1,
proj_size outside [0, hidden_size), dropout outside [0, 1], a mask that is missing, needless or of another shape.
Source: torch.nn.LSTM.
"""

from typing import Any

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._between_layers import layer_masks, passed_on
from ._lstm_step import step, step_pullback
from ._recurrent import check_network, steps_and_batch, suffix, swapped, time_major, walk


def forward(
    params: Params,
    x: Array,
    h_0: Array | None,
    c_0: Array | None,
    mask: Array | None,
    *,
    input_size: int,
    hidden_size: int,
    num_layers: int,
    bias: bool,
    batch_first: bool,
    dropout: float,
    bidirectional: bool,
    proj_size: int,
    training: bool,
) -> tuple[Array, tuple[Array, Array]]:
    """Return output and (h_n, c_n)."""
    return vjp(
        params,
        x,
        h_0,
        c_0,
        mask,
        input_size=input_size,
        hidden_size=hidden_size,
        num_layers=num_layers,
        bias=bias,
        batch_first=batch_first,
        dropout=dropout,
        bidirectional=bidirectional,
        proj_size=proj_size,
        training=training,
    )[0]


def vjp(
    params: Params,
    x: Array,
    h_0: Array | None,
    c_0: Array | None,
    mask: Array | None,
    *,
    input_size: int,
    hidden_size: int,
    num_layers: int,
    bias: bool,
    batch_first: bool,
    dropout: float,
    bidirectional: bool,
    proj_size: int,
    training: bool,
) -> tuple[tuple[Array, tuple[Array, Array]], Pullback]:
    """Return (output, (h_n, c_n)) and the map from their cotangents to those of all params, x, h_0 and c_0."""
    check_network(input_size, hidden_size, num_layers, dropout)
    if not 0 <= proj_size < hidden_size:
        raise ValueError(f"proj_size must be within 0 and {hidden_size - 1}, got {proj_size}")
    if (h_0 is None) != (c_0 is None):
        raise ValueError("h_0 and c_0 must be given together, or neither of them")
    shape, dtype = x.shape, x.dtype
    batch_first = batch_first and len(shape) == 3
    steps, batch = steps_and_batch(shape, input_size, batch_first)
    directions = 2 if bidirectional else 1
    cells = num_layers * directions
    state_size = proj_size if proj_size > 0 else hidden_size
    h_shape = (cells, state_size) if len(shape) == 2 else (cells, batch, state_size)
    c_shape = (*h_shape[:-1], hidden_size)
    h_start, c_start = zeros(cells, batch, state_size), zeros(cells, batch, hidden_size)
    if h_0 is not None and c_0 is not None:
        if h_0.shape != h_shape or c_0.shape != c_shape:
            raise ValueError(
                f"h_0 and c_0 must have shapes {h_shape} and {c_shape}, got {h_0.shape}, {c_0.shape}"
            )
        h_start = to_lists(h_0, (cells, batch, state_size))
        c_start = to_lists(c_0, (cells, batch, hidden_size))
    rows = 4 * hidden_size
    layer_sizes = [input_size] + [directions * state_size] * num_layers
    kept = layer_masks(mask, (*shape[:-1], layer_sizes[-1]), num_layers, batch_first, dropout, training)
    weights = []
    for layer, direction in indices(num_layers, directions):
        end = suffix(layer, direction)
        w_ih = parameter(params, "weight_ih" + end, (rows, layer_sizes[layer]))
        w_hh = parameter(params, "weight_hh" + end, (rows, state_size))
        b_ih = parameter(params, "bias_ih" + end, (rows,)) if bias else zeros(rows)
        b_hh = parameter(params, "bias_hh" + end, (rows,)) if bias else zeros(rows)
        w_hr = parameter(params, "weight_hr" + end, (proj_size, hidden_size)) if proj_size > 0 else None
        weights.append((w_ih, w_hh, b_ih, b_hh, w_hr))

    # layer_x[layer][t][n][i] is what a layer reads, layer_h[layer][t][n][i] its output.
    layer_x = [time_major(x, steps, batch, input_size, batch_first)] * num_layers
    layer_h = zeros(num_layers, steps, batch, layer_sizes[-1])
    before = zeros(cells, steps, batch)
    units = zeros(cells, steps, batch)
    h_n, c_n = zeros(cells, batch), zeros(cells, batch)
    for layer, direction, n in indices(num_layers, directions, batch):
        cell = layer * directions + direction
        if layer > 0 and direction == 0 and n == 0:
            layer_x[layer] = passed_on(layer_h[layer - 1], kept[layer - 1], dropout)
        w_ih, w_hh, b_ih, b_hh, w_hr = weights[cell]
        h, c = h_start[cell][n], c_start[cell][n]
        for t in walk(steps, direction):
            before[cell][t][n] = h
            found = step(layer_x[layer][t][n], h, c, w_ih, w_hh, b_ih, b_hh)
            units[cell][t][n] = found
            c = [unit.c for unit in found]
            h = [unit.m for unit in found]
            if w_hr is not None:
                h = [sum(w_hr[p][k] * found[k].m for k in range(hidden_size)) for p in range(proj_size)]
            for p in range(state_size):
                layer_h[layer][t][n][direction * state_size + p] = h[p]
        h_n[cell][n], c_n[cell][n] = h, c

    def pullback(cotangent: Any) -> tuple[dict[str, Array], tuple[Array, Array | None, Array | None, None]]:
        doutput = time_major(cotangent[0], steps, batch, layer_sizes[-1], batch_first)
        dh_0 = to_lists(cotangent[1][0], (cells, batch, state_size))
        dc_0 = to_lists(cotangent[1][1], (cells, batch, hidden_size))
        params_cotangents: dict[str, Array] = {}
        for layer in reversed(range(num_layers)):
            width = layer_sizes[layer]
            dlayer_x = zeros(steps, batch, width)
            for direction in range(directions):
                cell = layer * directions + direction
                w_ih, w_hh, _, _, w_hr = weights[cell]
                dw_ih, dw_hh, db = zeros(rows, width), zeros(rows, state_size), zeros(rows)
                dw_hr = zeros(proj_size, hidden_size)
                for n in range(batch):
                    dh, dc = dh_0[cell][n], dc_0[cell][n]
                    for t in reversed(walk(steps, direction)):
                        dh = [dh[p] + doutput[t][n][direction * state_size + p] for p in range(state_size)]
                        dm = dh
                        if w_hr is not None:
                            dm = zeros(hidden_size)
                            for p, k in indices(proj_size, hidden_size):
                                dm[k] += dh[p] * w_hr[p][k]
                                dw_hr[p][k] += dh[p] * units[cell][t][n][k].m
                        da, dc = step_pullback(units[cell][t][n], dm, dc)
                        dh = zeros(state_size)
                        for r in range(rows):
                            for i in range(width):
                                dw_ih[r][i] += da[r] * layer_x[layer][t][n][i]
                                dlayer_x[t][n][i] += da[r] * w_ih[r][i]
                            for m in range(state_size):
                                dw_hh[r][m] += da[r] * before[cell][t][n][m]
                                dh[m] += da[r] * w_hh[r][m]
                            db[r] += da[r]
                    dh_0[cell][n], dc_0[cell][n] = dh, dc
                end = suffix(layer, direction)
                params_cotangents["weight_ih" + end] = to_array(dw_ih, (rows, width), dtype)
                params_cotangents["weight_hh" + end] = to_array(dw_hh, (rows, state_size), dtype)
                if bias:
                    params_cotangents["bias_ih" + end] = to_array(db, (rows,), dtype)
                    params_cotangents["bias_hh" + end] = to_array(db, (rows,), dtype)
                if w_hr is not None:
                    params_cotangents["weight_hr" + end] = to_array(dw_hr, (proj_size, hidden_size), dtype)
            doutput = dlayer_x if layer == 0 else passed_on(dlayer_x, kept[layer - 1], dropout)
        dx = to_array(swapped(doutput, batch, steps) if batch_first else doutput, shape, dtype)
        if h_0 is None:
            return params_cotangents, (dx, None, None, None)
        dstates = to_array(dh_0, h_shape, dtype), to_array(dc_0, c_shape, dtype)
        return params_cotangents, (dx, *dstates, None)

    output = swapped(layer_h[-1], batch, steps) if batch_first else layer_h[-1]
    output_array = to_array(output, (*shape[:-1], layer_sizes[-1]), dtype)
    return (output_array, (to_array(h_n, h_shape, dtype), to_array(c_n, c_shape, dtype))), pullback

"""Layers of gated recurrent units, stacked num_layers high.

    r = sigmoid(x[t] W_ir^T + b_ir + h[t] W_hr^T + b_hr)        q = h[t] W_hn^T + b_hn
    z = sigmoid(x[t] W_iz^T + b_iz + h[t] W_hz^T + b_hz)        n = tanh(x[t] W_in^T + b_in + r q)
    h[t+1] = n + z (h[t] - n)        output[t] = h[t+1]        h_n = h[T]
    g = d_output[t] + dh[t+1]        dh[T] = d_h_n
    dn = g (1 - z) (1 - n^2)        dr = dn q r (1 - r)        dz = g (h[t] - n) z (1 - z)
    d_i = (dr, dz, dn)        dx = d_i W_ih        dW_ih = sum d_i^T x        db_ih = sum d_i
    d_h = (dr, dz, dn r)        dh[t] = g z + d_h W_hh        dW_hh = sum d_h^T h        db_hh = sum d_h

The reverse direction sees the sequence from its end; its outputs are turned back into time order and stand behind
those of the forward direction. The next layer sees both; in training with dropout > 0, where the mask keeps them,
divided by 1 - dropout. h_0 and h_n are ordered by layer, then by direction.

Shapes: x (T, N, input_size), (N, T, input_size) with batch_first, or (T, input_size) without a batch;
output the same with D H features, D = 2 if bidirectional; h_0 and h_n (num_layers D, N, H) or (num_layers D, H);
mask (num_layers - 1, *output.shape) of booleans, where something is dropped;
weight_ih_l{k} (3 H, input_size), (3 H, D H) for k > 0; weight_hh_l{k} (3 H, H); bias_ih_l{k}, bias_hh_l{k}
(3 H,), the gates in the order r, z, n.
Raises: ValueError for x, h_0 or a mask of other shapes, a mask where nothing is dropped and none where something
is, no time step, sizes that are not positive, a dropout outside 0 to 1.
Source: torch.nn.GRU; Cho et al. (2014); Werbos (1990) for the pullback.
"""

from typing import TypeAlias

import numpy as np

from ._between_layers import layer_scales
from ._gru_recurrence import GatedRun, recur_gated, recur_gated_transpose
from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._sequence import arranged, check_options, checked_inputs, time_first

Turn: TypeAlias = tuple[str, slice]
"""A direction: what its parameters' names end in, and the order in which it sees the steps."""

Run: TypeAlias = tuple[str, slice, GatedRun]
"""A layer in a direction: its parameters' suffix, the order of the steps, what it computed in that order."""

TURNS: tuple[Turn, ...] = (("", slice(None)), ("_reverse", slice(None, None, -1)))


@ieee
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
    check_options(input_size, hidden_size, num_layers, "tanh", dropout)
    turns = TURNS[: 1 + bidirectional]
    steps, start = checked_inputs(x, h_0, input_size, num_layers * len(turns), hidden_size, batch_first)
    features = hidden_size * len(turns)
    scales = layer_scales(mask, x, num_layers, features, batch_first, dropout, training)
    output, runs = _run(params, steps, start, scales, turns, bias)
    return arranged(output, x, batch_first), _last(runs, x)


@ieee
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
    check_options(input_size, hidden_size, num_layers, "tanh", dropout)
    turns = TURNS[: 1 + bidirectional]
    steps, start = checked_inputs(x, h_0, input_size, num_layers * len(turns), hidden_size, batch_first)
    features = hidden_size * len(turns)
    scales = layer_scales(mask, x, num_layers, features, batch_first, dropout, training)
    output, runs = _run(params, steps, start, scales, turns, bias)

    @ieee
    def pullback(cotangent: tuple[Array, Array]) -> Cotangents:
        d_output, d_h_n = time_first(cotangent[0], batch_first), cotangent[1].reshape(start.shape)
        d_params: dict[str, Array | None] = {}
        d_h_0 = np.empty(start.shape, start.dtype)
        for layer in reversed(range(num_layers)):
            d_inputs = []
            for k, d_steps in enumerate(np.split(d_output, len(turns), axis=2), layer * len(turns)):
                suffix, turn, run = runs[k]
                weights = params["weight_ih" + suffix], params["weight_hh" + suffix]
                d_seen, d_h_0[k], d_weight_ih, d_weight_hh, d_bias_ih, d_bias_hh = recur_gated_transpose(
                    d_steps[turn], d_h_n[k], run, *weights
                )
                d_inputs.append(d_seen[turn])
                d_params |= {"weight_ih" + suffix: d_weight_ih, "weight_hh" + suffix: d_weight_hh}
                if bias:
                    d_params |= {"bias_ih" + suffix: d_bias_ih, "bias_hh" + suffix: d_bias_hh}
            d_output = d_inputs[0] + d_inputs[1] if bidirectional else d_inputs[0]
            if layer and scales:
                d_output = d_output * scales[layer - 1]
        d_start = None if h_0 is None else d_h_0.reshape(h_0.shape)
        return d_params, (arranged(d_output, x, batch_first), d_start, None)

    return (arranged(output.copy(), x, batch_first), _last(runs, x)), pullback


def _run(
    params: Params, x: Array, h_0: Array, scales: list[Array], turns: tuple[Turn, ...], bias: bool
) -> tuple[Array, list[Run]]:
    """The output of the last layer, and all runs in the order of h_0."""
    runs: list[Run] = []
    for layer in range(len(h_0) // len(turns)):
        if layer and scales:
            x = x * scales[layer - 1]
        outputs = []
        for reverse, turn in turns:
            suffix = f"_l{layer}{reverse}"
            biases = (params["bias_ih" + suffix], params["bias_hh" + suffix]) if bias else (None, None)
            weights = params["weight_ih" + suffix], params["weight_hh" + suffix]
            run = recur_gated(x[turn], h_0[len(runs)], *weights, *biases)
            runs.append((suffix, turn, run))
            outputs.append(run.h[1:][turn])
        x = np.concatenate(outputs, axis=2) if len(turns) == 2 else outputs[0]
    return x, runs


def _last(runs: list[Run], x: Array) -> Array:
    """h_n in the layout of x."""
    h_n = np.stack([run.h[-1] for _, _, run in runs])
    return h_n if x.ndim == 3 else h_n[:, 0]

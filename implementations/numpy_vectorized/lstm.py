"""Layers of long short-term memories, stacked num_layers high.

    a = x[t] W_ih^T + b_ih + h[t] W_hh^T + b_hh = [a_i a_f a_g a_o]
    i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)        g = tanh(a_g)
    c[t+1] = f c[t] + i g        m[t] = o tanh(c[t+1])        h[t+1] = m[t], or m[t] W_hr^T where it is projected

    dp = d_output[t] + dh[t+1]        dm = dp, or dp W_hr        dc~ = dc[t+1] + dm o (1 - tanh(c[t+1])^2)
    da = [dc~ g (1 - i) i,  dc~ c[t] (1 - f) f,  dc~ i (1 - g^2),  dm tanh(c[t+1]) (1 - o) o]
    dh[t] = da W_hh        dc[t] = dc~ f        dx = da W_ih
    dW_ih = sum da^T x    dW_hh = sum da^T h[t]    db_ih = db_hh = sum da    dW_hr = sum dp^T m

h[0] = h_0, c[0] = c_0, output[t] = h[t+1], h_n = h[T] and c_n = c[T]. The reverse direction sees the sequence
from its end; its outputs are turned back into time order and stand behind those of the forward direction. The
next layer sees both; in training with dropout > 0, where the mask keeps them, divided by 1 - dropout. The states
are ordered by layer, then by direction.

Shapes: x (T, N, input_size), (N, T, input_size) with batch_first, or (T, input_size) without a batch;
output the same with D R features, D = 2 if bidirectional, R = proj_size or H; h_0 and h_n (num_layers D, N, R),
c_0 and c_n (num_layers D, N, H), without N if x has none; weight_ih_l{k} (4 H, input_size), (4 H, D R) for k > 0;
weight_hh_l{k} (4 H, R); bias_ih_l{k}, bias_hh_l{k} (4 H,); weight_hr_l{k} (R, H);
mask (num_layers - 1, *output.shape) of booleans, where something is dropped.
Raises: ValueError for x, h_0, c_0 or a mask of other shapes, for only one of h_0 and c_0, a mask where nothing is
dropped and none where something is, no time step, sizes that are not positive, a proj_size outside 0 to H - 1, a
dropout outside 0 to 1.
Source: torch.nn.LSTM; Hochreiter, Schmidhuber (1997); Sak, Senior, Beaufays (2014) for the projection.
"""

from typing import TypeAlias

import numpy as np

from ._between_layers import layer_scales
from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._lstm_recurrence import Memory, remember, remember_transpose
from ._sequence import arranged, check_options, checked_inputs, time_first

Turn: TypeAlias = tuple[str, slice]
"""A direction: what its parameters' names end in, and the order in which it sees the steps."""

Run: TypeAlias = tuple[str, slice, Memory]
"""A layer in a direction: its parameters' suffix, the order of the steps, its memory."""

Output: TypeAlias = tuple[Array, tuple[Array, Array]]

TURNS: tuple[Turn, ...] = (("", slice(None)), ("_reverse", slice(None, None, -1)))


@ieee
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
) -> Output:
    turns = TURNS[: 1 + bidirectional]
    _check_options(input_size, hidden_size, num_layers, dropout, proj_size)
    steps, h, c = _checked_inputs(
        x, h_0, c_0, input_size, num_layers, turns, hidden_size, proj_size, batch_first
    )
    features = (proj_size or hidden_size) * len(turns)
    scales = layer_scales(mask, x, num_layers, features, batch_first, dropout, training)
    output, runs = _run(params, steps, h, c, scales, turns, bias, keep=False)
    return arranged(output, x, batch_first), _last(runs, x)


@ieee
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
) -> tuple[Output, Pullback]:
    turns = TURNS[: 1 + bidirectional]
    _check_options(input_size, hidden_size, num_layers, dropout, proj_size)
    steps, h, c = _checked_inputs(
        x, h_0, c_0, input_size, num_layers, turns, hidden_size, proj_size, batch_first
    )
    features = (proj_size or hidden_size) * len(turns)
    scales = layer_scales(mask, x, num_layers, features, batch_first, dropout, training)
    output, runs = _run(params, steps, h, c, scales, turns, bias, keep=True)

    @ieee
    def pullback(cotangent: tuple[Array, tuple[Array, Array]]) -> Cotangents:
        d_output = time_first(cotangent[0], batch_first)
        d_h, d_c = cotangent[1][0].reshape(h.shape), cotangent[1][1].reshape(c.shape)
        d_params: dict[str, Array | None] = {}
        d_h_0, d_c_0 = np.empty(h.shape, h.dtype), np.empty(c.shape, c.dtype)
        for layer in reversed(range(num_layers)):
            d_inputs = []
            for k, d_steps in enumerate(np.split(d_output, len(turns), axis=2), layer * len(turns)):
                suffix, turn, memory = runs[k]
                pulled = remember_transpose(d_steps[turn], d_h[k], d_c[k], memory, *_weights(params, suffix))
                d_h_0[k], d_c_0[k] = pulled.h_0, pulled.c_0
                d_inputs.append(pulled.x[turn])
                d_params |= {"weight_ih" + suffix: pulled.weight_ih, "weight_hh" + suffix: pulled.weight_hh}
                if bias:
                    d_params |= {"bias_ih" + suffix: pulled.bias, "bias_hh" + suffix: pulled.bias.copy()}
                if pulled.weight_hr is not None:
                    d_params["weight_hr" + suffix] = pulled.weight_hr
            d_output = d_inputs[0] + d_inputs[1] if bidirectional else d_inputs[0]
            if layer and scales:
                d_output = d_output * scales[layer - 1]
        d_x = arranged(d_output, x, batch_first)
        if h_0 is None or c_0 is None:
            return d_params, (d_x, None, None, None)
        return d_params, (d_x, d_h_0.reshape(h_0.shape), d_c_0.reshape(c_0.shape), None)

    return (arranged(output, x, batch_first), _last(runs, x)), pullback


def _run(
    params: Params,
    x: Array,
    h_0: Array,
    c_0: Array,
    scales: list[Array],
    turns: tuple[Turn, ...],
    bias: bool,
    keep: bool,
) -> tuple[Array, list[Run]]:
    """The output of the last layer, and all runs in the order of the states."""
    runs: list[Run] = []
    for layer in range(len(h_0) // len(turns)):
        if layer and scales:
            x = x * scales[layer - 1]
        outputs = []
        for reverse, turn in turns:
            suffix, k = f"_l{layer}{reverse}", len(runs)
            b = params["bias_ih" + suffix] + params["bias_hh" + suffix] if bias else 0
            w_ih, w_hh, w_hr = _weights(params, suffix)
            memory = remember(x[turn], h_0[k], c_0[k], w_ih, w_hh, b, w_hr, keep)
            runs.append((suffix, turn, memory))
            outputs.append(memory.h[1:][turn])
        x = np.concatenate(outputs, axis=2)
    return x, runs


def _weights(params: Params, suffix: str) -> tuple[Array, Array, Array | None]:
    """W_ih, W_hh and, where h is projected, W_hr."""
    return params["weight_ih" + suffix], params["weight_hh" + suffix], params.get("weight_hr" + suffix)


def _last(runs: list[Run], x: Array) -> tuple[Array, Array]:
    """h_n and c_n in the layout of x."""
    h_n, c_n = map(np.stack, zip(*(memory.last for *_, memory in runs), strict=True))
    return (h_n, c_n) if x.ndim == 3 else (h_n[:, 0], c_n[:, 0])


def _check_options(
    input_size: int, hidden_size: int, num_layers: int, dropout: float, proj_size: int
) -> None:
    """Refuse what no recurrent layer takes, and projections that are none."""
    check_options(input_size, hidden_size, num_layers, "tanh", dropout)
    if not 0 <= proj_size < hidden_size:
        raise ValueError(f"proj_size must be at least 0 and less than hidden_size, not {proj_size}")


def _checked_inputs(
    x: Array,
    h_0: Array | None,
    c_0: Array | None,
    input_size: int,
    num_layers: int,
    turns: tuple[Turn, ...],
    hidden_size: int,
    proj_size: int,
    batch_first: bool,
) -> tuple[Array, Array, Array]:
    """View x as (T, N, input_size) and the states as (num_layers D, N, size), zeros where they are None."""
    if (h_0 is None) != (c_0 is None):
        raise ValueError("h_0 and c_0 must both be given, or both be None")
    count = num_layers * len(turns)
    steps, h = checked_inputs(x, h_0, input_size, count, proj_size or hidden_size, batch_first)
    try:
        _, c = checked_inputs(x, c_0, input_size, count, hidden_size, batch_first)
    except ValueError as error:
        raise ValueError(str(error).replace("h_0", "c_0")) from None
    return steps, h, c

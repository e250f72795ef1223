"""One step of a long short-term memory.

    a = x W_ih^T + b_ih + h W_hh^T + b_hh = [a_i a_f a_g a_o]
    i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)        g = tanh(a_g)
    c' = f c + i g        h' = o tanh(c')

    dc~ = dc' + dh' o (1 - tanh(c')^2)        dc = dc~ f
    da = [dc~ g (1 - i) i,  dc~ c (1 - f) f,  dc~ i (1 - g^2),  dh' tanh(c') (1 - o) o]
    dx = da W_ih    dh = da W_hh    dW_ih = sum da^T x    dW_hh = sum da^T h    db_ih = db_hh = sum da

Shapes: x (N, input_size) or (input_size,); h, c and the outputs h', c' (N, H) or (H,);
weight_ih (4 H, input_size); weight_hh (4 H, H); bias_ih, bias_hh (4 H,).
Raises: ValueError for x, h or c of other shapes, for only one of h and c, and for sizes that are not positive.
Source: torch.nn.LSTMCell; Hochreiter, Schmidhuber (1997).
"""

import numpy as np

from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._lstm_recurrence import Memory, remember, remember_transpose


@ieee
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
    memory = _run(params, x, h, c, input_size, hidden_size, bias)
    return _last(memory, x)


@ieee
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
    memory = _run(params, x, h, c, input_size, hidden_size, bias)

    @ieee
    def pullback(cotangent: tuple[Array, Array]) -> Cotangents:
        d_h, d_c = (np.atleast_2d(part) for part in cotangent)
        weights = params["weight_ih"], params["weight_hh"]
        pulled = remember_transpose(np.zeros_like(d_h)[None], d_h, d_c, memory, *weights, None)
        d_params: dict[str, Array | None] = {"weight_ih": pulled.weight_ih, "weight_hh": pulled.weight_hh}
        if bias:
            d_params |= {"bias_ih": pulled.bias, "bias_hh": pulled.bias.copy()}
        d_x = pulled.x.reshape(x.shape)
        if h is None or c is None:
            return d_params, (d_x, None, None)
        return d_params, (d_x, pulled.h_0.reshape(h.shape), pulled.c_0.reshape(c.shape))

    return _last(memory, x), pullback


def _run(
    params: Params,
    x: Array,
    h: Array | None,
    c: Array | None,
    input_size: int,
    hidden_size: int,
    bias: bool,
) -> Memory:
    """What is remembered of x as the one step of a sequence, (1, N, input_size)."""
    if min(input_size, hidden_size) < 1:
        raise ValueError("input_size and hidden_size must be positive")
    if x.ndim not in (1, 2):
        raise ValueError(f"x must have 1 or 2 dimensions, not {x.ndim}")
    if x.shape[-1] != input_size:
        raise ValueError(f"x has {x.shape[-1]} features, expected {input_size}")
    if (h is None) != (c is None):
        raise ValueError("h and c must both be given, or both be None")
    shape = (*x.shape[:-1], hidden_size)
    for name, state in (("h", h), ("c", c)):
        if state is not None and state.shape != shape:
            raise ValueError(f"{name} has shape {state.shape}, expected {shape}")
    step = np.atleast_2d(x)[None]
    h_0, c_0 = (
        np.zeros((step.shape[1], hidden_size), x.dtype) if state is None else np.atleast_2d(state)
        for state in (h, c)
    )
    b = params["bias_ih"] + params["bias_hh"] if bias else 0
    return remember(step, h_0, c_0, params["weight_ih"], params["weight_hh"], b, None, keep=True)


def _last(memory: Memory, x: Array) -> tuple[Array, Array]:
    """Copy h' and c' in the layout of x, apart from what the pullback reads."""
    h, c = (state.copy() for state in memory.last)
    return (h, c) if x.ndim == 2 else (h[0], c[0])

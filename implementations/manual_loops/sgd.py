"""One step of stochastic gradient descent, for every param p with the gradient g:

    g[i] = sign * g[i] + weight_decay * p[i], sign = -1 to maximize, else 1
    b[i] = momentum * b[i] + (1 - dampening) * g[i]; before the first step there is no b, and b[i] = g[i]
    d[i] = g[i] if momentum is 0, g[i] + momentum * b[i] if nesterov, else b[i]
    p[i] = p[i] - lr * d[i]

The buffer b of the param "name" is state["name.momentum_buffer"]. Without momentum there is no state.

Raises ValueError where names or shapes differ, lr, momentum or weight_decay is negative, or nesterov has no
momentum or a dampening.
Source: torch.optim.SGD.
"""

from collections.abc import Mapping

from ._arrays import Array, Params, to_array, zeros
from ._optimizers import Step, gradient_of, require_names, require_not_negative, state_of


def forward(
    params: Params,
    gradients: Params,
    state: Mapping[str, Array],
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
) -> Step:
    """Return the params after the step, and the state."""
    require_not_negative("lr", lr)
    require_not_negative("momentum", momentum)
    require_not_negative("weight_decay", weight_decay)
    if nesterov and (momentum == 0 or dampening != 0):
        raise ValueError("nesterov needs momentum above 0 and dampening 0")
    require_names(params, gradients, state, ("momentum_buffer",) if momentum != 0 else ())
    sign = -1.0 if maximize else 1.0

    new_params = {}
    new_state = {}
    for name, param in params.items():
        n, shape, dtype = param.size, param.shape, param.dtype
        p = param.reshape(n).tolist()
        g = gradient_of(params, gradients, name)
        first = f"{name}.momentum_buffer" not in state
        b = zeros(n) if first else state_of(params, state, name, "momentum_buffer")
        for i in range(n):
            g[i] = sign * g[i]
            if weight_decay != 0:
                g[i] = g[i] + weight_decay * p[i]
            if momentum == 0:
                d = g[i]
            else:
                b[i] = g[i] if first else momentum * b[i] + (1.0 - dampening) * g[i]
                d = g[i] + momentum * b[i] if nesterov else b[i]
            p[i] = p[i] - lr * d
        new_params[name] = to_array(p, shape, dtype)
        if momentum != 0:
            new_state[f"{name}.momentum_buffer"] = to_array(b, shape, dtype)
    return new_params, new_state

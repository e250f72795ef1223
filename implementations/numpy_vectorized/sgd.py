"""A step of stochastic gradient descent.

    g = gradient + weight_decay param        (the gradient's negative if maximize)
    buffer = momentum buffer + (1 - dampening) g        (g where there is none)
    param = param - lr (g without momentum, g + momentum buffer if nesterov, else buffer)

Shapes: of params, gradients and state["name.momentum_buffer"] the same for each name.
Raises: ValueError if names or shapes differ, or an option is out of range.
Source: torch.optim.SGD.
"""

from ._kernel import Params, ieee
from ._optimizer import State, Step, check, refuse_negative


@ieee
def forward(
    params: Params,
    gradients: Params,
    state: State,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
) -> Step:
    refuse_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
    if nesterov and (momentum == 0 or dampening != 0):
        raise ValueError("nesterov takes a momentum and no dampening")
    check(params, gradients, state, ("momentum_buffer",) if momentum else ())
    stepped, buffers = {}, {}
    for name, param in params.items():
        g = -gradients[name] if maximize else gradients[name]
        if weight_decay:
            g = g + weight_decay * param
        direction = g
        if momentum:
            key = f"{name}.momentum_buffer"
            buffer = momentum * state[key] + (1 - dampening) * g if key in state else g.copy()
            direction = g + momentum * buffer if nesterov else buffer
            buffers[key] = buffer
        stepped[name] = param - lr * direction
    return stepped, buffers

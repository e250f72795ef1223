"""sgd with the coefficients gathered, and with a step that is subtracted term by term."""

from typing import Any

from conformance.tree import Array

from ._alternate import Alternate, Params, alternate_step

Step = tuple[dict[str, Array], dict[str, Array]]


def gathered(
    params: Params,
    gradients: Params,
    state: Params,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
    maximize: bool,
) -> Step:
    """The coefficient of every array is found first: each array is multiplied once."""
    stepped, buffers = {}, {}
    sign = -1.0 if maximize else 1.0
    for name, param in params.items():
        key = f"{name}.momentum_buffer"
        old, first = (state[key], False) if key in state else (0 * param, True)
        enters = 1.0 if first else 1 - dampening
        gradient = sign * gradients[name]
        if momentum == 0:
            stepped[name] = (1 - lr * weight_decay) * param - lr * gradient
            continue
        buffers[key] = enters * gradient + ((enters * weight_decay) * param + momentum * old)
        if nesterov:
            stepped[name] = param - (
                (lr * gradient + (lr * weight_decay) * param) + lr * momentum * buffers[key]
            )
        else:
            stepped[name] = param - lr * buffers[key]
    return stepped, buffers


def negated(params: Params, gradients: Params, state: Params, **config: Any) -> Step:
    """The buffer is kept negated, as a velocity, and added."""
    momentum, lr, decay = config["momentum"], config["lr"], config["weight_decay"]
    stepped, buffers = {}, {}
    for name, param in params.items():
        down = (gradients[name] if config["maximize"] else -gradients[name]) - decay * param
        key = f"{name}.momentum_buffer"
        velocity = down
        if momentum:
            if key in state:
                velocity = (1 - config["dampening"]) * down + momentum * -state[key]
            buffers[key] = -velocity
            velocity = momentum * velocity + down if config["nesterov"] else velocity
        stepped[name] = lr * velocity + param
    return stepped, buffers


ALTERNATES: tuple[Alternate, ...] = (
    alternate_step("sgd", "coefficients gathered", gathered),
    alternate_step("sgd", "negated", negated),
)

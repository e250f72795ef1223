"""Wrong steps of stochastic gradient descent."""

from typing import Any

from ._defect import wrong, wrong_forward
from ._right import Params, right, right_forward

sgd = right("sgd")
forward = right_forward("sgd")


def dampening_of_the_first_step(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The first gradient is dampened on its way into the buffer, too."""
    if config["momentum"]:
        zero = {f"{name}.momentum_buffer": 0 * param for name, param in params.items()}
        state = {**zero, **state}
    return sgd(params, gradients, state, **config)


def dampening_ignored(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The whole gradient enters the buffer."""
    return sgd(params, gradients, state, **{**config, "dampening": 0.0})


def maximize_ignored(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """It always descends."""
    return sgd(params, gradients, state, **{**config, "maximize": False})


def nesterov_ignored(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The step follows the buffer, with nesterov as without."""
    return sgd(params, gradients, state, **{**config, "nesterov": False})


def nesterov_without_momentum(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Nesterov adds the whole buffer to the gradient, not its share of momentum."""
    stepped, buffers = sgd(params, gradients, state, **config)
    if config["nesterov"]:
        sign = -1 if config["maximize"] else 1
        for name, param in params.items():
            gradient = sign * gradients[name] + config["weight_decay"] * param
            stepped[name] = param - config["lr"] * (gradient + buffers[f"{name}.momentum_buffer"])
    return stepped, buffers


def decoupled_weight_decay(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Weight decay shrinks the params directly and stays out of the buffer."""
    shrunk = {name: param * (1 - config["lr"] * config["weight_decay"]) for name, param in params.items()}
    return sgd(shrunk, gradients, state, **{**config, "weight_decay": 0.0})


def weight_decay_turned_by_maximize(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The gradient is negated after the weight decay has been added, so that maximizing grows the weights."""
    if not config["maximize"]:
        return sgd(params, gradients, state, **config)
    decayed = {name: g + config["weight_decay"] * params[name] for name, g in gradients.items()}
    return sgd(params, decayed, state, **{**config, "weight_decay": 0.0})


def buffer_holds_the_step(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The learning rate is in the buffer, as in the papers: another number once it changes."""
    stepped, buffers = sgd(params, gradients, state, **config)
    return stepped, {name: config["lr"] * buffer for name, buffer in buffers.items()}


def state_forgotten(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """The buffer starts afresh in every step."""
    return sgd(params, gradients, {}, **config)


def buffer_of_another_param(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
    """Buffers are matched with params by their order, not by name, where their shapes allow it."""
    keys = [f"{name}.momentum_buffer" for name in params]
    found = [state[key] for key in sorted(keys) if key in state]
    if len(found) == len(keys) and all(
        state[key].shape == b.shape for key, b in zip(keys, found, strict=True)
    ):
        state = dict(zip(keys, found, strict=True))
    return sgd(params, gradients, state, **config)


def buffer_updated_in_place(params: Any, gradients: Any, state: Any, **config: Any) -> Any:
    """The buffer passed in is written over."""
    stepped, buffers = forward(params, gradients, state, **config)
    for name, buffer in buffers.items():
        if name in state and state[name].flags.writeable:
            state[name][...] = buffer
    return stepped, buffers


def state_mapping_updated(params: Any, gradients: Any, state: Any, **config: Any) -> Any:
    """New buffers are put into the mapping passed in."""
    stepped, buffers = forward(params, gradients, state, **config)
    state.update(buffers)
    return stepped, {name: buffer.copy() for name, buffer in buffers.items()}


def missing_gradient_is_zero(params: Any, gradients: Any, state: Any, **config: Any) -> Any:
    """A param without a gradient is taken to have a gradient of zero."""
    return forward(params, {name: gradients.get(name, 0 * p) for name, p in params.items()}, state, **config)


DEFECTS = (
    wrong("sgd", dampening_of_the_first_step, law="agreement"),
    wrong("sgd", dampening_ignored, law="agreement"),
    wrong("sgd", maximize_ignored, law="agreement"),
    wrong("sgd", nesterov_ignored, law="agreement"),
    wrong("sgd", nesterov_without_momentum, law="agreement"),
    wrong("sgd", decoupled_weight_decay, law="agreement"),
    wrong("sgd", weight_decay_turned_by_maximize, law="agreement"),
    wrong("sgd", buffer_holds_the_step, law="ten_steps"),
    wrong("sgd", state_forgotten, law="ten_steps"),
    wrong("sgd", buffer_of_another_param, law="agreement"),
    wrong_forward("sgd", buffer_updated_in_place, law="purity"),
    wrong_forward("sgd", state_mapping_updated, law="purity"),
    wrong_forward("sgd", missing_gradient_is_zero, law="rejection"),
)

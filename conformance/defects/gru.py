"""Wrong networks of gated recurrent units."""

from typing import Any

import torch

from ..eager import Function
from ._between_layers import between_layers
from ._defect import wrong
from ._gru_gates import (
    WRONG_ORDERS,
    Step,
    bias_outside_reset,
    mirrored_update,
    one_bias_cotangent,
    read_in_order,
    reset_before_product,
    reset_detached,
    sigmoid_for_new,
    state_detached_in_update,
    unrolled,
)
from ._networks import network_defects
from ._right import Params, right

gru = right("gru")


def gates_ordered(order: str) -> Function:
    """The defect of reading the gates in that order."""

    def function(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
        return gru(read_in_order(params, order), x, h_0, mask, **config)

    function.__name__ = f"gates_ordered_{order}"
    function.__doc__ = f"The gates are taken to be in the order {order.replace('_', ', ')}, not r, z, n."
    return function


def _by(step: Step, params: Params, x: Any, h_0: Any, mask: Any, config: Any) -> Any:
    gru(params, x, h_0, mask, **config)  # still refuses what is invalid
    return unrolled(step, params, x, h_0, mask, **config)


def reset_before_the_product(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The reset gate acts on h before the recurrent product, as in the paper and in Keras' reset_after=False."""
    return _by(reset_before_product, params, x, h_0, mask, config)


def bias_outside_the_reset_gate(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The bias b_hn is added beside b_in, where the reset gate does not reach it."""
    return gru(bias_outside_reset(params), x, h_0, mask, **config)


def update_gate_exchanged(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The new state is z n + (1 - z) h, as some papers write it."""
    return gru(mirrored_update(params), x, h_0, mask, **config)


def new_gate_is_a_sigmoid(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """A sigmoid makes the new gate, as it makes the other two."""
    return _by(sigmoid_for_new, params, x, h_0, mask, config)


def one_cotangent_for_both_biases(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """bias_hh has the cotangent of bias_ih, without the reset gate."""
    return gru(one_bias_cotangent(params), x, h_0, mask, **config)


def reset_gate_not_differentiated(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The pullback takes the reset gate for a constant."""
    return _by(reset_detached, params, x, h_0, mask, config)


def kept_state_not_differentiated(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The cotangent of h lacks the term g z, what comes through the gates apart."""
    return _by(state_detached_in_update, params, x, h_0, mask, config)


def upper_layers_read_the_input(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """Every layer reads x where it has as many features as the outputs of the layer below."""
    output, h_n = gru(params, x, h_0, mask, **config)
    cells = 1 + config["bidirectional"]
    if config["num_layers"] == 1 or config["input_size"] != cells * config["hidden_size"]:
        return output, h_n
    finals = []
    for layer in range(config["num_layers"]):
        names = (name for name in params if f"_l{layer}" in name)
        own = {name.replace(f"_l{layer}", "_l0"): params[name] for name in names}
        state = None if h_0 is None else h_0[layer * cells : (layer + 1) * cells]
        output, final = gru(own, x, state, None, **{**config, "num_layers": 1, "dropout": 0.0})
        finals.append(final)
    return output, torch.cat(finals)


DEFECTS = (
    *network_defects("gru", {}),
    *(wrong("gru", gates_ordered(order), law="agreement") for order in WRONG_ORDERS),
    wrong("gru", reset_before_the_product, law="agreement"),
    wrong("gru", bias_outside_the_reset_gate, law="agreement"),
    wrong("gru", update_gate_exchanged, law="agreement"),
    wrong("gru", new_gate_is_a_sigmoid, law="agreement"),
    wrong("gru", one_cotangent_for_both_biases, law="vjp"),
    wrong("gru", reset_gate_not_differentiated, law="vjp"),
    wrong("gru", kept_state_not_differentiated, law="vjp"),
    wrong("gru", upper_layers_read_the_input, law="agreement"),
    *(wrong("gru", function, law=law) for function, law in between_layers("gru")),
)

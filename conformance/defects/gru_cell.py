"""Wrong gated steps."""

from typing import Any

import numpy as np
import torch

from ..eager import Function
from ..tree import Array
from ._defect import wrong, wrong_forward
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
    weights,
)
from ._right import Params, right, right_kernel, scaled_cotangent

cell = right("gru_cell")
forward, vjp = right_kernel("gru_cell")


def gates_ordered(order: str) -> Function:
    """The defect of reading the gates in that order."""

    def function(params: Params, x: Any, h: Any, **config: Any) -> Any:
        return cell(read_in_order(params, order), x, h, **config)

    function.__name__ = f"gates_ordered_{order}"
    function.__doc__ = f"The gates are taken to be in the order {order.replace('_', ', ')}, not r, z, n."
    return function


def _by(step: Step, params: Params, x: Any, h: Any, config: Any) -> Any:
    cell(params, x, h, **config)  # still refuses what is invalid
    state = x.new_zeros(*x.shape[:-1], config["hidden_size"]) if h is None else h
    return step(x, state, *weights(params))


def reset_before_the_product(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The reset gate acts on h before the recurrent product, as in the paper."""
    return _by(reset_before_product, params, x, h, config)


def bias_outside_the_reset_gate(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The bias b_hn is added beside b_in, where the reset gate does not reach it."""
    return cell(bias_outside_reset(params), x, h, **config)


def update_gate_exchanged(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The new state is z n + (1 - z) h, as some papers write it."""
    return cell(mirrored_update(params), x, h, **config)


def new_gate_is_a_sigmoid(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """A sigmoid makes the new gate, as it makes the other two."""
    return _by(sigmoid_for_new, params, x, h, config)


def state_ignored(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The step always starts from zero."""
    cell(params, x, h, **config)  # still refuses what is invalid
    return cell(params, x, None, **config)


def second_bias_ignored(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """bias_hh is never added, since bias_ih is one already."""
    return cell({name: 0 * p if name == "bias_hh" else p for name, p in params.items()}, x, h, **config)


def batch_added(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """A sample without a batch comes back in one of size 1."""
    output = cell(params, x, h, **config)
    return output if x.ndim == 2 else output[None]


def one_cotangent_for_both_biases(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """bias_hh has the cotangent of bias_ih, without the reset gate."""
    return cell(one_bias_cotangent(params), x, h, **config)


def reset_gate_not_differentiated(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The pullback takes the reset gate for a constant."""
    return _by(reset_detached, params, x, h, config)


def kept_state_not_differentiated(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The cotangent of h lacks the term g z, what comes through the gates apart."""
    return _by(state_detached_in_update, params, x, h, config)


def odd_unit_not_recurrent(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The loop over the state takes units in pairs and forgets a last one without a partner."""
    units, weight = config["hidden_size"], params["weight_hh"]
    if units % 2 == 0 or units == 1:
        return cell(params, x, h, **config)
    last = torch.arange(units) == units - 1
    return cell({**params, "weight_hh": torch.where(last, 0 * weight, weight)}, x, h, **config)


def first_state_for_all(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The first sample's state is used for the whole batch."""
    cell(params, x, h, **config)  # still refuses what is invalid
    if h is not None and h.ndim == 2 and len(h):
        h = h[:1].expand(h.shape)
    return cell(params, x, h, **config)


def batch_centred(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The samples are centred over the batch, as a normalisation in front of them does in training."""
    cell(params, x, h, **config)  # still refuses what is invalid
    return cell(params, x - x.mean(0, keepdim=True) if x.ndim == 2 and len(x) else x, h, **config)


def weight_cotangents_averaged(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The params' cotangents are averaged over the batch, not summed."""
    samples = max(len(x), 1) if x.ndim == 2 else 1
    averaged = {name: scaled_cotangent(p, 1 / samples) for name, p in params.items()}
    return cell(averaged, x, h, **config)


def state_needs_a_batch(params: Params, x: Any, h: Any, **config: Any) -> Any:
    """The path for a single sample always starts from zero."""
    cell(params, x, h, **config)  # still refuses what is invalid
    return cell(params, x, h if x.ndim == 2 else None, **config)


def computed_in_single_precision(params: dict[str, Array], x: Array, h: Array | None, **config: Any) -> Any:
    """A float64 sample is computed in float32 and widened afterwards."""
    narrow = {name: array.astype(np.float32) for name, array in params.items()}
    state = None if h is None else h.astype(np.float32)
    return forward(narrow, x.astype(np.float32), state, **config).astype(x.dtype)


DEFECTS = (
    *(wrong("gru_cell", gates_ordered(order), law="agreement") for order in WRONG_ORDERS),
    wrong("gru_cell", reset_before_the_product, law="agreement"),
    wrong("gru_cell", bias_outside_the_reset_gate, law="agreement"),
    wrong("gru_cell", update_gate_exchanged, law="agreement"),
    wrong("gru_cell", new_gate_is_a_sigmoid, law="agreement"),
    wrong("gru_cell", state_ignored, law="agreement"),
    wrong("gru_cell", second_bias_ignored, law="agreement"),
    wrong("gru_cell", batch_added, law="shape_and_dtype"),
    wrong("gru_cell", one_cotangent_for_both_biases, law="vjp"),
    wrong("gru_cell", reset_gate_not_differentiated, law="vjp"),
    wrong("gru_cell", kept_state_not_differentiated, law="vjp"),
    wrong("gru_cell", odd_unit_not_recurrent, law="hidden_units_permute"),
    wrong("gru_cell", first_state_for_all, law="batch_permutes"),
    wrong("gru_cell", batch_centred, law="batch_is_independent"),
    wrong("gru_cell", weight_cotangents_averaged, law="batch_adds_up"),
    wrong("gru_cell", state_needs_a_batch, law="unbatched_is_batch_of_one"),
    wrong_forward("gru_cell", computed_in_single_precision, law="agreement", dtypes=("float64",)),
)

"""Wrong networks of gated recurrent units."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..eager import Function
from ..tree import Array
from ._between_layers import between_layers
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
    unrolled,
)
from ._right import Params, right, right_kernel, scaled_cotangent

gru = right("gru")
forward, vjp = right_kernel("gru")


def time_axis(x: Any, config: Mapping[str, Any]) -> int:
    """Time is the second axis only with batch_first and a batch."""
    return 1 if config["batch_first"] and x.ndim == 3 else 0


def reverse_outputs_not_flipped(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The reverse direction's outputs are never turned back into time order."""
    output, h_n = gru(params, x, h_0, mask, **config)
    there, back = output[..., : config["hidden_size"]], output[..., config["hidden_size"] :]
    return torch.cat([there, back.flip(time_axis(x, config))], -1), h_n


def both_directions_read_forward(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The reverse direction has weights of its own, but reads the sequence from its start."""
    output, h_n = gru(params, x, h_0, mask, **config)
    if not config["bidirectional"] or config["num_layers"] > 1:
        return output, h_n
    one_way = {**config, "bidirectional": False}
    of_reverse = {name[: -len("_reverse")]: p for name, p in params.items() if name.endswith("_reverse")}
    of_forward = {name: p for name, p in params.items() if not name.endswith("_reverse")}
    states = (None, None) if h_0 is None else (h_0[:1], h_0[1:])
    there, again = (
        gru(of_forward, x, states[0], mask, **one_way),
        gru(of_reverse, x, states[1], mask, **one_way),
    )
    return torch.cat([there[0], again[0]], -1), torch.cat([there[1], again[1]])


def directions_share_weights(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The reverse direction uses the forward one's parameters."""
    return gru({name: params[name.removesuffix("_reverse")] for name in params}, x, h_0, mask, **config)


def final_state_is_last_output(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The final state is read off the last output, where the reverse direction has only begun."""
    output, h_n = gru(params, x, h_0, mask, **config)
    last = output.select(time_axis(x, config), -1).split(config["hidden_size"], -1)
    return output, torch.cat([h_n[: -len(last)], torch.stack(last)])


def states_ordered_by_direction(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """h_n holds all layers of the forward direction, and then all of the reverse one."""
    output, h_n = gru(params, x, h_0, mask, **config)
    by_layer: Tensor = h_n.unflatten(0, (config["num_layers"], -1))
    return output, by_layer.transpose(0, 1).flatten(0, 1)


def initial_states_ordered_by_direction(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """h_0 is read as all layers of the forward direction, and then all of the reverse one."""
    if h_0 is not None and config["num_layers"] > 0 and h_0.shape[0] % config["num_layers"] == 0:
        h_0 = h_0.unflatten(0, (-1, config["num_layers"])).transpose(0, 1).flatten(0, 1)
    return gru(params, x, h_0, mask, **config)


def initial_state_ignored(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The network always starts from zero."""
    gru(params, x, h_0, mask, **config)  # still refuses what is invalid
    return gru(params, x, None, mask, **config)


def initial_state_for_first_layer_only(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The layers above the first start from zero."""
    if h_0 is not None:
        layer = torch.arange(h_0.shape[0]) // (1 + config["bidirectional"])
        h_0 = h_0 * (layer == 0).to(h_0.dtype).reshape(-1, *[1] * (h_0.ndim - 1))
    return gru(params, x, h_0, mask, **config)


def second_bias_ignored(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """bias_hh is never added, since bias_ih is one already."""
    return gru(
        {name: 0 * p if "bias_hh" in name else p for name, p in params.items()}, x, h_0, mask, **config
    )


def upper_layers_read_forward_half(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """Layers above the first read only the forward direction of the layer below."""
    size = config["hidden_size"]
    halved = {
        name: torch.cat([p[:, :size], 0 * p[:, size:]], 1) if "weight_ih" in name and "_l0" not in name else p
        for name, p in params.items()
    }
    return gru(halved, x, h_0, mask, **config)


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


def batch_first_ignored(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The first axis is always taken for time."""
    return gru(params, x, h_0, mask, **{**config, "batch_first": False})


def batch_first_reshaped(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """With batch_first, sequences are reshaped to (T, N, H) and back, where they are to be transposed."""
    if not config["batch_first"] or x.ndim != 3 or not x.numel():
        return gru(params, x, h_0, mask, **config)
    samples, steps, features = x.shape
    time_first = {**config, "batch_first": False}
    if mask is not None:
        mask = mask.reshape(len(mask), steps, samples, -1)
    output, h_n = gru(params, x.reshape(steps, samples, features), h_0, mask, **time_first)
    return output.reshape(samples, steps, -1), h_n


def states_with_batch_first(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """With batch_first, h_n has the batch first as well."""
    output, h_n = gru(params, x, h_0, mask, **config)
    return output, h_n.transpose(0, 1) if config["batch_first"] and x.ndim == 3 else h_n


def batch_added(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """A sequence without a batch comes back with one of size 1."""
    output, h_n = gru(params, x, h_0, mask, **config)
    return (output, h_n) if x.ndim == 3 else (output.unsqueeze(1), h_n.unsqueeze(1))


def gradient_stops_at_every_step(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The state is detached between steps, so that no gradient flows through time."""
    if config["bidirectional"]:
        return gru(params, x, h_0, mask, **config)
    gru(params, x, h_0, mask, **config)  # still refuses what is invalid
    steps = x.split(1, time_axis(x, config))
    masks = (None,) * len(steps) if mask is None else mask.split(1, time_axis(x, config) + 1)
    output, h_n = gru(params, steps[0], h_0, masks[0], **config)
    outputs = [output]
    for step, kept in zip(steps[1:], masks[1:], strict=True):
        output, h_n = gru(params, step, h_n.detach(), kept, **config)
        outputs.append(output)
    return torch.cat(outputs, time_axis(x, config)), h_n


def cotangent_of_last_step_only(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """Only the last output's cotangent is pulled back."""
    output, h_n = gru(params, x, h_0, mask, **config)
    steps = output.split(1, time_axis(x, config))
    return torch.cat([*(step.detach() for step in steps[:-1]), steps[-1]], time_axis(x, config)), h_n


def cotangent_of_final_state_dropped(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The final state's cotangent is not pulled back."""
    output, h_n = gru(params, x, h_0, mask, **config)
    return output, h_n.detach()


def initial_state_not_differentiated(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The initial state's cotangent is zero."""
    return gru(params, x, None if h_0 is None else h_0.detach(), mask, **config)


def second_bias_not_differentiated(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The cotangent of the sum goes to bias_ih alone."""
    return gru(
        {name: p.detach() if "bias_hh" in name else p for name, p in params.items()}, x, h_0, mask, **config
    )


_latest: dict[tuple[int, ...], Array] = {}


def state_carried_between_calls(
    params: dict[str, Array], x: Array, h_0: Array | None, mask: Array | None, **config: Any
) -> Any:
    """Without h_0 the network goes on from where the latest call ended."""
    output, h_n = forward(params, x, _latest.get(x.shape) if h_0 is None else h_0, mask, **config)
    _latest.clear()
    _latest[x.shape] = h_n.copy()
    return output, h_n


def computed_in_single_precision(
    params: dict[str, Array], x: Array, h_0: Array | None, mask: Array | None, **config: Any
) -> Any:
    """A float64 sequence is computed in float32 and widened afterwards."""
    narrow = {name: array.astype(np.float32) for name, array in params.items()}
    state = None if h_0 is None else h_0.astype(np.float32)
    output, h_n = forward(narrow, x.astype(np.float32), state, mask, **config)
    return output.astype(x.dtype), h_n.astype(x.dtype)


def options_swallowed(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """A dropout that means nothing is taken without a word, for the nearest one that does."""
    return gru(params, x, h_0, mask, **{**config, "dropout": min(max(config["dropout"], 0.0), 1.0)})


def batch_axis(x: Any, config: Mapping[str, Any]) -> int:
    """The axis that time has not, of sequences with a batch."""
    return 1 - time_axis(x, config)


def odd_unit_not_recurrent(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The loop over the state takes units in pairs and forgets a last one without a partner."""
    units = config["hidden_size"]
    last = torch.arange(units) == units - 1
    cut = {
        name: torch.where(last, 0 * p, p) if "weight_hh" in name and units % 2 and units > 1 else p
        for name, p in params.items()
    }
    return gru(cut, x, h_0, mask, **config)


def first_initial_state_for_all(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The first sample's initial state is used for the whole batch."""
    gru(params, x, h_0, mask, **config)  # still refuses what is invalid
    if h_0 is not None and h_0.ndim == 3 and h_0.shape[1]:
        h_0 = h_0[:, :1].expand(h_0.shape)
    return gru(params, x, h_0, mask, **config)


def batch_centred(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The sequences are centred over the batch, as a normalisation in front of them does in training."""
    gru(params, x, h_0, mask, **config)  # still refuses what is invalid
    axis = batch_axis(x, config)
    centred = x - x.mean(axis, keepdim=True) if x.ndim == 3 and x.shape[axis] else x
    return gru(params, centred, h_0, mask, **config)


def weight_cotangents_averaged(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The params' cotangents are averaged over the batch, not summed."""
    samples = x.shape[batch_axis(x, config)] if x.ndim == 3 else 1
    averaged = {name: scaled_cotangent(p, 1 / max(samples, 1)) for name, p in params.items()}
    return gru(averaged, x, h_0, mask, **config)


def initial_state_needs_a_batch(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The path for a single sequence always starts from zero."""
    gru(params, x, h_0, mask, **config)  # still refuses what is invalid
    return gru(params, x, h_0 if x.ndim == 3 else None, mask, **config)


DEFECTS = (
    wrong("gru", reverse_outputs_not_flipped, law="bidirectional_is_two_networks"),
    wrong("gru", both_directions_read_forward, law="bidirectional_is_two_networks"),
    wrong("gru", directions_share_weights, law="time_reversal_swaps_directions"),
    wrong("gru", final_state_is_last_output, law="agreement"),
    wrong("gru", states_ordered_by_direction, law="agreement"),
    wrong("gru", initial_states_ordered_by_direction, law="agreement"),
    wrong("gru", initial_state_ignored, law="split_sequence_carries_state"),
    wrong("gru", initial_state_for_first_layer_only, law="stacked_is_composed"),
    wrong("gru", second_bias_ignored, law="agreement"),
    wrong("gru", upper_layers_read_forward_half, law="agreement"),
    *(wrong("gru", gates_ordered(order), law="agreement") for order in WRONG_ORDERS),
    wrong("gru", reset_before_the_product, law="agreement"),
    wrong("gru", bias_outside_the_reset_gate, law="agreement"),
    wrong("gru", update_gate_exchanged, law="agreement"),
    wrong("gru", new_gate_is_a_sigmoid, law="agreement"),
    wrong("gru", one_cotangent_for_both_biases, law="vjp"),
    wrong("gru", reset_gate_not_differentiated, law="vjp"),
    wrong("gru", kept_state_not_differentiated, law="vjp"),
    wrong("gru", upper_layers_read_the_input, law="agreement"),
    wrong("gru", batch_first_ignored, law="shape_and_dtype"),
    wrong("gru", batch_first_reshaped, law="batch_first_is_transposed"),
    wrong("gru", states_with_batch_first, law="shape_and_dtype"),
    wrong("gru", batch_added, law="shape_and_dtype"),
    wrong("gru", gradient_stops_at_every_step, law="vjp"),
    wrong("gru", cotangent_of_last_step_only, law="vjp"),
    wrong("gru", cotangent_of_final_state_dropped, law="vjp"),
    wrong("gru", initial_state_not_differentiated, law="vjp"),
    wrong("gru", second_bias_not_differentiated, law="vjp"),
    wrong_forward("gru", state_carried_between_calls, law="determinism"),
    wrong_forward("gru", computed_in_single_precision, law="agreement", dtypes=("float64",)),
    wrong("gru", options_swallowed, law="rejection"),
    wrong("gru", odd_unit_not_recurrent, law="hidden_units_permute"),
    wrong("gru", first_initial_state_for_all, law="batch_permutes"),
    wrong("gru", batch_centred, law="batch_is_independent"),
    wrong("gru", weight_cotangents_averaged, law="batch_adds_up"),
    wrong("gru", initial_state_needs_a_batch, law="unbatched_is_batch_of_one"),
    *(wrong("gru", function, law=law) for function, law in between_layers("gru")),
)

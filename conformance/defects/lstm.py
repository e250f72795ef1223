"""Wrong long short-term memories."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch.nn.functional import linear

from ..eager import Function
from ..tree import Array
from ._between_layers import between_layers, passed_on
from ._defect import wrong, wrong_forward
from ._gate_orders import gate_orders, reordered
from ._lstm_steps import STEPS, Step, gate_sums, opened, remembered
from ._right import Params, right, right_kernel, scaled_cotangent

lstm = right("lstm")
forward, _ = right_kernel("lstm")


def network(step: Step, params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The network with that step in every cell; it still refuses what is invalid."""
    output, (h_n, c_n) = lstm(params, x, h_0, c_0, mask, **config)
    h_0, c_0 = (torch.zeros_like(h_n), torch.zeros_like(c_n)) if h_0 is None else (h_0, c_0)
    time = time_axis(x, config)
    v: Any = x
    hs: list[Any] = []
    cs: list[Any] = []
    for layer in range(config["num_layers"]):
        if layer and mask is not None:
            v = passed_on(v, mask[layer - 1], config["dropout"])
        outputs = []
        for direction in ("", "_reverse")[: 1 + config["bidirectional"]]:
            suffix = f"_l{layer}{direction}"
            h, c = h_0[len(hs)], c_0[len(hs)]
            states = []
            for now in reversed(v.unbind(time)) if direction else v.unbind(time):
                m, c = step(gate_sums(params, now, h, suffix), c)
                h = linear(m, params["weight_hr" + suffix]) if config["proj_size"] else m
                states.append(h)
            hs.append(h)
            cs.append(c)
            outputs.append(torch.stack(states[::-1] if direction else states, time))
        v = torch.cat(outputs, -1)
    return v.reshape(output.shape), (torch.stack(hs).reshape(h_n.shape), torch.stack(cs).reshape(c_n.shape))


def stepping(step: Step) -> Function:
    """The network with that step."""

    def stepped(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
        return network(step, params, x, h_0, c_0, mask, **config)

    stepped.__name__, stepped.__doc__ = step.__name__, step.__doc__
    return stepped


def time_axis(x: Any, config: Mapping[str, Any]) -> int:
    """Time is the second axis only with batch_first and a batch."""
    return 1 if config["batch_first"] and x.ndim == 3 else 0


def batch_axis(x: Any, config: Mapping[str, Any]) -> int:
    """The axis that time has not, of sequences with a batch."""
    return 1 - time_axis(x, config)


def state_size(config: Mapping[str, Any]) -> int:
    """How many elements h has."""
    return int(config["proj_size"] or config["hidden_size"])


def forget_gate_without_bias(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The biases are never added to the forget gate."""
    biases = {name: p for name, p in params.items() if "bias" in name}
    without = reordered(biases, lambda rows: [rows[0], 0 * rows[1], *rows[2:]])
    return lstm({**params, **without}, x, h_0, c_0, mask, **config)


def states_exchanged(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The pair of initial states is read as (c_0, h_0)."""
    if config["proj_size"]:
        return lstm(params, x, h_0, c_0, mask, **config)
    return lstm(params, x, c_0, h_0, mask, **config)


def final_states_exchanged(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The pair of final states is returned as (c_n, h_n)."""
    output, (h_n, c_n) = lstm(params, x, h_0, c_0, mask, **config)
    return output, (c_n, h_n)


def initial_states_ignored(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The network always starts from zero."""
    lstm(params, x, h_0, c_0, mask, **config)  # still refuses what is invalid
    return lstm(params, x, None, None, mask, **config)


def initial_cell_ignored(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The network starts from h_0 and a cell of zeros."""
    lstm(params, x, h_0, c_0, mask, **config)  # still refuses what is invalid
    return lstm(params, x, h_0, None if c_0 is None else torch.zeros_like(c_0), mask, **config)


def initial_cell_for_first_layer_only(
    params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any
) -> Any:
    """The cells of the layers above the first start from zero."""
    lstm(params, x, h_0, c_0, mask, **config)  # still refuses what is invalid
    if c_0 is not None:
        layer = torch.arange(c_0.shape[0]) // (1 + config["bidirectional"])
        c_0 = c_0 * (layer == 0).to(c_0.dtype).reshape(-1, *[1] * (c_0.ndim - 1))
    return lstm(params, x, h_0, c_0, mask, **config)


def reverse_outputs_not_flipped(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The reverse direction's outputs are never turned back into time order."""
    output, states = lstm(params, x, h_0, c_0, mask, **config)
    there, back = output[..., : state_size(config)], output[..., state_size(config) :]
    return torch.cat([there, back.flip(time_axis(x, config))], -1), states


def directions_share_weights(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The reverse direction uses the forward one's parameters."""
    shared = {name: params[name.removesuffix("_reverse")] for name in params}
    return lstm(shared, x, h_0, c_0, mask, **config)


def final_state_is_last_output(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """h_n is read off the last output, where the reverse direction has only begun."""
    output, (h_n, c_n) = lstm(params, x, h_0, c_0, mask, **config)
    last = output.select(time_axis(x, config), -1).split(state_size(config), -1)
    return output, (torch.cat([h_n[: -len(last)], torch.stack(last)]), c_n)


def states_ordered_by_direction(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """h_n and c_n hold all layers of the forward direction, and then all of the reverse one."""

    def by_direction(state: Any) -> Any:
        return state.unflatten(0, (config["num_layers"], -1)).transpose(0, 1).flatten(0, 1)

    output, (h_n, c_n) = lstm(params, x, h_0, c_0, mask, **config)
    return output, (by_direction(h_n), by_direction(c_n))


def second_bias_ignored(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """bias_hh is never added, since bias_ih is one already."""
    without = {name: 0 * p if "bias_hh" in name else p for name, p in params.items()}
    return lstm(without, x, h_0, c_0, mask, **config)


def second_bias_not_differentiated(
    params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any
) -> Any:
    """The cotangent of the sum goes to bias_ih alone."""
    fixed = {name: p.detach() if "bias_hh" in name else p for name, p in params.items()}
    return lstm(fixed, x, h_0, c_0, mask, **config)


def upper_layers_read_forward_half(
    params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any
) -> Any:
    """Layers above the first read only the forward direction of the layer below."""
    size = state_size(config)
    halved = {
        name: torch.cat([p[:, :size], 0 * p[:, size:]], 1) if "weight_ih" in name and "_l0" not in name else p
        for name, p in params.items()
    }
    return lstm(halved, x, h_0, c_0, mask, **config)


def upper_layers_read_input(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The second layer is fed with x, where it fits, not with the outputs of the first."""
    width = state_size(config) * (1 + config["bidirectional"])
    right_one = lstm(params, x, h_0, c_0, mask, **config)
    if config["num_layers"] != 2 or width != config["input_size"]:
        return right_one
    cells = 1 + config["bidirectional"]
    alone = {**config, "num_layers": 1, "dropout": 0.0}
    parts = []
    for layer in range(2):
        own = {name.replace(f"_l{layer}", "_l0"): p for name, p in params.items() if f"_l{layer}" in name}
        states = (s if s is None else s[layer * cells : (layer + 1) * cells] for s in (h_0, c_0))
        parts.append(lstm(own, x, *states, None, **alone))
    (_, (h_1, c_1)), (output, (h_2, c_2)) = parts
    return output, (torch.cat([h_1, h_2]), torch.cat([c_1, c_2]))


def rows_interleaved(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The rows are taken unit by unit, four gates each, where they are four blocks of units."""
    mixed = {
        name: p if "_hr_" in name else p.unflatten(0, (-1, 4)).transpose(0, 1).flatten(0, 1)
        for name, p in params.items()
    }
    return lstm(mixed, x, h_0, c_0, mask, **config)


def projection_of_the_output_only(
    params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any
) -> Any:
    """The recurrence goes on with the first elements of h before its projection."""
    size = config["proj_size"]
    output, (h_n, c_n) = lstm(params, x, h_0, c_0, mask, **config)
    if not size or config["num_layers"] > 1 or config["bidirectional"]:
        return output, (h_n, c_n)
    h, c = (torch.zeros_like(h_n), torch.zeros_like(c_n)) if h_0 is None else (h_0, c_0)
    h, c, outputs = h[0], c[0], []
    for now in x.unbind(time_axis(x, config)):
        m, c = remembered(opened(gate_sums(params, now, h, "_l0")), c)
        h = m[..., :size]
        outputs.append(linear(m, params["weight_hr_l0"]))
    return torch.stack(outputs, time_axis(x, config)), (outputs[-1][None], c[None])


def projection_squashed(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The last output goes through a tanh behind its projection."""
    output, states = lstm(params, x, h_0, c_0, mask, **config)
    return (torch.tanh(output), states) if config["proj_size"] else (output, states)


def projection_not_differentiated(
    params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any
) -> Any:
    """The cotangent of weight_hr is zero."""
    fixed = {name: p.detach() if "weight_hr" in name else p for name, p in params.items()}
    return lstm(fixed, x, h_0, c_0, mask, **config)


def projection_in_wrong_order(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The projection's columns are taken in reverse."""
    turned = {name: p.flip(1) if "weight_hr" in name else p for name, p in params.items()}
    return lstm(turned, x, h_0, c_0, mask, **config)


def batch_first_ignored(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The first axis is always taken for time."""
    return lstm(params, x, h_0, c_0, mask, **{**config, "batch_first": False})


def batch_first_reshaped(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """With batch_first, sequences are reshaped to (T, N, H) and back, where they are to be transposed."""
    if not config["batch_first"] or x.ndim != 3 or not x.numel():
        return lstm(params, x, h_0, c_0, mask, **config)
    samples, steps, features = x.shape
    time_first = {**config, "batch_first": False}
    if mask is not None:
        mask = mask.reshape(len(mask), steps, samples, -1)
    output, states = lstm(params, x.reshape(steps, samples, features), h_0, c_0, mask, **time_first)
    return output.reshape(samples, steps, -1), states


def states_with_batch_first(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """With batch_first, h_n and c_n have the batch first as well."""
    output, states = lstm(params, x, h_0, c_0, mask, **config)
    if not config["batch_first"] or x.ndim != 3:
        return output, states
    return output, tuple(state.transpose(0, 1) for state in states)


def batch_added(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """A sequence without a batch comes back with one of size 1."""
    output, states = lstm(params, x, h_0, c_0, mask, **config)
    if x.ndim == 3:
        return output, states
    return output.unsqueeze(1), tuple(state.unsqueeze(1) for state in states)


def states_not_a_pair(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The output is (output, h_n, c_n), not (output, (h_n, c_n))."""
    output, (h_n, c_n) = lstm(params, x, h_0, c_0, mask, **config)
    return output, h_n, c_n


def gradient_stops_at_every_step(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """Both states are detached between steps, so that no gradient flows through time."""
    if config["bidirectional"]:
        return lstm(params, x, h_0, c_0, mask, **config)
    lstm(params, x, h_0, c_0, mask, **config)  # still refuses what is invalid
    steps = x.split(1, time_axis(x, config))
    masks = (None,) * len(steps) if mask is None else mask.split(1, time_axis(x, config) + 1)
    output, states = lstm(params, steps[0], h_0, c_0, masks[0], **config)
    outputs = [output]
    for step, kept in zip(steps[1:], masks[1:], strict=True):
        output, states = lstm(params, step, *(state.detach() for state in states), kept, **config)
        outputs.append(output)
    return torch.cat(outputs, time_axis(x, config)), states


def cotangent_of_last_step_only(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """Only the last output's cotangent is pulled back."""
    output, states = lstm(params, x, h_0, c_0, mask, **config)
    steps = output.split(1, time_axis(x, config))
    return torch.cat([*(step.detach() for step in steps[:-1]), steps[-1]], time_axis(x, config)), states


def cotangent_of_final_cell_dropped(
    params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any
) -> Any:
    """The cotangent of c_n is not pulled back."""
    output, (h_n, c_n) = lstm(params, x, h_0, c_0, mask, **config)
    return output, (h_n, c_n.detach())


def initial_cell_not_differentiated(
    params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any
) -> Any:
    """The cotangent of c_0 is zero."""
    return lstm(params, x, h_0, None if c_0 is None else c_0.detach(), mask, **config)


def odd_unit_not_recurrent(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The loop over the state takes units in pairs and forgets a last one without a partner."""
    units = state_size(config)
    last = torch.arange(units) == units - 1
    cut = {
        name: torch.where(last, 0 * p, p) if "weight_hh" in name and units % 2 and units > 1 else p
        for name, p in params.items()
    }
    return lstm(cut, x, h_0, c_0, mask, **config)


def first_initial_cell_for_all(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The first sample's initial cell is used for the whole batch."""
    lstm(params, x, h_0, c_0, mask, **config)  # still refuses what is invalid
    if c_0 is not None and c_0.ndim == 3 and c_0.shape[1]:
        c_0 = c_0[:, :1].expand(c_0.shape)
    return lstm(params, x, h_0, c_0, mask, **config)


def batch_centred(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The sequences are centred over the batch, as a normalisation in front of them does in training."""
    lstm(params, x, h_0, c_0, mask, **config)  # still refuses what is invalid
    axis = batch_axis(x, config)
    centred = x - x.mean(axis, keepdim=True) if x.ndim == 3 and x.shape[axis] else x
    return lstm(params, centred, h_0, c_0, mask, **config)


def weight_cotangents_averaged(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The params' cotangents are averaged over the batch, not summed."""
    samples = x.shape[batch_axis(x, config)] if x.ndim == 3 else 1
    averaged = {name: scaled_cotangent(p, 1 / max(samples, 1)) for name, p in params.items()}
    return lstm(averaged, x, h_0, c_0, mask, **config)


def initial_states_need_a_batch(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """The path for a single sequence always starts from zero."""
    found = lstm(params, x, h_0, c_0, mask, **config)
    return found if x.ndim == 3 else lstm(params, x, None, None, mask, **config)


def options_swallowed(params: Params, x: Any, h_0: Any, c_0: Any, mask: Any, **config: Any) -> Any:
    """A dropout that means nothing is taken without a word, for the nearest one that does."""
    return lstm(params, x, h_0, c_0, mask, **{**config, "dropout": min(max(config["dropout"], 0.0), 1.0)})


def computed_in_single_precision(
    params: dict[str, Array], x: Array, h_0: Any, c_0: Any, mask: Any, **config: Any
) -> Any:
    """A float64 sequence is computed in float32 and widened afterwards."""
    narrow = {name: array.astype(np.float32) for name, array in params.items()}
    states = (None if state is None else state.astype(np.float32) for state in (h_0, c_0))
    output, (h_n, c_n) = forward(narrow, x.astype(np.float32), *states, mask, **config)
    return output.astype(x.dtype), (h_n.astype(x.dtype), c_n.astype(x.dtype))


DEFECTS = (
    *(wrong("lstm", function, law="agreement") for function in gate_orders("lstm")),
    *(wrong("lstm", stepping(step), law=law) for step, law in STEPS.items()),
    wrong("lstm", forget_gate_without_bias, law="agreement"),
    wrong("lstm", states_exchanged, law="agreement"),
    wrong("lstm", final_states_exchanged, law="agreement"),
    wrong("lstm", initial_states_ignored, law="split_sequence_carries_state"),
    wrong("lstm", initial_cell_ignored, law="agreement"),
    wrong("lstm", initial_cell_for_first_layer_only, law="stacked_is_composed"),
    wrong("lstm", reverse_outputs_not_flipped, law="bidirectional_is_two_networks"),
    wrong("lstm", directions_share_weights, law="time_reversal_swaps_directions"),
    wrong("lstm", final_state_is_last_output, law="agreement"),
    wrong("lstm", states_ordered_by_direction, law="agreement"),
    wrong("lstm", second_bias_ignored, law="agreement"),
    wrong("lstm", second_bias_not_differentiated, law="vjp"),
    wrong("lstm", upper_layers_read_forward_half, law="agreement"),
    wrong("lstm", upper_layers_read_input, law="agreement"),
    wrong("lstm", rows_interleaved, law="hidden_units_permute"),
    wrong("lstm", projection_of_the_output_only, law="agreement"),
    wrong("lstm", projection_squashed, law="agreement"),
    wrong("lstm", projection_not_differentiated, law="vjp"),
    wrong("lstm", projection_in_wrong_order, law="agreement"),
    wrong("lstm", batch_first_ignored, law="shape_and_dtype"),
    wrong("lstm", batch_first_reshaped, law="batch_first_is_transposed"),
    wrong("lstm", states_with_batch_first, law="shape_and_dtype"),
    wrong("lstm", batch_added, law="shape_and_dtype"),
    wrong("lstm", states_not_a_pair, law="shape_and_dtype"),
    wrong("lstm", gradient_stops_at_every_step, law="vjp"),
    wrong("lstm", cotangent_of_last_step_only, law="vjp"),
    wrong("lstm", cotangent_of_final_cell_dropped, law="vjp"),
    wrong("lstm", initial_cell_not_differentiated, law="vjp"),
    wrong("lstm", odd_unit_not_recurrent, law="hidden_units_permute"),
    wrong("lstm", first_initial_cell_for_all, law="batch_permutes"),
    wrong("lstm", batch_centred, law="batch_is_independent"),
    wrong("lstm", weight_cotangents_averaged, law="batch_adds_up"),
    wrong("lstm", initial_states_need_a_batch, law="unbatched_is_batch_of_one"),
    wrong("lstm", options_swallowed, law="rejection"),
    wrong_forward("lstm", computed_in_single_precision, law="agreement", dtypes=("float64",)),
    *(wrong("lstm", function, law=law) for function, law in between_layers("lstm")),
)

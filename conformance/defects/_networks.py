"""Mistakes with networks that carry one state, the same for rnn and gru."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..eager import Function
from ..tree import Array
from ._defect import Defect, wrong, wrong_forward
from ._right import Params, named, right, right_kernel, scaled_cotangent


def time_axis(x: Any, config: Mapping[str, Any]) -> int:
    """Time is the second axis only with batch_first and a batch."""
    return 1 if config["batch_first"] and x.ndim == 3 else 0


def reverse_outputs_not_flipped(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The reverse direction's outputs are never turned back into time order."""
    output, h_n = net(params, x, h_0, mask, **config)
    there, back = output[..., : config["hidden_size"]], output[..., config["hidden_size"] :]
    return torch.cat([there, back.flip(time_axis(x, config))], -1), h_n


def both_directions_read_forward(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The reverse direction has weights of its own, but reads the sequence from its start."""
    output, h_n = net(params, x, h_0, mask, **config)
    if not config["bidirectional"] or config["num_layers"] > 1:
        return output, h_n
    one_way = {**config, "bidirectional": False}
    of_reverse = {name[: -len("_reverse")]: p for name, p in params.items() if name.endswith("_reverse")}
    of_forward = {name: p for name, p in params.items() if not name.endswith("_reverse")}
    states = (None, None) if h_0 is None else (h_0[:1], h_0[1:])
    there, again = (
        net(of_forward, x, states[0], mask, **one_way),
        net(of_reverse, x, states[1], mask, **one_way),
    )
    return torch.cat([there[0], again[0]], -1), torch.cat([there[1], again[1]])


def directions_share_weights(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The reverse direction uses the forward one's parameters."""
    return net({name: params[name.removesuffix("_reverse")] for name in params}, x, h_0, mask, **config)


def final_state_is_last_output(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The final state is read off the last output, where the reverse direction has only begun."""
    output, h_n = net(params, x, h_0, mask, **config)
    last = output.select(time_axis(x, config), -1).split(config["hidden_size"], -1)
    return output, torch.cat([h_n[: -len(last)], torch.stack(last)])


def states_ordered_by_direction(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """h_n holds all layers of the forward direction, and then all of the reverse one."""
    output, h_n = net(params, x, h_0, mask, **config)
    by_layer: Tensor = h_n.unflatten(0, (config["num_layers"], -1))
    return output, by_layer.transpose(0, 1).flatten(0, 1)


def initial_states_ordered_by_direction(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """h_0 is read as all layers of the forward direction, and then all of the reverse one."""
    if h_0 is not None and config["num_layers"] > 0 and h_0.shape[0] % config["num_layers"] == 0:
        h_0 = h_0.unflatten(0, (-1, config["num_layers"])).transpose(0, 1).flatten(0, 1)
    return net(params, x, h_0, mask, **config)


def initial_state_ignored(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The network always starts from zero."""
    net(params, x, h_0, mask, **config)  # still refuses what is invalid
    return net(params, x, None, mask, **config)


def initial_state_for_first_layer_only(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The layers above the first start from zero."""
    if h_0 is not None:
        layer = torch.arange(h_0.shape[0]) // (1 + config["bidirectional"])
        h_0 = h_0 * (layer == 0).to(h_0.dtype).reshape(-1, *[1] * (h_0.ndim - 1))
    return net(params, x, h_0, mask, **config)


def second_bias_ignored(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """bias_hh is never added, since bias_ih is one already."""
    return net(
        {name: 0 * p if "bias_hh" in name else p for name, p in params.items()}, x, h_0, mask, **config
    )


def upper_layers_read_forward_half(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """Layers above the first read only the forward direction of the layer below."""
    size = config["hidden_size"]
    halved = {
        name: torch.cat([p[:, :size], 0 * p[:, size:]], 1) if "weight_ih" in name and "_l0" not in name else p
        for name, p in params.items()
    }
    return net(halved, x, h_0, mask, **config)


def batch_first_ignored(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The first axis is always taken for time."""
    return net(params, x, h_0, mask, **{**config, "batch_first": False})


def batch_first_reshaped(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """With batch_first, sequences are reshaped to (T, N, H) and back, where they are to be transposed."""
    if not config["batch_first"] or x.ndim != 3 or not x.numel():
        return net(params, x, h_0, mask, **config)
    samples, steps, features = x.shape
    time_first = {**config, "batch_first": False}
    if mask is not None:
        mask = mask.reshape(len(mask), steps, samples, -1)
    output, h_n = net(params, x.reshape(steps, samples, features), h_0, mask, **time_first)
    return output.reshape(samples, steps, -1), h_n


def states_with_batch_first(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """With batch_first, h_n has the batch first as well."""
    output, h_n = net(params, x, h_0, mask, **config)
    return output, h_n.transpose(0, 1) if config["batch_first"] and x.ndim == 3 else h_n


def batch_added(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """A sequence without a batch comes back with one of size 1."""
    output, h_n = net(params, x, h_0, mask, **config)
    return (output, h_n) if x.ndim == 3 else (output.unsqueeze(1), h_n.unsqueeze(1))


def gradient_stops_at_every_step(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The state is detached between steps, so that no gradient flows through time."""
    if config["bidirectional"]:
        return net(params, x, h_0, mask, **config)
    net(params, x, h_0, mask, **config)  # still refuses what is invalid
    steps = x.split(1, time_axis(x, config))
    masks = (None,) * len(steps) if mask is None else mask.split(1, time_axis(x, config) + 1)
    output, h_n = net(params, steps[0], h_0, masks[0], **config)
    outputs = [output]
    for step, kept in zip(steps[1:], masks[1:], strict=True):
        output, h_n = net(params, step, h_n.detach(), kept, **config)
        outputs.append(output)
    return torch.cat(outputs, time_axis(x, config)), h_n


def cotangent_of_last_step_only(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """Only the last output's cotangent is pulled back."""
    output, h_n = net(params, x, h_0, mask, **config)
    steps = output.split(1, time_axis(x, config))
    return torch.cat([*(step.detach() for step in steps[:-1]), steps[-1]], time_axis(x, config)), h_n


def cotangent_of_final_state_dropped(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The final state's cotangent is not pulled back."""
    output, h_n = net(params, x, h_0, mask, **config)
    return output, h_n.detach()


def initial_state_not_differentiated(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The initial state's cotangent is zero."""
    return net(params, x, None if h_0 is None else h_0.detach(), mask, **config)


def second_bias_not_differentiated(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The cotangent of the sum goes to bias_ih alone."""
    return net(
        {name: p.detach() if "bias_hh" in name else p for name, p in params.items()}, x, h_0, mask, **config
    )


def options_swallowed(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """A dropout that means nothing is taken without a word, for the nearest one that does."""
    return net(params, x, h_0, mask, **{**config, "dropout": min(max(config["dropout"], 0.0), 1.0)})


def batch_axis(x: Any, config: Mapping[str, Any]) -> int:
    """The axis that time has not, of sequences with a batch."""
    return 1 - time_axis(x, config)


def odd_unit_not_recurrent(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The loop over the state takes units in pairs and forgets a last one without a partner."""
    units = config["hidden_size"]
    last = torch.arange(units) == units - 1
    cut = {
        name: torch.where(last, 0 * p, p) if "weight_hh" in name and units % 2 and units > 1 else p
        for name, p in params.items()
    }
    return net(cut, x, h_0, mask, **config)


def first_initial_state_for_all(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The first sample's initial state is used for the whole batch."""
    net(params, x, h_0, mask, **config)  # still refuses what is invalid
    if h_0 is not None and h_0.ndim == 3 and h_0.shape[1]:
        h_0 = h_0[:, :1].expand(h_0.shape)
    return net(params, x, h_0, mask, **config)


def batch_centred(net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The sequences are centred over the batch, as a normalisation in front of them does in training."""
    net(params, x, h_0, mask, **config)  # still refuses what is invalid
    axis = batch_axis(x, config)
    centred = x - x.mean(axis, keepdim=True) if x.ndim == 3 and x.shape[axis] else x
    return net(params, centred, h_0, mask, **config)


def weight_cotangents_averaged(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The params' cotangents are averaged over the batch, not summed."""
    samples = x.shape[batch_axis(x, config)] if x.ndim == 3 else 1
    averaged = {name: scaled_cotangent(p, 1 / max(samples, 1)) for name, p in params.items()}
    return net(averaged, x, h_0, mask, **config)


def initial_state_needs_a_batch(
    net: Function, params: Params, x: Any, h_0: Any, mask: Any, **config: Any
) -> Any:
    """The path for a single sequence always starts from zero."""
    net(params, x, h_0, mask, **config)  # still refuses what is invalid
    return net(params, x, h_0 if x.ndim == 3 else None, mask, **config)


MISTAKES: Mapping[Callable[..., Any], str] = {
    reverse_outputs_not_flipped: "bidirectional_is_two_networks",
    both_directions_read_forward: "bidirectional_is_two_networks",
    directions_share_weights: "time_reversal_swaps_directions",
    final_state_is_last_output: "agreement",
    states_ordered_by_direction: "agreement",
    initial_states_ordered_by_direction: "agreement",
    initial_state_ignored: "split_sequence_carries_state",
    initial_state_for_first_layer_only: "stacked_is_composed",
    second_bias_ignored: "agreement",
    upper_layers_read_forward_half: "agreement",
    batch_first_ignored: "shape_and_dtype",
    batch_first_reshaped: "batch_first_is_transposed",
    states_with_batch_first: "shape_and_dtype",
    batch_added: "shape_and_dtype",
    gradient_stops_at_every_step: "vjp",
    cotangent_of_last_step_only: "vjp",
    cotangent_of_final_state_dropped: "vjp",
    initial_state_not_differentiated: "vjp",
    second_bias_not_differentiated: "vjp",
    options_swallowed: "rejection",
    odd_unit_not_recurrent: "hidden_units_permute",
    first_initial_state_for_all: "batch_permutes",
    batch_centred: "batch_is_independent",
    weight_cotangents_averaged: "batch_adds_up",
    initial_state_needs_a_batch: "unbatched_is_batch_of_one",
}
"""Each with the law that it names; `net` is the right one."""


def computed_in_single_precision(
    forward: Callable[..., Any],
    params: dict[str, Array],
    x: Array,
    h_0: Array | None,
    mask: Array | None,
    **config: Any,
) -> Any:
    """A float64 sequence is computed in float32 and widened afterwards."""
    narrow = {name: array.astype(np.float32) for name, array in params.items()}
    state = None if h_0 is None else h_0.astype(np.float32)
    output, h_n = forward(narrow, x.astype(np.float32), state, mask, **config)
    return output.astype(x.dtype), h_n.astype(x.dtype)


def _carrying(forward: Callable[..., Any]) -> Callable[..., Any]:
    latest: dict[tuple[int, ...], Array] = {}

    def state_carried_between_calls(
        params: dict[str, Array], x: Array, h_0: Array | None, mask: Array | None, **config: Any
    ) -> Any:
        """Without h_0 the network goes on from where the latest call ended."""
        output, h_n = forward(params, x, latest.get(x.shape) if h_0 is None else h_0, mask, **config)
        latest.clear()
        latest[x.shape] = h_n.copy()
        return output, h_n

    return state_carried_between_calls


def network_defects(operation: str, seen: Mapping[Callable[..., Any], str]) -> Iterator[Defect]:
    """Of rnn or gru; `seen` says where some were met."""
    for mistake, law in MISTAKES.items():
        made = _made(mistake, right(operation))
        yield wrong(operation, made, law=law, seen=seen.get(mistake))
    forward, _ = right_kernel(operation)
    yield wrong_forward(operation, _carrying(forward), law="determinism")
    narrow = _made(computed_in_single_precision, forward)
    yield wrong_forward(operation, narrow, law="agreement", dtypes=("float64",))


def _made(mistake: Callable[..., Any], correct: Callable[..., Any]) -> Callable[..., Any]:
    def function(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
        return mistake(correct, params, x, h_0, mask, **config)

    return named(function, mistake)

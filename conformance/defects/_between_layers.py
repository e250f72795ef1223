"""Mistakes with the dropout between recurrent layers, the same for rnn, lstm and gru."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from ..eager import Function
from ._right import Params, named, right, with_derivative_of


def passed_on(h: Any, kept: Any, p: float) -> Any:
    """What the next layer reads of the outputs h; without a mask it is h."""
    if kept is None:
        return h
    return h * kept * 0 if p == 1 else h * kept / (1 - p)


# What the next layer reads, of (outputs, what is kept of them, probability of being dropped).


def mask_between_layers_ignored(h: Any, kept: Any, p: float) -> Any:
    """Nothing is dropped between the layers, and nothing scaled."""
    return h


def kept_outputs_not_scaled(h: Any, kept: Any, p: float) -> Any:
    """What is kept between the layers is not divided by 1 - dropout."""
    return h * kept * (p < 1)


def kept_outputs_divided_by_dropout(h: Any, kept: Any, p: float) -> Any:
    """What is kept between the layers is divided by dropout, the probability of being dropped."""
    return h * kept * (p < 1) / p


def kept_outputs_scaled_by_their_share(h: Any, kept: Any, p: float) -> Any:
    """What is kept between the layers is divided by the share that the mask keeps, not by 1 - dropout."""
    return h * kept * (p < 1) * (kept.numel() / max(int(kept.sum()), 1))


def mask_between_layers_inverted(h: Any, kept: Any, p: float) -> Any:
    """What the mask between the layers keeps is dropped."""
    return passed_on(h, ~kept, p)


def all_kept_with_dropout_of_one(h: Any, kept: Any, p: float) -> Any:
    """With a dropout of 1, where nothing can be divided, nothing is dropped between the layers."""
    return h if p == 1 else passed_on(h, kept, p)


def mask_between_layers_not_pulled_back(h: Any, kept: Any, p: float) -> Any:
    """The pullback between the layers scales and does not apply the mask."""
    y = passed_on(h, kept, p)
    return y if p == 1 else with_derivative_of(y, h / (1 - p))


def scale_between_layers_not_pulled_back(h: Any, kept: Any, p: float) -> Any:
    """The pullback between the layers applies the mask and does not scale."""
    y = passed_on(h, kept, p)
    return y if p == 1 else with_derivative_of(y, h * kept)


BETWEEN: Mapping[Callable[[Any, Any, float], Any], str] = {
    mask_between_layers_ignored: "dropped_units_are_cut",
    kept_outputs_not_scaled: "dropped_units_are_cut",
    kept_outputs_divided_by_dropout: "agreement",
    kept_outputs_scaled_by_their_share: "stacked_is_composed",
    mask_between_layers_inverted: "dropped_units_are_cut",
    all_kept_with_dropout_of_one: "agreement",
    mask_between_layers_not_pulled_back: "vjp",
    scale_between_layers_not_pulled_back: "vjp",
}


# Other masks, made of (the mask, x, config).


def dropped_in_one_direction(mask: Any, x: Any, config: Mapping[str, Any]) -> Any:
    """Only the forward direction's outputs are dropped between the layers."""
    if not config["bidirectional"]:
        return mask
    there, back = mask.chunk(2, -1)
    return torch.cat([there, torch.ones_like(back)], -1)


def one_mask_for_all_steps(mask: Any, x: Any, config: Mapping[str, Any]) -> Any:
    """The first step's mask is used for all steps, as in variational dropout."""
    time = _axis(x, config, of_time=True)
    return mask.narrow(time, 0, 1).expand(mask.shape).contiguous()


def one_mask_for_all_samples(mask: Any, x: Any, config: Mapping[str, Any]) -> Any:
    """The first sample's mask is used for the whole batch."""
    if x.ndim == 2 or not mask.numel():
        return mask
    return mask.narrow(_axis(x, config, of_time=False), 0, 1).expand(mask.shape).contiguous()


def one_mask_for_all_layers(mask: Any, x: Any, config: Mapping[str, Any]) -> Any:
    """The first layer's mask is used for all layers."""
    return mask[:1].expand(mask.shape).contiguous()


MASKS: Mapping[Callable[[Any, Any, Mapping[str, Any]], Any], str] = {
    dropped_in_one_direction: "time_reversal_swaps_directions",
    one_mask_for_all_steps: "split_sequence_carries_state",
    one_mask_for_all_samples: "batch_permutes",
    one_mask_for_all_layers: "agreement",
}


# Dropout in other places, and what is to be refused.


def last_layer_dropped(params: Params, *inputs: Any, network: Function, **config: Any) -> Any:
    """The last layer's outputs are dropped, too."""
    output, states = network(params, *inputs, **config)
    mask = inputs[-1]
    return output if mask is None else passed_on(output, mask[-1], config["dropout"]), states


def input_dropped(params: Params, x: Any, *others: Any, network: Function, **config: Any) -> Any:
    """The first layer's input is dropped, too, where the mask fits it."""
    network(params, x, *others, **config)  # still refuses what is invalid
    mask = others[-1]
    if mask is not None and mask[0].shape == x.shape:
        x = passed_on(x, mask[0], config["dropout"])
    return network(params, x, *others, **config)


def scaled_in_evaluation(params: Params, *inputs: Any, network: Function, **config: Any) -> Any:
    """In evaluation outputs are multiplied by 1 - dropout between the layers, as the first dropout was."""
    found = network(params, *inputs, **config)
    if config["training"] or config["num_layers"] == 1:
        return found
    return _stacked(network, lambda h, _, p: h * (1 - p), params, inputs, config)


def mask_between_layers_broadcast(params: Params, *inputs: Any, network: Function, **config: Any) -> Any:
    """A mask of any shape that broadcasts to the outputs is taken."""
    *others, mask = inputs
    if mask is not None and mask.dtype == torch.bool and config["training"] and config["num_layers"] > 1:
        output, _ = network(params, *others, None, **{**config, "training": False})
        mask = mask.broadcast_to(config["num_layers"] - 1, *output.shape).contiguous()
    return network(params, *others, mask, **config)


def needless_mask_ignored(params: Params, *inputs: Any, network: Function, **config: Any) -> Any:
    """A mask that is given where nothing is dropped is silently ignored."""
    *others, mask = inputs
    drops = config["training"] and config["dropout"] > 0 and config["num_layers"] > 1
    return network(params, *others, mask if drops else None, **config)


PLACES: Mapping[Callable[..., Any], str] = {
    last_layer_dropped: "stacked_is_composed",
    input_dropped: "dropped_units_are_cut",
    scaled_in_evaluation: "stacked_is_composed",
    mask_between_layers_broadcast: "rejection",
    needless_mask_ignored: "rejection",
}


def between_layers(operation: str) -> Iterator[tuple[Function, str]]:
    """Each of these mistakes as a function of that operation, with the law that rejects it."""
    network = right(operation)
    for read, law in BETWEEN.items():
        yield named(_reading(network, read), read), law
    for change, law in MASKS.items():
        yield named(_masked(network, change), change), law
    for place, law in PLACES.items():
        yield named(_placed(network, place), place), law


def _reading(network: Function, read: Callable[[Any, Any, float], Any]) -> Function:
    def function(params: Params, *inputs: Any, **config: Any) -> Any:
        found = network(params, *inputs, **config)
        return found if inputs[-1] is None else _stacked(network, read, params, inputs, config)

    return function


def _masked(network: Function, change: Callable[[Any, Any, Mapping[str, Any]], Any]) -> Function:
    def function(params: Params, *inputs: Any, **config: Any) -> Any:
        found = network(params, *inputs, **config)
        x, *states, mask = inputs
        return found if mask is None else network(params, x, *states, change(mask, x, config), **config)

    return function


def _placed(network: Function, place: Callable[..., Any]) -> Function:
    def function(params: Params, *inputs: Any, **config: Any) -> Any:
        return place(params, *inputs, network=network, **config)

    return function


def _stacked(
    network: Function,
    read: Callable[[Any, Any, float], Any],
    params: Params,
    inputs: tuple[Any, ...],
    config: Mapping[str, Any],
) -> Any:
    """The network layer by layer; `read` is what each but the first reads."""
    x, *states, mask = inputs
    cells, finals = 1 + config["bidirectional"], []
    for layer in range(config["num_layers"]):
        if layer:
            x = read(x, None if mask is None else mask[layer - 1], config["dropout"])
        own = {name.replace(f"_l{layer}", "_l0"): p for name, p in params.items() if f"_l{layer}" in name}
        starts = (None if state is None else state[layer * cells : (layer + 1) * cells] for state in states)
        alone = {**config, "num_layers": 1, "dropout": 0.0, "input_size": x.shape[-1]}
        x, final = network(own, x, *starts, None, **alone)
        finals.append(final if isinstance(final, tuple) else (final,))
    together = [torch.cat(parts) for parts in zip(*finals, strict=True)]
    return x, together[0] if len(together) == 1 else tuple(together)


def _axis(x: Any, config: Mapping[str, Any], *, of_time: bool) -> int:
    """The axis of a mask that is time, or the batch."""
    second = config["batch_first"] and x.ndim == 3
    return 1 + (second if of_time else not second)

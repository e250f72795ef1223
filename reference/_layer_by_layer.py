"""Dropout between recurrent layers by a mask that is given: what rnn, lstm and gru share.

Torch's functions of several layers draw a mask of their own; here torch's networks of one layer are stacked.
"""

from collections.abc import Callable, Sequence
from itertools import chain

import torch
from torch import Tensor, nn
from torch.func import functional_call


def drops(network: nn.RNNBase) -> bool:
    """Whether anything is dropped between the layers."""
    return network.training and network.dropout > 0 and network.num_layers > 1


def single_layers(network: nn.RNNBase, build: Callable[[int], nn.RNNBase]) -> tuple[nn.RNNBase, ...]:
    """Where anything is dropped, one network for each layer, made by `build` for its number of features.

    Their own parameters are never used.
    """
    sizes = (network.input_size, *(_features(network),) * (network.num_layers - 1))
    return tuple(map(build, sizes)) if drops(network) else ()


def check_mask(network: nn.RNNBase, x: Tensor, mask: Tensor | None) -> None:
    """Refuse a mask that does not fit."""
    if not drops(network):
        if mask is not None:
            raise ValueError("mask must be None in evaluation, without dropout and with one layer")
        return
    shape = (network.num_layers - 1, *x.shape[:-1], _features(network))
    if mask is None:
        raise ValueError(f"mask must be given in training with dropout > 0, in the shape {shape}")
    if mask.dtype != torch.bool:
        raise ValueError(f"mask must hold booleans, got {mask.dtype}")
    if mask.shape != shape:
        raise ValueError(f"mask must have the shape {shape}, got {tuple(mask.shape)}")


def stacked(
    network: nn.RNNBase, layers: Sequence[nn.RNNBase], x: Tensor, states: Sequence[Tensor], mask: Tensor
) -> tuple[Tensor, list[Tensor]]:
    """The output of the last of the single layers, with the network's parameters, and its final states.

    `states` are none, h_0, or h_0 and c_0.
    """
    directions = 1 + network.bidirectional
    for state in states:
        if len(state) != directions * len(layers):
            raise ValueError(f"a state must have {directions * len(layers)} cells, got {len(state)}")
    finals: list[tuple[Tensor, ...]] = []
    for number, layer in enumerate(layers):
        if number:
            x = x * mask[number - 1]
            x = x * 0 if network.dropout == 1 else x / (1 - network.dropout)
        cells = slice(number * directions, (number + 1) * directions)
        names = [name for name, _ in layer.named_parameters()]
        params: dict[str, Tensor] = dict(zip(names, chain(*network.all_weights[cells]), strict=True))
        start = tuple(state[cells] for state in states)
        hx = start if len(start) == 2 else start[0] if start else None
        x, final = functional_call(layer, params, (x, hx), strict=True)
        finals.append(final if isinstance(final, tuple) else (final,))
    return x, [torch.cat(parts) for parts in zip(*finals, strict=True)]


def _features(network: nn.RNNBase) -> int:
    """How many features every layer but the first reads."""
    return (network.proj_size or network.hidden_size) * (1 + network.bidirectional)

"""Parts of a recurrent network: single layers and directions, the sequence and the final states."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..case import Case
from ..tree import Array, Tree, leaves
from ..trial import Trial

Output = tuple[Array, list[Array]]
"""The sequence of outputs, and the final states: h_n, or h_n and c_n."""


def states_of(case: Case) -> tuple[Array | None, ...]:
    """The initial states: of a network, all inputs between the sequence and the mask; of a cell, all but x."""
    return case.inputs[1:-1] if "dropout" in case.config else case.inputs[1:]


def mask_of(case: Case) -> Array | None:
    """Which outputs of the layers but the last are kept; None where nothing is dropped, or of a cell."""
    return case.inputs[-1] if "dropout" in case.config else None


def as_read(case: Case, sequence: Array, layer: int) -> Array:
    """What the next layer reads of a layer's outputs: all, or what the mask keeps, scaled up."""
    mask, rate = mask_of(case), case.config["dropout"]
    if mask is None:
        return sequence
    kept = (sequence * mask[layer]).astype(np.float64)
    return np.asarray(kept * 0 if rate == 1 else kept / (1 - rate), sequence.dtype)


def one_layer(case: Case, names: Mapping[str, str], x: Array, states: slice, **options: object) -> Case:
    """The network of one layer whose parameters are those with the suffixes `names`, renamed by it."""
    params = {
        kind + names[suffix]: array
        for key, array in case.params.items()
        for kind, suffix in [split_name(key)]
        if suffix in names
    }
    starts = (None if state is None else state[states] for state in states_of(case))
    part = case.with_config(num_layers=1, input_size=x.shape[-1], dropout=0.0, **options)
    return replace(part.with_inputs(x, *starts, None), params=params)


def split_name(key: str) -> tuple[str, str]:
    """weight_ih_l0_reverse -> weight_ih, _l0_reverse; a cell's weight_ih -> weight_ih and nothing"""
    place = key.find("_l")
    return (key, "") if place < 0 else (key[:place], key[place:])


def run(trial: Trial, case: Case) -> Output:
    """The kernel's sequence and final states for another case."""
    return parted(trial.run(case))


def parted(output: Tree) -> Output:
    """The sequence and the final states of an output."""
    sequence, *states = (leaf for _, leaf in leaves(output) if leaf is not None)
    return sequence, states


def tree(sequence: Array, states: Sequence[Array]) -> Tree:
    """An output as the network returns it."""
    return sequence, states[0] if len(states) == 1 else tuple(states)


def time_axis(case: Case) -> int:
    """The axis of time: the second one only with batch_first and a batch."""
    x = case.inputs[0]
    assert x is not None
    return 1 if case.config["batch_first"] and x.ndim == 3 else 0

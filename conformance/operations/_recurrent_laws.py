"""What a recurrent network is made of: two directions, layers on layers, steps after steps."""

from dataclasses import replace

import numpy as np

from ..case import Case
from ..tree import Array, Tree
from ..trial import Trial


def bidirectional_is_two_networks(trial: Trial) -> None:
    """A bidirectional network is one forward, and one over the reversed sequence turned back, concatenated."""
    case = trial.case
    if not case.config["bidirectional"]:
        return
    x, time = _x(case), _time(case)
    both = _part(case, {"_l0": "_l0", "_l0_reverse": "_l0_reverse"}, x, slice(0, 2))
    forward = _part(case, {"_l0": "_l0"}, x, slice(0, 1), bidirectional=False)
    reverse = _part(case, {"_l0_reverse": "_l0"}, np.flip(x, time).copy(), slice(1, 2), bidirectional=False)
    (there, there_h), (back, back_h) = _run(trial, forward), _run(trial, reverse)
    composed = np.concatenate([there, np.flip(back, time)], -1), np.concatenate([there_h, back_h], 0)
    trial.agree_with_each_other(trial.run(both), composed, both, "both directions against one by one")


def stacked_is_composed(trial: Trial) -> None:
    """A network of several layers is networks of one layer, each reading the outputs of the one below."""
    case = trial.case
    layers, cells = case.config["num_layers"], 1 + case.config["bidirectional"]
    if layers == 1:
        return
    v, states = _x(case), []
    for layer in range(layers):
        names = {f"_l{layer}": "_l0", f"_l{layer}_reverse": "_l0_reverse"}
        part = _part(case, names, v, slice(layer * cells, (layer + 1) * cells))
        v, h_n = _run(trial, part)
        states.append(h_n)
    composed = v, np.concatenate(states, 0)
    trial.agree_with_each_other(trial.run(case), composed, case, "the stack against layer by layer")


def split_sequence_carries_state(trial: Trial) -> None:
    """Splitting a sequence and carrying the state from one part to the next changes nothing."""
    case = trial.case
    x, time = _x(case), _time(case)
    steps = x.shape[time]
    if steps == 1 or case.config["bidirectional"]:
        return
    early, late = np.split(x, [steps // 2], time)
    first, carried = _run(trial, case.with_inputs(early.copy(), case.inputs[1]))
    second, h_n = _run(trial, case.with_inputs(late.copy(), carried))
    trial.agree_with_each_other(
        trial.run(case), (np.concatenate([first, second], time), h_n), case, "the sequence against its parts"
    )


def _part(case: Case, names: dict[str, str], x: Array, states: slice, **options: object) -> Case:
    """The network of one layer whose parameters are those with the suffixes `names`, renamed by it."""
    params = {
        kind + names[suffix]: array
        for key, array in case.params.items()
        for kind, suffix in [_split(key)]
        if suffix in names
    }
    (h_0,) = case.inputs[1:]
    part = case.with_config(num_layers=1, input_size=x.shape[-1], **options)
    return replace(part.with_inputs(x, None if h_0 is None else h_0[states]), params=params)


def _split(key: str) -> tuple[str, str]:
    """weight_ih_l0_reverse -> weight_ih, _l0_reverse"""
    place = key.index("_l")
    return key[:place], key[place:]


def _run(trial: Trial, case: Case) -> tuple[Array, Array]:
    output: Tree = trial.run(case)
    assert isinstance(output, tuple)
    sequence, h_n = output
    assert isinstance(sequence, np.ndarray) and isinstance(h_n, np.ndarray)
    return sequence, h_n


def _x(case: Case) -> Array:
    x = case.inputs[0]
    assert x is not None
    return x


def _time(case: Case) -> int:
    """The axis of time: the second one only with batch_first and a batch."""
    return 1 if case.config["batch_first"] and _x(case).ndim == 3 else 0

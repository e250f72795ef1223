"""Law: what a stack of layers is."""

import numpy as np

from ..trial import Trial
from ._recurrent import as_read, one_layer, run, tree
from ._single import first_input


def stacked_is_composed(trial: Trial) -> None:
    """A network of several layers is networks of one, each reading what a mask keeps of the outputs below."""
    case = trial.case
    layers, cells = case.config["num_layers"], 1 + case.config["bidirectional"]
    if layers == 1:
        return
    sequence, finals = first_input(case), []
    for layer in range(layers):
        if layer:
            sequence = as_read(case, sequence, layer - 1)
        names = {f"_l{layer}": "_l0", f"_l{layer}_reverse": "_l0_reverse"}
        part = one_layer(case, names, sequence, slice(layer * cells, (layer + 1) * cells))
        sequence, states = run(trial, part)
        finals.append(states)
    composed = tree(sequence, [np.concatenate(parts, 0) for parts in zip(*finals, strict=True)])
    trial.agree_with_each_other(trial.run(case), composed, what="the stack against layer by layer")

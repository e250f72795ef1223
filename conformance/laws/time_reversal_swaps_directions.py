"""Law: a bidirectional network has no direction of its own."""

import numpy as np

from ..trial import Trial
from ._recurrent import split_name, states_of, time_axis
from ._single import first_input
from ._symmetry import Orders, Symmetry, check_symmetry


def time_reversal_swaps_directions(trial: Trial) -> None:
    """With the directions' weights and states exchanged, the reversed sequence has the reversed outputs."""
    case = trial.case
    if not case.config["bidirectional"]:
        return
    time, units = time_axis(case), case.config.get("proj_size") or case.config["hidden_size"]
    backwards = np.arange(first_input(case).shape[time])[::-1]
    halves = np.roll(np.arange(2 * units), units)
    # Cells come layer by layer, the forward direction first.
    cells = np.arange(2 * case.config["num_layers"]).reshape(-1, 2)[:, ::-1].ravel()
    states: list[Orders] = [{0: cells} for _ in states_of(case)]
    upper = [
        name
        for name in case.params
        if split_name(name)[0] == "weight_ih" and not split_name(name)[1].startswith("_l0")
    ]
    symmetry = Symmetry(
        renamed={name: _opposite(name) for name in case.params},
        params={name: {1: halves} for name in upper},
        inputs=({time: backwards}, *states, {time + 1: backwards, -1: halves}),
        outputs=({time: backwards, -1: halves}, *states),
    )
    check_symmetry(trial, symmetry, "the reversed sequence, directions exchanged")


def _opposite(name: str) -> str:
    return name.removesuffix("_reverse") if name.endswith("_reverse") else f"{name}_reverse"

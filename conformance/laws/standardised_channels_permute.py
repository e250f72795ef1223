"""Law: channels have no order, and neither have their statistics."""

from ..tree import leaves
from ..trial import Trial
from ._single import first_input
from ._symmetry import Orders, Symmetry, check_symmetry, shuffled


def standardised_channels_permute(trial: Trial) -> None:
    """Reordering the channels, with their params, reorders outputs and cotangents, and nothing else."""
    case = trial.case
    order = shuffled(first_input(case).shape[1])
    first: Orders = {0: order}
    outputs: tuple[Orders, ...] = ({1: order}, first, first, {})
    symmetry = Symmetry(
        params={name: first for name, array in case.params.items() if array.ndim},
        inputs=({1: order},),
        outputs=outputs[: len(list(leaves(trial.oracle.output)))],
    )
    check_symmetry(trial, symmetry, "channels reordered")

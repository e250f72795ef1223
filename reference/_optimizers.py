"""What every optimiser asks of its options, and of the mappings that it is given."""

from collections.abc import Mapping

import torch
from torch import Tensor


def refuse_tensors(**options: object) -> None:
    """Raise NotImplementedError where an option is a tensor, which torch takes for the sake of its compiler."""
    for name, value in options.items():
        if isinstance(value, Tensor):
            raise NotImplementedError(f"{name} is a tensor, expected a plain number")


def refuse_negative(**options: float) -> None:
    """Raise ValueError where an option is negative or not a number."""
    for name, value in options.items():
        if not value >= 0:
            raise ValueError(f"{name} is {value}, expected 0 or more")


def check_names(
    params: Mapping[str, Tensor],
    gradients: Mapping[str, Tensor],
    state: Mapping[str, Tensor],
    kept: tuple[str, ...],
) -> None:
    """Raise ValueError where gradients or state are not named and shaped as params; "step" is a number."""
    if gradients.keys() != params.keys():
        raise ValueError(f"gradients of {sorted(gradients)}, expected {sorted(params)}")
    for name, param in params.items():
        if gradients[name].shape != param.shape:
            raise ValueError(f"the gradient of {name} is {tuple(gradients[name].shape)}")
        found = [part for part in kept if f"{name}.{part}" in state]
        if found and len(found) < len(kept):
            raise ValueError(f"the state of {name} has only {found} of {list(kept)}")
        for part in found:
            shape = torch.Size() if part == "step" else param.shape
            if state[f"{name}.{part}"].shape != shape:
                raise ValueError(f"{name}.{part} is {tuple(state[f'{name}.{part}'].shape)}")
    unknown = state.keys() - {f"{name}.{part}" for name in params for part in kept}
    if unknown:
        raise ValueError(f"no step with these options has a state {sorted(unknown)}")

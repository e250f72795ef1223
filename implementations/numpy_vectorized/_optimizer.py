"""What every optimiser asks of its arguments: the same names and shapes everywhere, options that are in range."""

from collections.abc import Mapping

from ._kernel import Array, Params

State = Mapping[str, Array]
Step = tuple[dict[str, Array], dict[str, Array]]
"""Params and state after it."""


def refuse_negative(**options: float) -> None:
    """ValueError where an option is not a number of 0 or more."""
    for name, value in options.items():
        if not value >= 0:
            raise ValueError(f"{name} must be 0 or more, got {value}")


def check(params: Params, gradients: Params, state: State, parts: tuple[str, ...]) -> None:
    """ValueError where gradients, or the parts of the state, are not those of the params."""
    if set(gradients) != set(params):
        raise ValueError(f"gradients of {sorted(gradients)}, params {sorted(params)}")
    for name, param in params.items():
        if gradients[name].shape != param.shape:
            raise ValueError(f"{name} has shape {param.shape}, its gradient {gradients[name].shape}")
    left = set(state)
    for name, param in params.items():
        mine = {f"{name}.{part}" for part in parts}
        if mine & left and not mine <= left:
            raise ValueError(f"the state lacks {sorted(mine - left)}")
        for part in mine & left:
            shape = () if part.endswith(".step") else param.shape
            if state[part].shape != shape:
                raise ValueError(f"{part} has shape {state[part].shape}, expected {shape}")
        left -= mine
    if left:
        raise ValueError(f"the state has unknown {sorted(left)}")

"""What a step of an optimiser is asked with: params, their gradients, and the state of earlier steps."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..drawing import Draw, Reach
from ..operation import Rejection
from ..tree import Array
from ._shapes import any_shape

NAMES = ("weight", "bias", "0.weight", "1.weight", "a")
"""Names with and without a dot, and not in alphabetical order: a mapping has none."""

LEARNED = Reach(
    rows=((1.0, 0.0), (10.0, 0.0), (0.1, 0.0), (100.0, 0.0), (1e-3, 0.0), (1.0, 100.0), (0.1, 10.0)),
    whole=((1.0, 0.0), (1.0, 1e3), (1e3, 0.0), (1e-3, 0.0)),
)
"""Params, gradients and momenta whose squares neither overflow nor vanish."""


def shapes(draw: Draw) -> dict[str, tuple[int, ...]]:
    """Params of one network: one to three, and rarely none at all."""
    count = 0 if draw.rarely(24) else draw.integer(1, 3)
    first = draw.integer(0, len(NAMES) - 1)
    names = [NAMES[(first + i) % len(NAMES)] for i in range(count)]
    # Of one shape they can be taken for one another.
    if draw.boolean():
        return dict.fromkeys(names, any_shape(draw, 3))
    return {name: any_shape(draw, 3) for name in names}


def tensors(draw: Draw, sizes: Mapping[str, tuple[int, ...]], part: str = "") -> dict[str, Array]:
    """An array for each param, under its name or the name of a part of its state."""
    return {
        name + (f".{part}" if part else ""): draw.tensor(shape, reach=LEARNED)
        for name, shape in sizes.items()
    }


def known(draw: Draw, sizes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The params that have been through a step: all of them, none, or now and then the first alone."""
    if draw.rarely(3):
        return {}
    names = list(sizes)[:1] if draw.rarely(8) else list(sizes)
    return {name: sizes[name] for name in names}


def rejected(
    name: str,
    config: Mapping[str, object],
    *,
    gradients: Mapping[str, Array] | None = None,
    state: Mapping[str, Array] | None = None,
) -> Rejection:
    """A step of one weight of two, with something wrong about it."""
    weight = np.array([1.5, -0.5])
    given = {"weight": np.array([0.25, 1.0])} if gradients is None else gradients
    return Rejection(name=name, config=config, params={"weight": weight}, inputs=(given, state or {}))


def wrong_mappings(config: Mapping[str, object], parts: Sequence[str]) -> tuple[Rejection, ...]:
    """Gradients and state that are not those of the params."""
    two, three = np.array([0.25, 1.0]), np.array([1.0, 2.0, 3.0])
    state = {f"weight.{part}": np.array(2.0) if part == "step" else two for part in parts}
    last = f"weight.{parts[-1]}"
    return (
        rejected("no gradient", config, gradients={}),
        rejected("the gradient of something else", config, gradients={"bias": two}),
        rejected("a gradient too many", config, gradients={"weight": two, "bias": two}),
        rejected("a gradient of another shape", config, gradients={"weight": three}),
        rejected("a gradient that broadcasts", config, gradients={"weight": np.array([1.0])}),
        rejected("a state of another shape", config, state={**state, last: three}),
        rejected("a state that broadcasts", config, state={**state, last: np.array([1.0])}),
        rejected("the state of something else", config, state={**state, f"bias.{parts[-1]}": two}),
    )

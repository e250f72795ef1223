"""A stored step of an optimiser: two params, the second one a number."""

from typing import Any

from conformance.case import Case, flattened

from ._stored import values


def step(operation: str, config: dict[str, Any], *parts: str) -> Case:
    """A step with a state of these parts, or the first one, without a state."""
    shapes = {"weight": (2, 3), "bias": ()}
    params = {name: values(*shape, salt=i) for i, (name, shape) in enumerate(shapes.items())}
    gradients = {name: values(*shape, salt=3 + i) for i, (name, shape) in enumerate(shapes.items())}
    state = {
        f"{name}.{part}": values(salt=0) * 0 + 3 if part == "step" else abs(values(*shape, salt=7 + i))
        for i, part in enumerate(parts)
        for name, shape in shapes.items()
    }
    inputs, mappings = flattened((gradients, state))
    return Case(
        operation=operation,
        dtype="float64",
        config=config,
        params=params,
        inputs=inputs,
        mappings=mappings,
        regime="stored",
    )

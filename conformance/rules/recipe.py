"""A call as the specification says it, and options as it writes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from ..tree import Array


def _as_it_is(result: Any) -> Any:
    return result


class Outside(Exception):
    """An argument that the specification has no place for."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A call as the specification says it; `operation` is None for the judge's own exact glue, a copy.

    A number among the params and inputs is a constant array without dimensions, an array a constant. `arranged`
    nests what torch returns as the operation does. `updates` are tensors that torch overwrites, and whose new
    values the operation returns behind its result (None: one that nobody keeps).
    """

    operation: str | None
    config: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Tensor | float] = field(default_factory=dict)
    inputs: tuple[Tensor | Array | float | None, ...] = ()
    in_place: bool = False
    arranged: Callable[[Any], Any] = _as_it_is
    updates: tuple[Tensor | None, ...] = ()


Rule = Callable[..., Recipe]
"""Each has the signature of the torch function that it stands for, so that every option arrives by name."""


def in_place(rule: Rule) -> Rule:
    """The rule of the same function where it overwrites its first argument."""

    def overwriting(*args: Any, **options: Any) -> Recipe:
        return replace(rule(*args, **options), in_place=True)

    return overwriting


def pair(value: Any) -> int | tuple[int, int]:
    """An int-or-pair option as the specification writes it."""
    if isinstance(value, (tuple, list)):
        first, second = both(value)
        return first, second
    return int(value)


def both(value: Any) -> tuple[int, int]:
    """An int-or-pair option as a pair."""
    if not isinstance(value, (tuple, list)):
        return int(value), int(value)
    if len(value) == 1:
        return int(value[0]), int(value[0])
    if len(value) != 2:
        raise Outside(f"{tuple(value)}, expected an int or a pair")
    return int(value[0]), int(value[1])


def present(**tensors: Tensor | None) -> dict[str, Tensor]:
    """The tensors that are there, by name."""
    return {name: tensor for name, tensor in tensors.items() if tensor is not None}

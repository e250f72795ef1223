"""How models are trained: by an operation of the profile `optimizers`, on gradients that may be clipped."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .errors import UsageError
from .tree import Array, Tree, leaves, structure

Arrays: TypeAlias = Mapping[str, Array]
Ask: TypeAlias = Callable[..., Any]
"""Puts an operation to a backend, or to PyTorch: (name, params, *mappings, **config) -> output."""

CLIPPING = "clip_grad_norm"

_ADAM: Mapping[str, Any] = {
    "betas": (0.9, 0.999),
    "eps": 1e-8,
    "weight_decay": 0.0,
    "amsgrad": False,
    "maximize": False,
}

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "sgd": {
        "momentum": 0.0,
        "dampening": 0.0,
        "weight_decay": 0.0,
        "nesterov": False,
        "maximize": False,
    },
    "adam": {**_ADAM, "decoupled_weight_decay": False},
    "adamw": {**_ADAM, "weight_decay": 0.01},
}
"""Every optimiser with its complete config, less `lr`: torch's defaults."""


class Misfit(Exception):
    """A backend's answer to a step does not fit what it was given."""


@dataclass(frozen=True, kw_only=True)
class Optimizer:
    """The operation of a step with all its options but `lr`; before it gradients are clipped at a `max_norm`."""

    operation: str
    config: Mapping[str, Any]
    max_norm: float | None = None

    @classmethod
    def named(cls, name: str, *, max_norm: float | None = None, **options: Any) -> "Optimizer":
        """An optimiser with torch's defaults and some options of its own; those that are None are torch's, too.

        Raises UsageError for an unknown name or option, and for a number that is out of range.
        """
        from .selection import choose

        choose("optimizer", [name], DEFAULTS)
        given = {option: value for option, value in options.items() if value is not None}
        choose(f"option of {name}", given, DEFAULTS[name])
        for option in ("momentum", "weight_decay"):
            if not 0 <= given.get(option, 0) < math.inf:
                raise UsageError(f"{option} = {given[option]}: expected a number of 0 or more")
        if max_norm is not None and not 0 < max_norm < math.inf:
            raise UsageError(f"max_norm = {max_norm}: expected a number above 0")
        return cls(operation=name, config={**DEFAULTS[name], **given}, max_norm=max_norm)

    @property
    def operations(self) -> tuple[str, ...]:
        """The kernels that a step needs."""
        return (self.operation,) if self.max_norm is None else (CLIPPING, self.operation)

    @property
    def described(self) -> str:
        """In words, with the options that people set."""
        numbers = {"momentum": self.config.get("momentum"), "weight decay": self.config["weight_decay"]}
        words = [self.operation, *(f"{name} {value:g}" for name, value in numbers.items() if value)]
        return ", ".join([*words, *([f"clipped at {self.max_norm:g}"] if self.max_norm is not None else [])])

    def step(self, ask: Ask, params: Any, gradients: Any, state: Any, *, lr: float) -> Any:
        """What `ask` answers to a step: (params, state). The state is {} before the first one."""
        if self.max_norm is not None:
            gradients, _ = ask(
                CLIPPING, {}, gradients, max_norm=self.max_norm, norm_type=2.0, error_if_nonfinite=False
            )
        return ask(self.operation, params, gradients, state, **self.config, lr=lr)

    def checked(self, ask: Ask) -> Ask:
        """`ask` of a backend; an answer with other names, shapes or dtypes than it was given raises Misfit."""

        def checking(operation: str, params: Any, *mappings: Any, **config: Any) -> Any:
            answer = ask(operation, params, *mappings, **config)
            if operation == CLIPPING:
                (gradients,) = mappings
                (dtype,) = {gradient.dtype for gradient in gradients.values()}
                like: Any = (gradients, np.zeros((), dtype))
            else:
                like = (params, self.state_of(params))
            if not _alike(answer, like):
                raise Misfit(f"{operation} returned other names, shapes or dtypes than it was given")
            return answer

        return checking

    def state_of(self, params: Arrays) -> dict[str, Array]:
        """Zeros in the place of all that is kept for these params from the first step on."""
        if self.operation == "sgd":
            parts: tuple[str, ...] = ("momentum_buffer",) if self.config["momentum"] else ()
        else:
            maximum = ("max_exp_avg_sq",) if self.config["amsgrad"] else ()
            parts = ("step", "exp_avg", "exp_avg_sq", *maximum)
        return {
            f"{name}.{part}": np.zeros(() if part == "step" else param.shape, param.dtype)
            for name, param in params.items()
            for part in parts
        }


def _alike(output: Tree, like: Tree) -> bool:
    return structure(output) == structure(like) and all(
        got is not None and want is not None and (got.shape, got.dtype) == (want.shape, want.dtype)
        for (_, got), (_, want) in zip(leaves(output), leaves(like), strict=True)
    )

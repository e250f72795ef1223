"""The judge. `judge`, `Model` and `Optimizer` are imported when they are asked for: this import stays light."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .judgement import Judgement, judge
    from .model import Model
    from .optimizer import Optimizer

__all__ = ["Judgement", "Model", "Optimizer", "judge"]

_HOMES = {"Judgement": "judgement", "Model": "model", "Optimizer": "optimizer", "judge": "judgement"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

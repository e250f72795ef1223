"""The judge. `judge` and `Model` are imported when they are asked for, so that this import stays light."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .judgement import Judgement, judge
    from .model import Model

__all__ = ["Judgement", "Model", "judge"]

_HOMES = {"Judgement": "judgement", "Model": "model", "judge": "judgement"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

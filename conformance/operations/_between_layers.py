"""Dropout between recurrent layers: its rate, the mode, a mask where anything is dropped, and wrong masks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..drawing import Draw
from ..operation import Rejection
from ..tree import Array

RATES = (0.5, 0.1, 0.25, 0.9, 0.3, 0.75, 1.0)


def rate(draw: Draw) -> float:
    """0 in half of the cases."""
    return draw.choice(RATES) if draw.boolean() else 0.0


def whole(dropout: float) -> float:
    """A rate whose 1 / (1 - dropout) is an integer, at most 4: the rate itself, or half."""
    return dropout if dropout in (0.0, 0.5, 0.75, 1.0) else 0.5


def mode(draw: Draw) -> bool:
    """Training, where anything is dropped, in three cases of four."""
    return not draw.rarely(4)


def drops(config: Mapping[str, Any]) -> bool:
    """Whether anything is dropped, so that there is a mask."""
    return bool(config["training"]) and config["dropout"] > 0 and config["num_layers"] > 1


def mask(draw: Draw, config: Mapping[str, Any], x: Sequence[int]) -> Array | None:
    """A mask where one is needed, for an x of that shape."""
    shape = mask_shape(config, x)
    return draw.classes(shape, 2).astype(bool) if drops(config) else None


def all_kept(config: Mapping[str, Any], x: Sequence[int]) -> Array | None:
    """A mask that drops nothing, where one is needed."""
    return np.ones(mask_shape(config, x), dtype=bool) if drops(config) else None


def mask_shape(config: Mapping[str, Any], x: Sequence[int]) -> tuple[int, ...]:
    """Of each layer but the last, the shape of its output."""
    features = (config.get("proj_size") or config["hidden_size"]) * (1 + config["bidirectional"])
    return (config["num_layers"] - 1, *x[:-1], features)


def mask_rejections(reject: Callable[..., Rejection]) -> tuple[Rejection, ...]:
    """What is wrong about masks; `reject` makes an entry for an x of (4, 5, 3) and 2 units from what differs."""

    def entry(name: str, *shape: int, of: Any = bool, **options: Any) -> Rejection:
        mask = np.arange(np.prod(shape)).reshape(shape) % 3 > 0 if shape else None
        return reject(
            name,
            mask=None if mask is None else mask.astype(of),
            **{"num_layers": 2, "dropout": 0.5, **options},
        )

    return (
        entry("training with dropout and without a mask"),
        entry("training without a mask, all dropped", dropout=1.0),
        entry("evaluation with a mask", 1, 4, 5, 2, training=False),
        entry("a mask without dropout", 1, 4, 5, 2, dropout=0.0),
        entry("a mask of the only layer", 1, 4, 5, 2, num_layers=1),
        entry("a mask of no layers", 0, 4, 5, 2, num_layers=1),
        entry("a mask of the last layer, too", 2, 4, 5, 2),
        entry("a mask of too few layers", 1, 4, 5, 2, num_layers=3),
        entry("a mask of one layer without that dimension", 4, 5, 2),
        entry("a mask with the batch first", 1, 5, 4, 2),
        entry("a mask with time first", 1, 5, 4, 2, batch_first=True),
        entry("a mask without the batch", 1, 4, 2),
        entry("a mask with a batch that x has not", 1, 4, 1, 2, x=(4, 3)),
        entry("a mask for all steps and samples", 1, 1, 1, 2),
        entry("a mask of one direction", 1, 4, 5, 2, bidirectional=True),
        entry("a mask of the input", 1, 4, 5, 3),
        entry("a mask of integers", 1, 4, 5, 2, of=np.int64),
        entry("a mask of numbers", 1, 4, 5, 2, of=np.float64),
    )

"""dropout: cases with masks in training and none in evaluation, special values and rejections."""

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.dropped_and_kept_are_all import dropped_and_kept_are_all
from ..operation import Kink, Operation, Rejection
from ..tree import Array
from ._shapes import any_shape

RATES = (0.5, 0.1, 0.25, 0.9, 0.3, 0.75, 0.5, 0.2, 0.0, 0.0, 0.6, 1.0)

EXACT = (0.0, 0.5, 0.75, 1.0)
"""Rates whose 1 / (1 - p) is a power of two, or not asked for."""


def _mask(draw: Draw, shape: tuple[int, ...]) -> Array:
    return draw.classes(shape, 2).astype(bool)


def cases(draw: Draw) -> Case:
    """Any shape and any mask; evaluation, where there is none, in a quarter of the cases."""
    training, rate = not draw.rarely(4), draw.choice(RATES)
    shape = any_shape(draw)
    x = draw.tensor(shape, 1.0, ANY, row=0)
    unmasked = not training or (rate == 0 and draw.boolean())
    return draw.case(
        config={"p": rate, "training": training},
        inputs=[x, None if unmasked else _mask(draw, shape)],
        exact=rate in EXACT or not training,
    )


def special(draw: Draw) -> Case:
    """NaN and infinities where they are kept, zeros, subnormals and the largest numbers everywhere.

    What is dropped of NaN and infinities is a convention.
    """
    limits = np.finfo(draw.dtype)
    tiny, huge = 3 * float(limits.smallest_subnormal), float(limits.max)
    training, rate = not draw.rarely(4), draw.choice((0.5, 0.1, 0.25, 0.9, 0.0))
    shape = any_shape(draw)
    x = draw.tensor(shape)
    mask = _mask(draw, shape)
    kept = mask if training else np.ones(shape, dtype=bool)
    table = (np.nan, np.inf, -np.inf, 0.0, -0.0, tiny, -tiny, huge, -huge)
    x = np.where(kept, draw.sprinkled(x, table), draw.sprinkled(x, (0.0, -0.0, tiny, -tiny, huge, -huge)))
    return draw.case(config={"p": rate, "training": training}, inputs=[x, mask if training else None])


_X = np.arange(1.0, 7.0).reshape(2, 3)
_KEPT = np.array([[True, False, True], [False, True, True]])


def _rejected(name: str, mask: Array | None = _KEPT, *, p: object = 0.5, training: bool = True) -> Rejection:
    return Rejection(name=name, config={"p": p, "training": training}, inputs=(_X, mask))


DROPOUT = Operation(
    name="dropout",
    profile="recurrent",
    inputs=("x", "mask"),
    cases=cases,
    special=special,
    rejects=(
        _rejected("p below 0", p=-0.1),
        _rejected("p above 1", p=1.5),
        _rejected("p above 1, no mask, in evaluation", None, p=1.5, training=False),
        _rejected("p as a percentage", p=50.0),
        _rejected("training without a mask", None),
        _rejected("training without a mask, all dropped", None, p=1.0),
        _rejected("evaluation with a mask", training=False),
        _rejected("mask that broadcasts", _KEPT[0]),
        _rejected("mask that is a column", _KEPT[:, :1]),
        _rejected("mask without a dimension", np.array(True)),
        _rejected("mask transposed", _KEPT.T),
        _rejected("mask with a dimension more", _KEPT[None]),
        _rejected("mask of integers", _KEPT.astype(np.int64)),
        _rejected("mask of numbers", _KEPT.astype(np.float64)),
    ),
    kinks=(
        Kink(
            name="dropped_infinity",
            config={"p": 0.5, "training": True},
            inputs=(
                np.array([np.inf, np.nan, -np.inf, 1.5, np.inf, 2.0]),
                np.array([False, False, False, True, True, False]),
            ),
            output=np.array([np.nan, np.nan, np.nan, 3.0, np.inf, 0.0]),
            cotangent=np.array([2.0, 3.0, 5.0, 7.0, 11.0, 13.0]),
            inputs_cotangents=(np.array([0.0, 0.0, 0.0, 14.0, 22.0, 0.0]), None),
            alternatives={
                "zero": (
                    np.array([0.0, 0.0, 0.0, 3.0, np.inf, 0.0]),
                    (np.array([0.0, 0.0, 0.0, 14.0, 22.0, 0.0]), None),
                )
            },
        ),
    ),
    laws=(Law(check=dropped_and_kept_are_all),),
)

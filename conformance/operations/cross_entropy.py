"""cross_entropy: cases of both kinds of target, special values and rejections."""

from dataclasses import replace
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.classes_permute import classes_permute
from ..laws.ignored_do_not_count import ignored_do_not_count
from ..laws.loss_is_of_log_softmax import loss_is_of_log_softmax
from ..laws.reductions_agree import reductions_agree
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Kink, Operation, Rejection, Samples
from ..tree import Array
from ._scores import scores, special_scores
from ._shapes import LARGE, losses

REDUCTIONS = ("mean", "sum", "none")


def cases(draw: Draw) -> Case:
    """Unbatched, batched and with further dimensions; class indices, some ignored, or probabilities."""
    input_shape, class_axis = _shape(draw)
    smoothing = draw.choice((0.0, 0.1, 0.0, 0.3, 0.0, 0.75, 1.0))
    target, ignore_index = _target(draw, input_shape, class_axis)
    params = (
        {"weight": _weight(draw, input_shape[class_axis], target, ignore_index)} if draw.boolean() else {}
    )
    return draw.case(
        config=_config(ignore_index, draw.choice(REDUCTIONS), smoothing),
        params=params,
        inputs=[scores(draw, input_shape, class_axis), target],
    )


def special(draw: Draw) -> Case:
    """Large and non-finite logits, nothing ignored.

    Not the largest numbers: whether their sum overflows is a matter of order. And no ignored targets: no
    gradient flows to their logits, says the specification, yet PyTorch's is NaN where one of them is.
    """
    input_shape, class_axis = _shape(draw)
    target, ignore_index = _target(draw, input_shape, class_axis, ignored=False)
    return draw.case(
        config=_config(ignore_index, draw.choice(REDUCTIONS), draw.choice((0.0, 0.1))),
        inputs=[special_scores(draw, input_shape), target],
    )


def samples(case: Case) -> Samples:
    """A single sample has no dimension but that of the classes."""
    x = case.inputs[0]
    assert x is not None
    return replace(losses(case), batched=x.ndim > 1)


def _shape(draw: Draw) -> tuple[tuple[int, ...], int]:
    classes = draw.choice((3, 2, 5, 4, 7, 6, 2, 3, 4, 1, 8))
    if draw.rarely(30):
        size = draw.choice(LARGE)
        return draw.choice(((2, size), (size, 3), (1, 2, size))), 1
    if draw.rarely(6):
        return (classes,), 0
    return (
        0 if draw.integer(0, 19) == 10 else draw.choice((2, 3, 4, 1, 5, 8)),
        classes,
        *(draw.integer(1, 4) for _ in range(draw.integer(0, 2))),
    ), 1


def _target(
    draw: Draw, input_shape: tuple[int, ...], class_axis: int, *, ignored: bool = True
) -> tuple[Array, int]:
    """Probabilities that sum to one, now and then with zeros among them, or class indices."""
    classes = input_shape[class_axis]
    ignore_index = draw.choice((-100, -1))
    if draw.boolean():
        counts = draw.classes(input_shape, 9)
        # Of no counts at all nothing is the share.
        counts += counts.sum(axis=class_axis, keepdims=True) == 0 if draw.boolean() else 1
        return (counts / counts.sum(axis=class_axis, keepdims=True)).astype(draw.dtype), ignore_index
    others: tuple[int, ...] = ()
    if ignored:
        ignore_index = draw.choice((ignore_index, ignore_index, classes, draw.integer(0, classes - 1)))
        others = (ignore_index,) if draw.integer(0, 3) and not 0 <= ignore_index < classes else ()
    target = draw.classes(tuple(np.delete(input_shape, class_axis)), classes, others)
    return np.full_like(target, ignore_index) if ignored and draw.rarely(15) else target, ignore_index


def _weight(draw: Draw, classes: int, target: Array, ignore_index: int) -> Array:
    """Positive class weights, now and then one of them zero, but never of all targets that count: no 0 / 0."""
    weight = np.abs(draw.off_zero((classes,), 0.25))
    if classes > 1 and draw.integer(0, 4) == 4:
        counted = target[target != ignore_index]
        spared = int(counted[0]) if counted.size and target.dtype.kind == "i" else 0
        weight[(spared + 1) % classes] = 0
    return weight


def _config(ignore_index: int, reduction: str, label_smoothing: float) -> dict[str, Any]:
    return {"ignore_index": ignore_index, "reduction": reduction, "label_smoothing": label_smoothing}


_LOGITS = np.arange(6.0).reshape(2, 3) / 2
_CLASSES = np.array([2, 0])
_PROBABILITIES = np.array([[0.25, 0.5, 0.25], [0.125, 0.125, 0.75]])


def _rejected(
    name: str, logits: Array, target: Any, weight: Array | None = None, **options: Any
) -> Rejection:
    return Rejection(
        name=name,
        config={**_config(-100, "mean", 0.0), **options},
        params={} if weight is None else {"weight": weight},
        inputs=(logits, np.array(target)),
    )


CROSS_ENTROPY = Operation(
    name="cross_entropy",
    profile="core",
    inputs=("input", "target"),
    cases=cases,
    special=special,
    rejects=(
        _rejected("class index too large", _LOGITS, [3, 0]),
        _rejected("class index negative", _LOGITS, [2, -1]),
        _rejected("class index too large, smoothed", _LOGITS, [3, 0], label_smoothing=0.1),
        _rejected("class index too large, unbatched", _LOGITS[0], 3),
        _rejected("class index too large, one dimension more", _LOGITS[:, :, None], [[3], [0]]),
        _rejected("default ignore_index replaced", _LOGITS, [2, -100], ignore_index=-1),
        _rejected("too few targets", _LOGITS, [2]),
        _rejected("too many targets", _LOGITS, [2, 0, 1]),
        _rejected("one target for a batch", _LOGITS, 2),
        _rejected("targets for unbatched input", _LOGITS[0], [2, 0]),
        _rejected("target with a dimension more", _LOGITS, [[2], [0]]),
        _rejected("target with other further dimensions", np.ones((2, 3, 4)), np.zeros((2, 3), np.int64)),
        _rejected("probabilities of another shape", _LOGITS, _PROBABILITIES[:, :2]),
        _rejected("probabilities transposed", _LOGITS, _PROBABILITIES.T),
        _rejected("probabilities with ignore_index", _LOGITS, _PROBABILITIES, ignore_index=0),
        _rejected("too few weights", _LOGITS, _CLASSES, np.ones(2)),
        _rejected("too many weights", _LOGITS, _CLASSES, np.ones(4)),
        _rejected("too few weights, probabilities", _LOGITS, _PROBABILITIES, np.ones(2)),
        _rejected("unknown reduction", _LOGITS, _CLASSES, reduction="average"),
        _rejected("label_smoothing above 1", _LOGITS, _CLASSES, label_smoothing=1.5),
        _rejected("no dimension", np.array(1.0), 0),
    ),
    kinks=(
        Kink(
            name="mean_of_nothing",
            config=_config(1, "mean", 0.0),
            inputs=(_LOGITS, np.array([1, 1])),
            output=np.array(np.nan),
        ),
        # Logits so far apart that the loss is their difference, without a rounding. Its gradient at the NaN is a
        # matter of taste: none flows, says the specification, and PyTorch has NaN there.
        Kink(
            name="ignored_nan",
            config=_config(-1, "mean", 0.0),
            inputs=(np.array([[np.nan, 1.0], [0.0, 1000.0]]), np.array([-1, 0])),
            output=np.array(1000.0),
        ),
    ),
    samples=samples,
    laws=(
        Law(check=loss_is_of_log_softmax),
        Law(check=reductions_agree),
        Law(check=ignored_do_not_count),
        Law(check=classes_permute),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=unbatched_is_batch_of_one),
    ),
)

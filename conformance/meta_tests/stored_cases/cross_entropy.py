"""cross_entropy: stored cases."""

from typing import Any

import numpy as np

from conformance.case import Case
from conformance.tree import Array

from ._stored import indices, stored, values


def cross_entropy(
    input_shape: tuple[int, ...],
    target: Array,
    loss_shape: tuple[int, ...],
    *,
    weighted: bool = False,
    **options: Any,
) -> Case:
    """A cross-entropy with C classes, C the input's only dimension or its second one."""
    classes = input_shape[0] if len(input_shape) == 1 else input_shape[1]
    config = {"ignore_index": -100, "reduction": "mean", "label_smoothing": 0.0, **options}
    params = {"weight": np.abs(values(classes, salt=1))} if weighted else {}
    return stored("cross_entropy", config, (values(*input_shape), target), loss_shape, **params)


CASES = (
    cross_entropy((4, 3), indices(2, 0, 1, 2), ()),
    cross_entropy((3,), indices(1)[0], (), label_smoothing=0.25),
    cross_entropy((4, 3), indices(2, 9, 1, 9), (), weighted=True, ignore_index=9),
    cross_entropy((2, 3, 4), indices((2, 0, 1, 1), (0, 2, 2, 1)), (2, 4), weighted=True, reduction="none"),
    cross_entropy(
        (2, 4, 2, 2),
        indices(((3, 0), (1, 1)), ((2, 2), (0, 3))),
        (),
        weighted=True,
        ignore_index=1,
        label_smoothing=0.5,
    ),
    cross_entropy((4, 3), np.abs(values(4, 3, salt=4)), (), weighted=True, label_smoothing=0.25),
    cross_entropy((2, 3, 4), np.abs(values(2, 3, 4, salt=4)), (2, 4), reduction="none"),
    cross_entropy((3,), np.abs(values(3, salt=4)), (), reduction="sum"),
)

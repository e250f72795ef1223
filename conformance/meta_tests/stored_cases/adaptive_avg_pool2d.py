"""adaptive_avg_pool2d: stored cases."""

from typing import Any

from conformance.case import Case

from ._stored import stored, values


def adaptive_avg_pool2d(x_shape: tuple[int, ...], y_shape: tuple[int, ...], output_size: Any) -> Case:
    """An adaptive average pool."""
    return stored("adaptive_avg_pool2d", {"output_size": output_size}, (values(*x_shape),), y_shape)


CASES = (
    adaptive_avg_pool2d((2, 2, 4, 6), (2, 2, 2, 3), (2, 3)),
    adaptive_avg_pool2d((2, 7, 5), (2, 3, 3), 3),
    adaptive_avg_pool2d((2, 2, 4, 5), (2, 2, 1, 1), 1),
    adaptive_avg_pool2d((1, 2, 3, 5), (1, 2, 3, 2), (None, 2)),
    adaptive_avg_pool2d((1, 2, 3, 2), (1, 2, 5, 2), (5, None)),
    adaptive_avg_pool2d((2, 3, 4), (2, 3, 4), (None, None)),
)

"""avg_pool2d: stored cases."""

from typing import Any

from conformance.case import Case

from ._stored import stored, values


def avg_pool2d(x_shape: tuple[int, ...], y_shape: tuple[int, ...], **options: Any) -> Case:
    """An average pool."""
    config = {
        "kernel_size": 2,
        "stride": None,
        "padding": 0,
        "ceil_mode": False,
        "count_include_pad": True,
        "divisor_override": None,
        **options,
    }
    return stored("avg_pool2d", config, (values(*x_shape),), y_shape)


CASES = (
    avg_pool2d((2, 2, 4, 6), (2, 2, 2, 3)),
    avg_pool2d(
        (2, 6, 5), (2, 3, 5), kernel_size=(2, 3), stride=(3, 1), padding=(1, 1), count_include_pad=False
    ),
    avg_pool2d((1, 2, 6, 5), (1, 2, 3, 3), kernel_size=3, stride=2, padding=(0, 1), ceil_mode=True),
    avg_pool2d((1, 2, 6, 5), (1, 2, 4, 2), kernel_size=3, stride=(1, 2), divisor_override=4),
)

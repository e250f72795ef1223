"""max_pool2d: stored cases."""

from dataclasses import replace
from typing import Any

from conformance.case import Case

from ._stored import stored, values


def max_pool2d(x_shape: tuple[int, ...], y_shape: tuple[int, ...], **options: Any) -> Case:
    """A max pool over distinct values."""
    config = {
        "kernel_size": 2,
        "stride": None,
        "padding": 0,
        "dilation": 1,
        "return_indices": False,
        "ceil_mode": False,
        **options,
    }
    case = stored("max_pool2d", config, (values(*x_shape),), y_shape)
    return replace(case, cotangent=(case.cotangent, None)) if config["return_indices"] else case


CASES = (
    max_pool2d((2, 2, 4, 6), (2, 2, 2, 3)),
    max_pool2d(
        (2, 8, 6),
        (2, 4, 3),
        kernel_size=(3, 2),
        stride=(2, 1),
        padding=(1, 0),
        dilation=(2, 3),
        ceil_mode=True,
    ),
    max_pool2d((1, 2, 5, 6), (1, 2, 3, 6), kernel_size=3, stride=(2, 1), padding=1, return_indices=True),
)

"""Rules of pooling."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .recipe import Recipe, pair


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Recipe:
    return Recipe(
        operation="max_pool2d",
        config={
            "kernel_size": pair(kernel_size),
            "stride": _stride(stride),
            "padding": pair(padding),
            "dilation": pair(dilation),
            "return_indices": return_indices,
            "ceil_mode": ceil_mode,
        },
        inputs=(input,),
    )


def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = True,
) -> Recipe:
    return max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Recipe:
    return Recipe(
        operation="avg_pool2d",
        config={
            "kernel_size": pair(kernel_size),
            "stride": _stride(stride),
            "padding": pair(padding),
            "ceil_mode": ceil_mode,
            "count_include_pad": count_include_pad,
            "divisor_override": divisor_override,
        },
        inputs=(input,),
    )


def adaptive_avg_pool2d(input: Tensor, output_size: int | Sequence[int | None]) -> Recipe:
    size = tuple(output_size) if isinstance(output_size, Sequence) else output_size
    return Recipe(operation="adaptive_avg_pool2d", config={"output_size": size}, inputs=(input,))


def _stride(value: Any) -> int | tuple[int, int] | None:
    return None if value is None or value == () or value == [] else pair(value)

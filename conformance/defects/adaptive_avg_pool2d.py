"""Wrong adaptive average pools."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..tree import Array
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, right, right_kernel, with_derivative_of

adaptive_avg_pool2d = right("adaptive_avg_pool2d")
forward, vjp = right_kernel("adaptive_avg_pool2d")

Ends = Callable[[int, int, int], tuple[int, int]]
"""(number, windows, size) -> the first cell of a window and the one behind it."""


def right_ends(number: int, windows: int, size: int) -> tuple[int, int]:
    """Rounded down where a window starts, up where it ends."""
    return number * size // windows, -(-(number + 1) * size // windows)


def pooled(x: Any, output_size: Any, ends: Ends) -> Any:
    """The means of windows that start and end elsewhere."""
    rows, columns = adaptive_avg_pool2d({}, x, output_size=output_size).shape[-2:]
    means = [
        x[..., slice(*ends(i, rows, x.shape[-2])), slice(*ends(j, columns, x.shape[-1]))].mean((-2, -1))
        for i in range(rows)
        for j in range(columns)
    ]
    return torch.stack(means, -1).reshape(*x.shape[:-2], rows, columns)


def as_fixed_windows(params: Params, x: Any, *, output_size: Any) -> Any:
    """The pool is replaced by one of fixed windows: stride H // H_out, kernel H - (H_out - 1) * stride."""

    def ends(number: int, windows: int, size: int) -> tuple[int, int]:
        stride = size // windows
        return number * stride, number * stride + size - (windows - 1) * stride

    y = adaptive_avg_pool2d(params, x, output_size=output_size)
    more = y.shape[-2] > x.shape[-2] or y.shape[-1] > x.shape[-1]
    return y if more else pooled(x, output_size, ends)


def end_rounded_down(params: Params, x: Any, *, output_size: Any) -> Any:
    """A window ends where the next one starts, so that windows never overlap."""

    def ends(number: int, windows: int, size: int) -> tuple[int, int]:
        start = number * size // windows
        return start, max((number + 1) * size // windows, start + 1)

    return pooled(x, output_size, ends)


def end_one_too_far(params: Params, x: Any, *, output_size: Any) -> Any:
    """The end is rounded down and one added, which is one too many where the sizes divide."""
    return pooled(x, output_size, lambda i, n, size: (i * size // n, min((i + 1) * size // n + 1, size)))


def start_rounded_to_nearest(params: Params, x: Any, *, output_size: Any) -> Any:
    """The start of a window is rounded to the nearest cell instead of down."""

    def ends(number: int, windows: int, size: int) -> tuple[int, int]:
        _, end = right_ends(number, windows, size)
        return min(math.floor(number * size / windows + 0.5), end - 1), end

    return pooled(x, output_size, ends)


def divided_by_a_fixed_size(params: Params, x: Any, *, output_size: Any) -> Any:
    """Every window is divided by the size of the largest one."""
    y = adaptive_avg_pool2d(params, x, output_size=output_size)
    cells = [
        torch.tensor([end - start for start, end in (right_ends(i, n, size) for i in range(n))])
        for n, size in zip(y.shape[-2:], x.shape[-2:], strict=True)
    ]
    area = cells[0][:, None] * cells[1]
    return y * (area / area.max()).to(y.dtype)


def sum_of_the_window(params: Params, x: Any, *, output_size: Any) -> Any:
    """The window is summed and not divided."""
    y = adaptive_avg_pool2d(params, x, output_size=output_size)
    return y * (x.shape[-2] * x.shape[-1] / (y.shape[-2] * y.shape[-1]))


def none_taken_as_one(params: Params, x: Any, *, output_size: Any) -> Any:
    """None is taken as a single window."""
    if isinstance(output_size, tuple):
        output_size = tuple(1 if size is None else size for size in output_size)
    return adaptive_avg_pool2d(params, x, output_size=output_size)


def output_size_transposed(params: Params, x: Any, *, output_size: Any) -> Any:
    """The output size's pair is taken as (columns, rows)."""
    if isinstance(output_size, tuple):
        output_size = output_size[::-1]
    return adaptive_avg_pool2d(params, x, output_size=output_size)


def never_enlarged(params: Params, x: Any, *, output_size: Any) -> Any:
    """The output is never made larger than the plane."""
    y = adaptive_avg_pool2d(params, x, output_size=output_size)
    sizes = (min(out, size) for out, size in zip(y.shape[-2:], x.shape[-2:], strict=True))
    return adaptive_avg_pool2d(params, x, output_size=tuple(sizes))


def nearest_where_enlarged(params: Params, x: Any, *, output_size: Any) -> Any:
    """Where there are more windows than cells, each window is one cell, the nearest."""
    y = adaptive_avg_pool2d(params, x, output_size=output_size)
    if y.shape[-2] <= x.shape[-2] and y.shape[-1] <= x.shape[-1]:
        return y
    planes = x if x.ndim == 4 else x[None]
    return F.interpolate(planes, y.shape[-2:]).reshape(y.shape)


def cotangent_not_divided(params: Params, x: Any, *, output_size: Any) -> Any:
    """The pullback hands the whole cotangent to every cell of the window."""
    y = adaptive_avg_pool2d(params, x, output_size=output_size)
    return with_derivative_of(y, sum_of_the_window(params, x, output_size=output_size))


def overlaps_overwritten(params: Params, x: Array, *, output_size: Any) -> Any:
    """The pullback assigns to the cells of a window, and what an earlier window has put there is lost."""
    y, _ = vjp(params, x, output_size=output_size)
    rows, columns = (
        [slice(*right_ends(i, n, size)) for i in range(n)]
        for n, size in zip(y.shape[-2:], x.shape[-2:], strict=True)
    )

    def pullback(cotangent: Array) -> Any:
        d_x = np.zeros_like(x)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                cells = (row.stop - row.start) * (column.stop - column.start)
                d_x[..., row, column] = (cotangent[..., i, j] / cells)[..., None, None]
        return {}, (d_x,)

    return y, pullback


def cotangent_enlarged(params: Params, x: Any, *, output_size: Any) -> Any:
    """The pullback pools the cotangent back to the plane's size and divides by the ratio of the sizes."""
    y = adaptive_avg_pool2d(params, x, output_size=output_size)

    class Enlarged(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            value: Tensor = y.detach().clone()
            return value

        @staticmethod
        def backward(ctx: Any, *cotangents: Any) -> Any:
            (g,) = cotangents
            ratio = g.shape[-2] * g.shape[-1] / (x.shape[-2] * x.shape[-1])
            plane = tuple(x.shape[-2:])
            pooled_back: Tensor = adaptive_avg_pool2d({}, g, output_size=plane) * ratio
            return pooled_back

    return Enlarged.apply(x)  # type: ignore[no-untyped-call]


def batch_counted_as_channels(params: dict[str, Array], x: Array, *, output_size: Any) -> Any:
    """Batch and channels are merged for the loop, and an input without a batch comes back with one."""
    y = forward(params, x, output_size=output_size)
    return y.reshape(-1, *y.shape[-3:])


def divided_as_integers(params: Params, x: Any, *, output_size: Any) -> Any:
    """The division is one of integers, which rounds down."""
    return adaptive_avg_pool2d(params, x, output_size=output_size).floor()


def sum_kept_between_channels(params: Params, x: Any, *, output_size: Any) -> Any:
    """The accumulator is not reset, so that a channel starts from the sum of those before."""
    return adaptive_avg_pool2d(params, x, output_size=output_size).cumsum(-3)


def sum_kept_between_samples(params: Params, x: Any, *, output_size: Any) -> Any:
    """The accumulator is not reset, so that a sample starts from the sum of those before."""
    y = adaptive_avg_pool2d(params, x, output_size=output_size)
    return y.cumsum(0) if y.ndim == 4 else y


def windows_equal_without_a_batch(params: Params, x: Any, *, output_size: Any) -> Any:
    """The path for a single sample has windows that never overlap."""
    return (adaptive_avg_pool2d if x.ndim == 4 else end_rounded_down)(params, x, output_size=output_size)


DEFECTS = (
    wrong("adaptive_avg_pool2d", as_fixed_windows, law="agreement"),
    wrong("adaptive_avg_pool2d", end_rounded_down, law="plane_mirrors"),
    wrong("adaptive_avg_pool2d", end_one_too_far, law="own_size_changes_nothing"),
    wrong("adaptive_avg_pool2d", start_rounded_to_nearest, law="plane_mirrors"),
    wrong("adaptive_avg_pool2d", divided_by_a_fixed_size, law="agreement"),
    wrong("adaptive_avg_pool2d", sum_of_the_window, law="agreement"),
    wrong("adaptive_avg_pool2d", none_taken_as_one, law="shape_and_dtype"),
    wrong("adaptive_avg_pool2d", output_size_transposed, law="shape_and_dtype"),
    wrong("adaptive_avg_pool2d", never_enlarged, law="shape_and_dtype"),
    wrong("adaptive_avg_pool2d", nearest_where_enlarged, law="agreement"),
    wrong("adaptive_avg_pool2d", cotangent_not_divided, law="vjp"),
    wrong_vjp("adaptive_avg_pool2d", overlaps_overwritten, law="vjp"),
    wrong("adaptive_avg_pool2d", cotangent_enlarged, law="vjp"),
    wrong_forward("adaptive_avg_pool2d", batch_counted_as_channels, law="shape_and_dtype"),
    wrong("adaptive_avg_pool2d", divided_as_integers, law="is_linear"),
    wrong("adaptive_avg_pool2d", sum_kept_between_channels, law="channels_permute"),
    wrong("adaptive_avg_pool2d", sum_kept_between_samples, law="batch_is_independent"),
    wrong("adaptive_avg_pool2d", windows_equal_without_a_batch, law="unbatched_is_batch_of_one"),
)

"""Wrong average pools."""

from typing import Any

import torch

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, pair, right, right_kernel, with_derivative_of

avg_pool2d = right("avg_pool2d")
forward, vjp = right_kernel("avg_pool2d")


def sum_of_the_window(params: Params, x: Any, **config: Any) -> Any:
    """The window is summed and not divided."""
    avg_pool2d(params, x, **config)  # still refuses what is invalid
    return avg_pool2d(params, x, **{**config, "divisor_override": 1})


def padding_never_counted(params: Params, x: Any, **config: Any) -> Any:
    """The divisor never counts the padding, as if count_include_pad were False."""
    return avg_pool2d(params, x, **{**config, "count_include_pad": False})


def padding_always_counted(params: Params, x: Any, **config: Any) -> Any:
    """The divisor always counts the padding, as if count_include_pad were True."""
    return avg_pool2d(params, x, **{**config, "count_include_pad": True})


def overhang_counted(params: Params, x: Any, **config: Any) -> Any:
    """The divisor counts what a window that ceil_mode adds lets hang over the padding."""
    rows, columns = pair(config["kernel_size"])
    divisor = config["divisor_override"]
    if divisor is None and config["count_include_pad"]:
        divisor = max(rows * columns, 1)
    return avg_pool2d(params, x, **{**config, "divisor_override": divisor})


def divisor_override_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The divisor is always counted."""
    avg_pool2d(params, x, **config)  # still refuses what is invalid
    return avg_pool2d(params, x, **{**config, "divisor_override": None})


def divisor_override_needs_padding(params: Params, x: Any, **config: Any) -> Any:
    """The divisor given is lost where the padding is not counted."""
    avg_pool2d(params, x, **config)  # still refuses what is invalid
    divisor = config["divisor_override"] if config["count_include_pad"] else None
    return avg_pool2d(params, x, **{**config, "divisor_override": divisor})


def ceil_mode_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The output's size is always rounded down."""
    return avg_pool2d(params, x, **{**config, "ceil_mode": False})


def stride_transposed(params: Params, x: Any, **config: Any) -> Any:
    """The stride's pair is taken as (columns, rows)."""
    stride = pair(config["kernel_size"] if config["stride"] is None else config["stride"])
    return avg_pool2d(params, x, **{**config, "stride": stride[::-1]})


def cotangent_not_divided(params: Params, x: Any, **config: Any) -> Any:
    """The pullback hands the whole cotangent to every cell of the window."""
    y = avg_pool2d(params, x, **config)
    return with_derivative_of(y, avg_pool2d(params, x, **{**config, "divisor_override": 1}))


def pullback_counts_padding(params: Params, x: Any, **config: Any) -> Any:
    """The pullback divides by the size of the kernel, also where the forward does not count the padding."""
    y = avg_pool2d(params, x, **config)
    return with_derivative_of(y, avg_pool2d(params, x, **{**config, "count_include_pad": True}))


def batch_counted_as_channels(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """Batch and channels are merged for the loop, and an input without a batch comes back with one."""
    y = forward(params, x, **config)
    return y.reshape(-1, *y.shape[-3:])


def divisor_one_too_small(params: Params, x: Any, **config: Any) -> Any:
    """The divisor is one less than the number of cells, as that of a variance is."""
    y = avg_pool2d(params, x, **config)
    rows, columns = pair(config["kernel_size"])
    return y * (rows * columns / max(rows * columns - 1, 1))


def divided_as_integers(params: Params, x: Any, **config: Any) -> Any:
    """The division is one of integers, which rounds down."""
    return avg_pool2d(params, x, **config).floor()


def last_row_repeated(params: Params, x: Any, **config: Any) -> Any:
    """The remainder of a loop over blocks of rows repeats the block before."""
    y = avg_pool2d(params, x, **config)
    return torch.cat([y[..., :-1, :], y[..., -2:-1, :]], -2) if y.shape[-2] > 1 else y


def sum_kept_between_channels(params: Params, x: Any, **config: Any) -> Any:
    """The accumulator is not reset, so that a channel starts from the sum of those before."""
    return avg_pool2d(params, x, **config).cumsum(-3)


def sum_kept_between_samples(params: Params, x: Any, **config: Any) -> Any:
    """The accumulator is not reset, so that a sample starts from the sum of those before."""
    y = avg_pool2d(params, x, **config)
    return y.cumsum(0) if y.ndim == 4 else y


def divisor_override_needs_a_batch(params: Params, x: Any, **config: Any) -> Any:
    """The path for a single sample always counts the divisor."""
    return (avg_pool2d if x.ndim == 4 else divisor_override_ignored)(params, x, **config)


DEFECTS = (
    wrong("avg_pool2d", sum_of_the_window, law="norm_shrinks"),
    wrong("avg_pool2d", padding_never_counted, law="agreement"),
    wrong("avg_pool2d", padding_always_counted, law="agreement"),
    wrong(
        "avg_pool2d",
        overhang_counted,
        law="agreement",
        seen="https://github.com/microsoft/onnxruntime/issues/16203",
    ),
    wrong("avg_pool2d", divisor_override_ignored, law="agreement"),
    wrong(
        "avg_pool2d",
        divisor_override_needs_padding,
        law="agreement",
        seen="https://github.com/pytorch/executorch/pull/18616",
    ),
    wrong("avg_pool2d", ceil_mode_ignored, law="shape_and_dtype"),
    wrong("avg_pool2d", stride_transposed, law="shape_and_dtype"),
    wrong("avg_pool2d", cotangent_not_divided, law="vjp"),
    wrong("avg_pool2d", pullback_counts_padding, law="vjp"),
    wrong_forward("avg_pool2d", batch_counted_as_channels, law="shape_and_dtype"),
    wrong("avg_pool2d", divisor_one_too_small, law="keeps_the_mean"),
    wrong("avg_pool2d", divided_as_integers, law="is_linear"),
    wrong("avg_pool2d", last_row_repeated, law="is_translation_equivariant"),
    wrong("avg_pool2d", sum_kept_between_channels, law="channels_permute"),
    wrong("avg_pool2d", sum_kept_between_samples, law="batch_is_independent"),
    wrong("avg_pool2d", divisor_override_needs_a_batch, law="unbatched_is_batch_of_one"),
)

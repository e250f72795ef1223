"""Wrong max pools."""

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from ..tree import Array
from ._defect import wrong, wrong_forward, wrong_vjp
from ._right import Params, pair, right, right_kernel, with_derivative_of

max_pool2d = right("max_pool2d")
forward, vjp = right_kernel("max_pool2d")


def padding_can_win(params: Params, x: Any, **config: Any) -> Any:
    """The padding holds zeros, which beat negative numbers."""
    y = max_pool2d(params, x, **{**config, "return_indices": False})
    rows, columns = pair(config["padding"])
    padded = F.pad(torch.ones_like(x), (columns, columns, rows, rows))
    whole = -max_pool2d(params, -padded, **{**config, "padding": 0, "return_indices": False})
    if whole.shape == y.shape:  # where rounding up drops no window
        y = torch.where(whole == 0, y.relu(), y)
    return (y, max_pool2d(params, x, **config)[1]) if config["return_indices"] else y


def stride_defaults_to_one(params: Params, x: Any, **config: Any) -> Any:
    """Without a stride, windows start at every cell."""
    return max_pool2d(params, x, **{**config, "stride": config["stride"] or 1})


def dilation_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The window is never dilated."""
    max_pool2d(params, x, **config)  # still refuses what is invalid
    return max_pool2d(params, x, **{**config, "dilation": 1})


def ceil_mode_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The output's size is always rounded down."""
    return max_pool2d(params, x, **{**config, "ceil_mode": False})


def window_beyond_the_padding_kept(params: Params, x: Any, **config: Any) -> Any:
    """Rounding up keeps a last window that begins in the padding behind the input."""
    found = max_pool2d(params, x, **config)
    if not config["ceil_mode"]:
        return found
    y = found[0] if config["return_indices"] else found
    stride = pair(config["stride"] or config["kernel_size"])
    options = zip(*(pair(config[name]) for name in ("kernel_size", "dilation", "padding")), strict=True)
    more = [
        math.ceil((size + 2 * p - d * (k - 1) - 1) / s) + 1 - have
        for size, have, s, (k, d, p) in zip(x.shape[-2:], y.shape[-2:], stride, options, strict=True)
    ]
    wide = F.pad(y, (0, more[1], 0, more[0]), value=-math.inf)
    return (wide, F.pad(found[1], (0, more[1], 0, more[0]))) if config["return_indices"] else wide


def plane_cropped_to_whole_windows(params: Params, x: Any, **config: Any) -> Any:
    """The plane is cut into stride-sized blocks first, so that rows and columns at the end are lost."""
    rows, columns = (
        size - size % max(s, 1)
        for size, s in zip(x.shape[-2:], pair(config["stride"] or config["kernel_size"]), strict=True)
    )
    return max_pool2d(params, x[..., :rows, :columns] if rows and columns else x, **config)


def largest_in_size_wins(params: Params, x: Any, **config: Any) -> Any:
    """Values are compared by their size, so that a very negative one wins."""
    highest, lowest = (max_pool2d(params, side, **{**config, "return_indices": True}) for side in (x, -x))
    up = highest[0] >= lowest[0]
    y, index = torch.where(up, highest[0], -lowest[0]), torch.where(up, highest[1], lowest[1])
    return (y, index) if config["return_indices"] else y


def last_column_skipped(params: Params, x: Any, **config: Any) -> Any:
    """The loop over the window stops one column short."""
    found = max_pool2d(params, x, **{**config, "return_indices": True})
    (rows, columns), stride = pair(config["kernel_size"]), config["stride"] or config["kernel_size"]
    if columns > 1 and pair(config["padding"])[1] <= (columns - 1) // 2:
        narrow = {**config, "kernel_size": (rows, columns - 1), "stride": stride, "return_indices": True}
        height, width = found[0].shape[-2:]
        found = tuple(part[..., :height, :width] for part in max_pool2d(params, x, **narrow))
    return found if config["return_indices"] else found[0]


def return_indices_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The indices are never returned."""
    return max_pool2d(params, x, **{**config, "return_indices": False})


def indices_of_the_padded_plane(params: Params, x: Any, **config: Any) -> Any:
    """The indices count the cells of the padded plane."""
    found, (rows, columns), width = max_pool2d(params, x, **config), pair(config["padding"]), x.shape[-1]
    if not config["return_indices"]:
        return found
    y, index = found
    return y, (index // width + rows) * (width + 2 * columns) + index % width + columns


def indices_count_down_columns(params: Params, x: Any, **config: Any) -> Any:
    """The indices run down the columns, column * rows + row."""
    found = max_pool2d(params, x, **config)
    if not config["return_indices"]:
        return found
    return found[0], found[1] % x.shape[-1] * x.shape[-2] + found[1] // x.shape[-1]


def indices_of_the_whole_array(params: Params, x: Any, **config: Any) -> Any:
    """The indices count through channels and batch, not within the plane."""
    found = max_pool2d(params, x, **config)
    if not config["return_indices"]:
        return found
    planes = torch.arange(x.shape[:-2].numel()).reshape(*x.shape[:-2], 1, 1)
    return found[0], found[1] + planes * x.shape[-2:].numel()


def indices_in_32_bits(params: Params, x: Any, **config: Any) -> Any:
    """The indices are int32."""
    found = max_pool2d(params, x, **config)
    return (found[0], found[1].int()) if config["return_indices"] else found


def last_of_equals_wins(params: Params, x: Any, **config: Any) -> Any:
    """Of equal maxima the last one is taken, >= where > is meant."""
    found = max_pool2d(params, x, **config)
    if not config["return_indices"] or pair(config["padding"]) != (0, 0) or config["ceil_mode"]:
        return found
    # Turned by half a turn the last is the first, provided that the windows still lie on the same cells.
    rows, columns = (
        d * (k - 1) + 1 + s * (size - 1)
        for d, k, s, size in zip(
            *(pair(config[name] or config["kernel_size"]) for name in ("dilation", "kernel_size", "stride")),
            found[0].shape[-2:],
            strict=True,
        )
    )
    y, index = max_pool2d(params, x[..., :rows, :columns].flip(-2, -1), **config)
    row, column = rows - 1 - index // columns, columns - 1 - index % columns
    return y.flip(-2, -1), (row * x.shape[-1] + column).flip(-2, -1)


def nan_ignored(params: Params, x: Any, **config: Any) -> Any:
    """NaN loses every comparison, so that it is never the maximum."""
    return max_pool2d(params, torch.where(x.isnan(), -math.inf, x), **config)


def cotangent_shared_by_equals(params: Params, x: Any, **config: Any) -> Any:
    """Equal maxima share the cotangent."""
    found = max_pool2d(params, x, **config)
    y = found[0] if config["return_indices"] else found
    plain = pair(config["padding"]) == (0, 0) == tuple(d - 1 for d in pair(config["dilation"]))
    if not plain or config["ceil_mode"]:
        return found
    strides, kernel = pair(config["stride"] or config["kernel_size"]), pair(config["kernel_size"])
    windows = x.unfold(-2, kernel[0], strides[0]).unfold(-2, kernel[1], strides[1])
    y = with_derivative_of(y, windows.amax((-2, -1)))
    return (y, found[1]) if config["return_indices"] else y


def cotangent_overwritten(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """Where windows share a maximum, one cotangent overwrites the other, as dx[index] = g does."""
    y, index = forward(params, x, **{**config, "return_indices": True})

    def pullback(cotangent: Any) -> Any:
        g = cotangent[0] if config["return_indices"] else cotangent
        planes = int(np.prod(x.shape[:-2]))
        dx = np.zeros((planes, x.shape[-2] * x.shape[-1]), x.dtype)
        for plane, where, values in zip(dx, index.reshape(planes, -1), g.reshape(planes, -1), strict=True):
            plane[where] = values
        return {}, (dx.reshape(x.shape),)

    return (y, index) if config["return_indices"] else y, pullback


def planes_read_as_one_buffer(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """The kernel walks through the buffer by the strides of a C-ordered array."""
    return forward(params, x.ravel(order="K").reshape(x.shape), **config)


def bounded_activation_fused(params: Params, x: Any, **config: Any) -> Any:
    """The maxima are capped at 6, as the activation in front of them is in mobile networks."""
    found = max_pool2d(params, x, **config)
    return (found[0].clamp(max=6), found[1]) if config["return_indices"] else found.clamp(max=6)


def last_row_repeated(params: Params, x: Any, **config: Any) -> Any:
    """The remainder of a loop over blocks of rows repeats the block before."""
    found = max_pool2d(params, x, **config)
    y, *index = found if config["return_indices"] else (found,)
    y = torch.cat([y[..., :-1, :], y[..., -2:-1, :]], -2) if y.shape[-2] > 1 else y
    return (y, *index) if index else y


def maximum_kept_between_channels(params: Params, x: Any, **config: Any) -> Any:
    """The running maximum is not reset, so that a channel starts from the one before."""
    found = max_pool2d(params, x, **config)
    y, *index = found if config["return_indices"] else (found,)
    y = y.cummax(-3).values if y.numel() else y
    return (y, *index) if index else y


def maximum_kept_between_samples(params: Params, x: Any, **config: Any) -> Any:
    """The running maximum is not reset, so that a sample starts from the one before."""
    found = max_pool2d(params, x, **config)
    y, *index = found if config["return_indices"] else (found,)
    y = y.cummax(0).values if y.numel() and y.ndim == 4 else y
    return (y, *index) if index else y


def padding_can_win_without_batch(params: Params, x: Any, **config: Any) -> Any:
    """The path for a single sample pads with zeros, which beat negative numbers."""
    return (max_pool2d if x.ndim == 4 else padding_can_win)(params, x, **config)


DEFECTS = (
    wrong("max_pool2d", padding_can_win, law="maximum_shifts"),
    wrong("max_pool2d", stride_defaults_to_one, law="shape_and_dtype"),
    wrong("max_pool2d", dilation_ignored, law="shape_and_dtype"),
    wrong("max_pool2d", ceil_mode_ignored, law="shape_and_dtype"),
    wrong(
        "max_pool2d",
        window_beyond_the_padding_kept,
        law="shape_and_dtype",
        seen="https://github.com/apache/tvm/pull/18641",
    ),
    wrong("max_pool2d", plane_cropped_to_whole_windows, law="agreement"),
    wrong("max_pool2d", largest_in_size_wins, law="differences_do_not_grow"),
    wrong("max_pool2d", last_column_skipped, law="maximum_moves_freely"),
    wrong("max_pool2d", return_indices_ignored, law="shape_and_dtype"),
    wrong("max_pool2d", indices_of_the_padded_plane, law="agreement"),
    wrong("max_pool2d", indices_count_down_columns, law="agreement"),
    wrong("max_pool2d", indices_of_the_whole_array, law="agreement"),
    wrong("max_pool2d", indices_in_32_bits, law="shape_and_dtype"),
    wrong("max_pool2d", last_of_equals_wins, law="kinks"),
    wrong(
        "max_pool2d", nan_ignored, law="special_values", seen="https://github.com/pytorch/pytorch/issues/7645"
    ),
    wrong("max_pool2d", cotangent_shared_by_equals, law="kinks"),
    wrong_vjp("max_pool2d", cotangent_overwritten, law="vjp"),
    wrong_forward("max_pool2d", planes_read_as_one_buffer, law="memory_layout"),
    wrong("max_pool2d", bounded_activation_fused, law="is_homogeneous"),
    wrong("max_pool2d", last_row_repeated, law="is_translation_equivariant"),
    wrong("max_pool2d", maximum_kept_between_channels, law="channels_permute"),
    wrong("max_pool2d", maximum_kept_between_samples, law="batch_is_independent"),
    wrong("max_pool2d", padding_can_win_without_batch, law="unbatched_is_batch_of_one"),
)

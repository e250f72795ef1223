"""Wrong convolutions."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from ..tree import Array
from ._defect import wrong, wrong_forward
from ._right import Params, pair, right, right_kernel, scaled_cotangent, with_derivative_of

forward, vjp = right_kernel("conv2d")


def conv2d(params: Params, x: Any, **config: Any) -> Any:
    """The reference on plain strides: over odd ones of dimensions of size 1 torch's pullback spoils memory."""
    tensors = {name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in params.items()}
    return right("conv2d")(tensors, x.clone(memory_format=torch.contiguous_format), **config)


def kernel_flipped(params: Params, x: Any, **config: Any) -> Any:
    """The kernel is flipped, as in the convolution of signal processing."""
    return conv2d({**params, "weight": params["weight"].flip(-2, -1)}, x, **config)


def kernel_transposed(params: Params, x: Any, **config: Any) -> Any:
    """The kernel's rows are read as columns."""
    weight = params["weight"]
    return conv2d({**params, "weight": weight.mT.reshape(weight.shape)}, x, **config)


def kernel_channels_last(params: Params, x: Any, **config: Any) -> Any:
    """The weight's memory is read as (out_channels, rows, columns, in_channels)."""
    out_channels, in_group, *kernel = params["weight"].shape
    weight = params["weight"].reshape(out_channels, *kernel, in_group).permute(0, 3, 1, 2)
    return conv2d({**params, "weight": weight}, x, **config)


def bias_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The bias is never added."""
    return conv2d({"weight": params["weight"]}, x, **{**config, "bias": False})


def activation_fused(params: Params, x: Any, **config: Any) -> Any:
    """The activation that usually follows is fused into the convolution."""
    return conv2d(params, x, **config).relu()


def groups_interleaved(params: Params, x: Any, **config: Any) -> Any:
    """Channel c belongs to group c % groups, not to group c // (in_channels // groups)."""
    order = torch.arange(config["in_channels"]).reshape(-1, max(config["groups"], 1)).T.flatten()
    return conv2d(params, x[..., order, :, :], **config)


def stride_transposed(params: Params, x: Any, **config: Any) -> Any:
    """The stride's pair is taken as (columns, rows)."""
    return conv2d(params, x, **{**config, "stride": pair(config["stride"])[::-1]})


def stride_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The stride is always 1."""
    conv2d(params, x, **config)  # still refuses what is invalid
    return conv2d(params, x, **{**config, "stride": 1})


def dilation_ignored(params: Params, x: Any, **config: Any) -> Any:
    """The kernel is never dilated."""
    conv2d(params, x, **config)  # still refuses what is invalid
    return conv2d(params, x, **{**config, "dilation": 1})


def padding_mode_ignored(params: Params, x: Any, **config: Any) -> Any:
    """Every padding mode pads with zeros."""
    conv2d(params, x, **config)  # still refuses what is invalid
    return conv2d(params, x, **{**config, "padding_mode": "zeros"})


def reflection_repeats_the_edge(params: Params, x: Any, **config: Any) -> Any:
    """The mirror image begins with the edge itself."""
    if config["padding_mode"] != "reflect" or isinstance(config["padding"], str):
        return conv2d(params, x, **config)
    for axis, width in zip((-2, -1), pair(config["padding"]), strict=True):
        mirrored, size = x.flip(axis), x.shape[axis]
        x = torch.cat([mirrored.narrow(axis, size - width, width), x, mirrored.narrow(axis, 0, width)], axis)
    return conv2d(params, x, **{**config, "padding": 0})


def odd_cell_padded_before(params: Params, x: Any, **config: Any) -> Any:
    """For "same", the odd cell of the padding goes to the top and left."""
    if config["padding"] != "same":
        return conv2d(params, x, **config)
    turned = {**params, "weight": params["weight"].flip(-2, -1)}
    return conv2d(turned, x.flip(-2, -1), **config).flip(-2, -1)


def same_padded_alike(params: Params, x: Any, **config: Any) -> Any:
    """For "same", half of the dilated kernel is padded on either side, too much for an even kernel."""
    if config["padding"] != "same":
        return conv2d(params, x, **config)
    sizes = zip(pair(config["kernel_size"]), pair(config["dilation"]), strict=True)
    padding = tuple(
        min((d * (k - 1) + 1) // 2, size - 1) for (k, d), size in zip(sizes, x.shape[-2:], strict=True)
    )
    return conv2d(params, x, **{**config, "padding": padding})


def size_rounded_up(params: Params, x: Any, **config: Any) -> Any:
    """The output's size is rounded up: a last window hangs over the padded input."""
    rows, columns = (stride - 1 for stride in pair(config["stride"]))
    return conv2d(params, F.pad(x, (0, columns, 0, rows)) if min(rows, columns) >= 0 else x, **config)


def batch_added(params: Params, x: Any, **config: Any) -> Any:
    """An input without a batch comes back with one of size 1."""
    y = conv2d(params, x, **config)
    return y if x.ndim == 4 else y.unsqueeze(0)


def input_centred(params: Params, x: Any, **config: Any) -> Any:
    """The mean of the plane is subtracted, so that every output depends on the whole input."""
    return conv2d(params, x - x.mean((-2, -1), keepdim=True), **config)


def last_row_repeated(params: Params, x: Any, **config: Any) -> Any:
    """The remainder of a loop over blocks of rows repeats the block before."""
    y = conv2d(params, x, **config)
    return torch.cat([y[..., :-1, :], y[..., -2:-1, :]], -2) if y.shape[-2] > 1 else y


def computed_in_single_precision(params: Params, x: Any, **config: Any) -> Any:
    """A float64 convolution is computed in float32 and widened afterwards."""
    narrow = {name: tensor.float() for name, tensor in params.items()}
    return conv2d(narrow, x.float(), **config).to(x.dtype)


def weight_cotangent_averaged(params: Params, x: Any, **config: Any) -> Any:
    """The weight's cotangent is averaged over the batch, not summed."""
    weight = scaled_cotangent(params["weight"], 1 / max(x.shape[0], 1) if x.ndim == 4 else 1)
    return conv2d({**params, "weight": weight}, x, **config)


def weight_cotangent_flipped(params: Params, x: Any, **config: Any) -> Any:
    """The weight's cotangent comes back with rows and columns reversed."""
    weight = params["weight"]
    return conv2d({**params, "weight": with_derivative_of(weight, weight.flip(-2, -1))}, x, **config)


def bias_cotangent_averaged(params: Params, x: Any, **config: Any) -> Any:
    """The bias's cotangent is averaged over the plane, not summed."""
    y = conv2d(params, x, **config)
    if not config["bias"]:
        return y
    averaged = scaled_cotangent(params["bias"], 1 / max(y.shape[-2:].numel(), 1))
    return conv2d({**params, "bias": averaged}, x, **config)


def input_cotangent_by_unflipped_kernel(params: Params, x: Any, **config: Any) -> Any:
    """The pullback correlates with the kernel once more, where it should turn it by half a turn."""
    turned = {name: tensor.detach() for name, tensor in params.items()}
    turned["weight"] = turned["weight"].flip(-2, -1)
    y = conv2d(params, x, **config)
    return with_derivative_of(y, conv2d(params, x.detach(), **config) + conv2d(turned, x, **config))


def size_is_a_float(params: dict[str, Array], x: Array, **config: Any) -> Any:
    """The output's size is computed with / and not with //, so that it is a float."""
    y = np.array(forward(params, x, **config))
    rows = (y.shape[-2] - 1) * pair(config["stride"])[0] / pair(config["stride"])[0] + 1
    return np.zeros((*y.shape[:-2], rows, y.shape[-1]), y.dtype) + y


def padding_clipped(params: Params, x: Any, **config: Any) -> Any:
    """A negative padding is taken for none."""
    padding = config["padding"]
    if not isinstance(padding, str):
        padding = tuple(max(width, 0) for width in pair(padding))
    return conv2d(params, x, **{**config, "padding": padding})


def bias_forgotten_for_one_cell(params: Params, x: Any, **config: Any) -> Any:
    """The fast path for kernels of 1 x 1 forgets the bias."""
    y = conv2d(params, x, **config)
    return y - params["bias"][:, None, None] if config["bias"] and params["weight"][0, 0].numel() == 1 else y


def dilated_kernel_starts_in_a_hole(params: Params, x: Any, **config: Any) -> Any:
    """The first tap of a dilated kernel lies dilation - 1 cells in, where its holes begin."""
    conv2d(params, x, **config)  # still refuses what is invalid
    rows, columns = pair(config["dilation"])
    return conv2d(params, x.roll((1 - rows, 1 - columns), (-2, -1)), **config)


def odd_channel_dropped(params: Params, x: Any, **config: Any) -> Any:
    """The loop takes channels in pairs and forgets a last one without a partner."""
    y = conv2d(params, x, **config)
    channels = config["in_channels"]
    if channels % 2 == 0 or channels == 1:
        return y
    last = torch.arange(channels).reshape(-1, 1, 1) == channels - 1
    return conv2d(params, torch.where(last, 0 * x, x), **config)


def bias_for_the_first_sample_only(params: Params, x: Any, **config: Any) -> Any:
    """The accumulator starts from the bias once, and from zero for all other samples."""
    y = conv2d(params, x, **config)
    if x.ndim == 3 or not config["bias"]:
        return y
    first = torch.arange(len(x)).reshape(-1, 1, 1, 1) == 0
    return torch.where(first, y, y - params["bias"][:, None, None])


def batch_centred(params: Params, x: Any, **config: Any) -> Any:
    """The input is centred over the batch, as a normalisation folded into the layer does in training."""
    return conv2d(params, x - x.mean(0) if x.ndim == 4 and len(x) else x, **config)


def padded_with_zeros_without_batch(params: Params, x: Any, **config: Any) -> Any:
    """The padding modes are written for a batch; a single sample is padded with zeros."""
    y = conv2d(params, x, **config)
    return y if x.ndim == 4 else conv2d(params, x, **{**config, "padding_mode": "zeros"})


DEFECTS = (
    wrong("conv2d", kernel_flipped, law="equals_toeplitz_matrix"),
    wrong("conv2d", kernel_transposed, law="agreement"),
    wrong("conv2d", kernel_channels_last, law="agreement"),
    wrong("conv2d", bias_ignored, law="agreement"),
    wrong("conv2d", activation_fused, law="is_linear"),
    wrong("conv2d", groups_interleaved, law="groups_are_block_diagonal"),
    wrong("conv2d", stride_transposed, law="shape_and_dtype"),
    wrong("conv2d", stride_ignored, law="shape_and_dtype"),
    wrong("conv2d", dilation_ignored, law="shape_and_dtype"),
    wrong("conv2d", padding_mode_ignored, law="agreement"),
    wrong("conv2d", reflection_repeats_the_edge, law="agreement"),
    wrong("conv2d", odd_cell_padded_before, law="agreement"),
    wrong(
        "conv2d",
        same_padded_alike,
        law="shape_and_dtype",
        seen="https://github.com/FluxML/Flux.jl/issues/1605",
    ),
    wrong("conv2d", size_rounded_up, law="shape_and_dtype"),
    wrong("conv2d", batch_added, law="shape_and_dtype"),
    wrong("conv2d", input_centred, law="is_local"),
    wrong("conv2d", last_row_repeated, law="is_translation_equivariant"),
    wrong("conv2d", computed_in_single_precision, law="agreement", dtypes=("float64",)),
    wrong("conv2d", weight_cotangent_averaged, law="batch_adds_up"),
    wrong("conv2d", weight_cotangent_flipped, law="vjp"),
    wrong("conv2d", bias_cotangent_averaged, law="vjp"),
    wrong("conv2d", input_cotangent_by_unflipped_kernel, law="vjp"),
    wrong("conv2d", padding_clipped, law="rejection"),
    wrong_forward("conv2d", size_is_a_float, law="shape_and_dtype"),
    wrong("conv2d", bias_forgotten_for_one_cell, law="one_by_one_is_dense"),
    wrong("conv2d", dilated_kernel_starts_in_a_hole, law="dilated_is_zero_stuffed"),
    wrong("conv2d", odd_channel_dropped, law="channels_permute"),
    wrong("conv2d", bias_for_the_first_sample_only, law="batch_permutes"),
    wrong("conv2d", batch_centred, law="batch_is_independent"),
    wrong("conv2d", padded_with_zeros_without_batch, law="unbatched_is_batch_of_one"),
)

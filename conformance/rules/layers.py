"""Rules of dense and convolutional layers, and of what only passes its argument on."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .recipe import Outside, Recipe, both, pair, present


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Recipe:
    if weight.dim() != 2:
        raise Outside("weight must have two dimensions")
    out_features, in_features = weight.shape
    return Recipe(
        operation="linear",
        config={"in_features": in_features, "out_features": out_features, "bias": bias is not None},
        params=present(weight=weight, bias=bias),
        inputs=(input,),
    )


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Recipe:
    """Of integers, the targets of a loss for example, it is glue: no backend's flatten is asked for them."""
    if not input.is_floating_point():
        return Recipe(operation=None, inputs=(input,))
    return Recipe(operation="flatten", config={"start_dim": start_dim, "end_dim": end_dim}, inputs=(input,))


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    *,
    padding_mode: str = "zeros",
) -> Recipe:
    return Recipe(
        operation="conv2d",
        config={
            "in_channels": weight.shape[1] * groups,
            "out_channels": weight.shape[0],
            "kernel_size": tuple(weight.shape[2:]),
            "stride": pair(stride),
            "padding": padding if isinstance(padding, str) else pair(padding),
            "dilation": pair(dilation),
            "groups": groups,
            "bias": bias is not None,
            "padding_mode": padding_mode,
        },
        params=present(weight=weight, bias=bias),
        inputs=(input,),
    )


def padded_convolution(
    mode: str,
    pads: Sequence[int],
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Recipe:
    """A convolution of what F.pad returned is one convolution: this is how nn.Conv2d has its padding modes."""
    rows, columns = both(dilation)
    same = [
        side
        for size, step in ((weight.shape[3], columns), (weight.shape[2], rows))
        for side in (step * (size - 1) // 2, step * (size - 1) - step * (size - 1) // 2)
    ]
    option: Any
    if isinstance(padding, str) or len(pads) != 4 or both(padding) != (0, 0):
        raise Outside("F.pad and padding at once")
    if pads[0] == pads[1] and pads[2] == pads[3]:
        option = (pads[2], pads[0])
    elif list(pads) == same:
        option = "same"
    else:
        raise Outside(f"F.pad by {tuple(pads)}, which differ from side to side")
    known = {"constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
    return conv2d(input, weight, bias, stride, option, dilation, groups, padding_mode=known[mode])


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Recipe:
    """Torch's dropout, which draws its mask: outside training it does nothing."""
    if training and p:
        raise Outside("dropout in training draws random numbers (see Module.eval)")
    return Recipe(operation=None, inputs=(input,))

"""Rules of normalisations, and of what a batch norm does to its running statistics."""

import sys
from collections.abc import Sequence
from types import FrameType

from torch import Tensor, nn

from .recipe import Outside, Recipe, present

_FORWARD = nn.BatchNorm1d.forward.__code__
"""What all batch norms of torch's run, whatever their dimensions."""


def running_layer() -> nn.BatchNorm1d | None:
    """The layer of torch's own whose forward is running: it counts batches, and may divide by their number."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code is _FORWARD:
            layer: nn.BatchNorm1d = frame.f_locals["self"]
            return layer
        frame = frame.f_back
    return None


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Recipe:
    """In training torch overwrites the running statistics, and a layer has counted its batch just before."""
    if weight is None and bias is not None:
        raise Outside("a bias without a weight is outside the specification")
    if (running_mean is None) != (running_var is None):
        raise Outside("one running statistic of two is outside the specification")
    tracked, layer = running_mean is not None, running_layer()
    count = None if layer is None else layer.num_batches_tracked
    statistics = present(running_mean=running_mean, running_var=running_var)
    # Without a layer nothing counts, and where momentum is a number nothing depends on the count.
    counted = {"num_batches_tracked": 0 if count is None else count} if tracked else {}
    return Recipe(
        operation="batch_norm",
        config={
            "num_features": input.shape[1] if input.dim() > 1 else 0,
            "eps": eps,
            "momentum": momentum if layer is None else layer.momentum,
            "affine": weight is not None,
            "track_running_stats": tracked,
            "bias": weight is None or bias is not None,
            "training": training,
        },
        params={**present(weight=weight, bias=bias), **statistics, **counted},
        inputs=(input,),
        updates=(running_mean, running_var, count) if training and tracked else (),
    )


def batch_norm_in_another_order(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Recipe:
    """torch.batch_norm, which lies under the function of torch.nn."""
    return batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Recipe:
    if weight is None and bias is not None:
        raise Outside("a bias without a weight is outside the specification")
    return Recipe(
        operation="layer_norm",
        config={
            "normalized_shape": tuple(normalized_shape),
            "eps": eps,
            "elementwise_affine": weight is not None,
            "bias": bias is not None,
        },
        params=present(weight=weight, bias=bias),
        inputs=(input,),
    )


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Recipe:
    return Recipe(
        operation="local_response_norm",
        config={"size": size, "alpha": alpha, "beta": beta, "k": k},
        inputs=(input,),
    )

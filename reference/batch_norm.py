"""batch_norm: every channel standardised by its mean and variance over a batch, or by running ones."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class BatchNorm(nn.modules.batchnorm._BatchNorm):
    """y = (x - mean) / sqrt(variance + eps) * weight + bias, for every channel

    In training, and without running statistics in evaluation too, mean and variance are those of the n elements
    of the channel in the batch, the variance divided by n. In evaluation with running statistics they are these,
    and constants.

    In training with running statistics there are new ones, for which the variance is divided by n - 1:

        running_mean' = (1 - f) * running_mean + f * mean
        running_var' = (1 - f) * running_var + f * variance * n / (n - 1)
        num_batches_tracked' = num_batches_tracked + 1

    with f = momentum or, if momentum is None, 1 / num_batches_tracked'. They are outputs: nothing changes in
    place, and as in PyTorch no derivative goes through them. An empty batch leaves mean and variance.

    Config:
        num_features: the number of channels C.
        eps: added to the variance, under the root.
        momentum: the weight of the newest batch in the running statistics; None for their plain mean.
        affine: False leaves weight and bias out.
        track_running_stats: False leaves the running statistics out.
        bias: False leaves the bias out.
        training: whether the batch's own statistics are used, and tracked.

    Params:
        weight: (C,), only if `affine`
        bias: (C,), only if `affine` and `bias`
        running_mean: (C,), only if `track_running_stats`; not differentiated
        running_var: (C,), only if `track_running_stats`; not differentiated
        num_batches_tracked: () int64, only if `track_running_stats`

    Inputs:
        x: (N, C), (N, C, L), (N, C, H, W) or (N, C, D, H, W); N may be 0

    Output:
        y: the shape of x; in training with running statistics
            (y, running_mean', running_var', num_batches_tracked')

    Raises:
        ValueError: x has one dimension or more than five, or not C channels; a mean goes over a single element.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html (and 1d, 3d)
        Ioffe, Szegedy (2015), Batch normalization, https://arxiv.org/abs/1502.03167
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        bias: bool = True,
        training: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias=bias)
        self.train(training)

    def forward(self, input: Tensor) -> Any:
        """Return y, in training with running statistics with the new ones behind it."""
        if not 2 <= input.ndim <= 5:
            raise ValueError(f"expected x of two to five dimensions, got {input.ndim}")
        if input.shape[1] != self.num_features:
            raise ValueError(f"expected {self.num_features} channels, got {input.shape[1]}")
        mean, var = self.running_mean, self.running_var
        if mean is None or var is None:
            return F.batch_norm(input, None, None, self.weight, self.bias, True, 0.0, self.eps)
        if not self.training:
            return F.batch_norm(input, mean, var, self.weight, self.bias, False, 0.0, self.eps)
        y = F.batch_norm(input, None, None, self.weight, self.bias, True, 0.0, self.eps)
        with torch.no_grad():
            return y, *self._tracked(input.detach(), mean, var)

    def _tracked(self, x: Tensor, running_mean: Tensor, running_var: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        assert self.num_batches_tracked is not None
        count = self.num_batches_tracked + 1
        if x.numel() == 0:
            return running_mean.clone(), running_var.clone(), count
        dims = [0, *range(2, x.ndim)]
        f: Any = 1 / count.to(x.dtype) if self.momentum is None else self.momentum
        return (1 - f) * running_mean + f * x.mean(dims), (1 - f) * running_var + f * x.var(dims), count

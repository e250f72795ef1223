"""cross_entropy: the negative log-likelihood of the target under a softmax."""

import torch.nn.functional as F
from torch import Tensor, nn


class CrossEntropyLoss(nn.CrossEntropyLoss):
    """loss = reduction over n of the sum over c of -weight[c] * q[n, c] * log_softmax(input)[n, c]

    where c runs over the C classes, n over the batch and d1, ..., dK, and q is the target p, smoothed:
    q[n, c] = (1 - label_smoothing) * p[n, c] + label_smoothing / C. For class probabilities p = target; for
    class indices p[n, c] = 1 if c == target[n] else 0, and without smoothing only the term of that class is
    formed. Where target[n] == ignore_index, loss[n] = 0 and no gradient flows.

    Config:
        ignore_index: a class index, not necessarily of a class, whose places do not count.
        reduction: "none", "sum" or "mean". The mean is the sum over n divided by the sum of weight[target[n]]
            over those n that are not ignored; for class probabilities by the number of n, whatever the
            weights. Nothing to count gives NaN.
        label_smoothing: in [0, 1], how much of the target is spread evenly over all classes.

    Params:
        weight: (C,), optional, all ones without it; it is not differentiated

    Inputs:
        input: (C,), (N, C) or (N, C, d1, ..., dK), logits
        target: class indices in [0, C), int64, (), (N,) or (N, d1, ..., dK), or else class probabilities, the
            shape and dtype of input, which are differentiated

    Output:
        loss: () or, with reduction="none", (), (N,) or (N, d1, ..., dK)

    Raises:
        ValueError: input is 0-d; target has neither shape; a class index is out of range and not
            ignore_index; weight does not have the shape (C,); an unknown reduction; label_smoothing > 1 (a
            negative one is not specified); class probabilities with ignore_index >= 0.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
        Szegedy, Vanhoucke, Ioffe, Shlens, Wojna (2016), Rethinking the Inception architecture for computer
        vision, section 7, https://arxiv.org/abs/1512.00567
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(
            weight, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing
        )

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            # Of its several code paths torch refuses to differentiate some by the weight and does others.
            None if self.weight is None else self.weight.detach(),
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )

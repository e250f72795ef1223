"""mse_loss: the squared error."""

from torch import Tensor, nn


class MSELoss(nn.MSELoss):
    """loss = reduction over all i of (input[i] - target[i])**2

    Config:
        reduction: "none", "mean" (the sum over the number of elements, NaN if there are none) or "sum".

    Inputs:
        input: (...)
        target: (...), the shape of input; it is differentiated as well

    Output:
        loss: () or, with reduction="none", (...)

    Raises:
        ValueError: the shapes differ (PyTorch broadcasts them, and warns); an unknown reduction.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        if input.shape != target.shape:
            raise ValueError(f"input {tuple(input.shape)} and target {tuple(target.shape)} differ in shape")
        return super().forward(input, target)

"""dropout: elements dropped by a mask that is given, the others scaled up."""

import torch
from torch import Tensor, nn


class Dropout(nn.Dropout):
    """y = x * mask / (1 - p), elementwise in training; y = x in evaluation

    The mask is an input: nothing here is random. Where it holds an element is kept; a fair mask holds with the
    probability 1 - p, but any mask is right. With p = 1 all is dropped, y = x * 0, whatever the mask. NaN and
    inf stay NaN and inf where they are kept, and give NaN where they are dropped. The output is a copy in
    evaluation, too.

    Config:
        p: the probability of being dropped, from 0 to 1
        training: whether anything is dropped

    Inputs:
        x: (...)
        mask: the shape of x, of booleans, or None: where p is 0 nothing needs to be dropped, and in evaluation
            no mask is taken, since it would be ignored. It is not differentiated.

    Output:
        y: (...), the shape of x

    Raises:
        ValueError: p is outside 0..1; training with p > 0 has no mask; evaluation has one; the mask has another
            shape than x, or holds no booleans.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html
        Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov (2014), Dropout: a simple way to prevent neural
        networks from overfitting, https://jmlr.org/papers/v15/srivastava14a.html
    """

    def __init__(self, p: float = 0.5, training: bool = True) -> None:
        super().__init__(p, inplace=False)
        self.train(training)

    def forward(self, input: Tensor, mask: Tensor | None = None) -> Tensor:
        x = input
        if not self.training:
            if mask is not None:
                raise ValueError("mask must be None in evaluation, where nothing is dropped")
            return x.clone()
        if mask is None:
            if self.p > 0:
                raise ValueError("mask must not be None in training with p > 0")
            return x.clone()
        if mask.dtype != torch.bool:
            raise ValueError(f"mask must hold booleans, got {mask.dtype}")
        if mask.shape != x.shape:
            raise ValueError(f"mask must have the shape {tuple(x.shape)} of x, got {tuple(mask.shape)}")
        return x * mask * 0 if self.p == 1 else x * mask / (1 - self.p)

"""clip_grad_norm: gradients scaled down until their total norm is within a bound."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ._optimizers import refuse_negative, refuse_tensors


class ClipGradNorm(nn.Module):
    """gradients[n] = gradients[n] * min(1, max_norm / (total_norm + 1e-6)) for every name n

    where total_norm is the norm of the vector of the norms of the single gradients. The norm of numbers x is

        (sum |x|**p)**(1/p), p = norm_type
        max |x| if p is inf, min |x| if p is -inf
        the number of those that are not 0 if p is 0: in total, of the gradients that are not 0 throughout

    torch.nn.utils.clip_grad_norm_ as a function: the gradients that it scales in place are returned. It is not
    differentiated. A total norm of nan makes every gradient nan, one of inf what is finite 0 and what is not nan.

    Config:
        max_norm: the bound, 0 or more; inf changes nothing, and measures. A plain number.
        norm_type: p, any number; "inf" is inf.
        error_if_nonfinite: a total norm that is nan or infinite is refused.

    Inputs:
        gradients: {n: (...)}, one at least

    Output:
        gradients: {n: (...)}
        total_norm: (), of the gradients that were given

    Raises:
        ValueError: max_norm is negative (with which torch turns gradients round); norm_type is no number; the
            norm of an empty gradient where norm_type is inf or negative; a total norm that is not finite where
            error_if_nonfinite says so.
        NotImplementedError: max_norm or norm_type is a tensor.

    There are no params: what a gradient belongs to does not matter. torch's foreach says how the norms are
    computed.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
    """

    def __init__(
        self, max_norm: float, norm_type: float | str = 2.0, error_if_nonfinite: bool = False
    ) -> None:
        super().__init__()
        refuse_tensors(max_norm=max_norm, norm_type=norm_type)
        self.max_norm, self.norm_type = float(max_norm), float(norm_type)
        refuse_negative(max_norm=self.max_norm)
        self.error_if_nonfinite = error_if_nonfinite

    def forward(
        self, params: Mapping[str, Tensor], gradients: Mapping[str, Tensor]
    ) -> tuple[dict[str, Tensor], Tensor]:
        norms = [torch.linalg.vector_norm(gradient, self.norm_type) for gradient in gradients.values()]
        total_norm = torch.linalg.vector_norm(torch.stack(norms), self.norm_type)
        if self.error_if_nonfinite and not total_norm.isfinite():
            raise ValueError(f"the total norm is {total_norm.item()}")
        factor = (self.max_norm / (total_norm + 1e-6)).clamp(max=1.0)
        return {name: gradient * factor for name, gradient in gradients.items()}, total_norm

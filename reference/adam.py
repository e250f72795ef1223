"""adam: a step of Adam, also with the maximum of AMSGrad and with decoupled weight decay."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ._optimizers import check_names, refuse_negative, refuse_tensors


class Adam(nn.Module):
    """params[n] = params[n] - lr * m / (sqrt(v) + eps) for every name n

    With g = gradients[n], or its negative if `maximize`:

        step = step + 1
        g = g + weight_decay * params[n]; if `decoupled_weight_decay` instead
            params[n] = (1 - lr * weight_decay) * params[n]
        exp_avg = beta1 * exp_avg + (1 - beta1) * g
        exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g**2
        m = exp_avg / (1 - beta1**step)
        v = exp_avg_sq / (1 - beta2**step); if `amsgrad` instead
            max_exp_avg_sq = max(max_exp_avg_sq, exp_avg_sq), v = max_exp_avg_sq / (1 - beta2**step)

    Step and averages are 0 where there is no state yet. The maximum is that of the averages before they are
    corrected. The factors 1 - beta, 1 - beta**step and their like are numbers, in double precision whatever the
    dtype of the params: in single precision 1 - 0.999 has lost half of its digits. One step as a function: what
    torch.optim.Adam changes in place is returned. It is not differentiated.

    Config:
        lr: step size, 0 or more; a plain number.
        betas: (beta1, beta2), both floats in [0, 1).
        eps: added to the root, not inside of it; 0 or more.
        weight_decay: 0 or more; part of the gradient, and so of the averages, unless it is decoupled.
        amsgrad: keeps the maximum.
        maximize: climb; a decoupled weight decay shrinks the params all the same.
        decoupled_weight_decay: the step of adamw.

    Params:
        n: (...), for every name n

    Inputs:
        gradients: {n: (...)}, the names and shapes of params
        state: {"n.step": (), "n.exp_avg": (...), "n.exp_avg_sq": (...), "n.max_exp_avg_sq": (...)}, the last
            one if amsgrad, for all n, some or none: empty before the first step. A step is a whole number in
            the dtype of the params (torch keeps it in its default dtype).

    Output:
        params: {n: (...)}
        state: as the input, for all n

    Raises:
        ValueError: an option out of range; names or shapes of gradients or state are not those of params.
        NotImplementedError: lr, a beta or weight_decay is a tensor.

    torch's foreach, fused, capturable and differentiable say how a step is executed, and change no number that
    it means.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """

    def __init__(
        self,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__()
        refuse_tensors(lr=lr, beta1=betas[0], beta2=betas[1], weight_decay=weight_decay)
        refuse_negative(lr=lr, eps=eps, weight_decay=weight_decay)
        if not all(isinstance(beta, float) and 0.0 <= beta < 1.0 for beta in betas):
            raise ValueError(f"betas are {betas}, expected floats in [0, 1)")
        self.lr, self.betas, self.eps = lr, betas, eps
        self.weight_decay, self.amsgrad, self.maximize = weight_decay, amsgrad, maximize
        self.decoupled_weight_decay = decoupled_weight_decay

    def forward(
        self, params: Mapping[str, Tensor], gradients: Mapping[str, Tensor], state: Mapping[str, Tensor]
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        maximum = ("max_exp_avg_sq",) if self.amsgrad else ()
        check_names(params, gradients, state, ("step", "exp_avg", "exp_avg_sq", *maximum))
        stepped: dict[str, Tensor] = {}
        kept: dict[str, Tensor] = {}
        for name, param in params.items():
            stepped[name], mine = self._step(name, param, gradients[name], state)
            kept.update(mine)
        return stepped, kept

    def _step(
        self, name: str, param: Tensor, gradient: Tensor, state: Mapping[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        beta1, beta2 = self.betas
        zeros = torch.zeros_like(param)
        before = state.get(f"{name}.step", torch.zeros((), dtype=param.dtype))
        count = before.item() + 1
        gradient = -gradient if self.maximize else gradient
        if self.weight_decay != 0:
            if self.decoupled_weight_decay:
                param = param * (1 - self.lr * self.weight_decay)
            else:
                gradient = gradient.add(param, alpha=self.weight_decay)
        exp_avg = torch.lerp(state.get(f"{name}.exp_avg", zeros), gradient, 1 - beta1)
        exp_avg_sq = state.get(f"{name}.exp_avg_sq", zeros) * beta2
        exp_avg_sq = exp_avg_sq.addcmul(gradient, gradient, value=1 - beta2)
        kept = {
            f"{name}.step": torch.full_like(before, count),
            f"{name}.exp_avg": exp_avg,
            f"{name}.exp_avg_sq": exp_avg_sq,
        }
        root_of = exp_avg_sq
        if self.amsgrad:
            root_of = torch.maximum(state.get(f"{name}.max_exp_avg_sq", zeros), exp_avg_sq)
            kept[f"{name}.max_exp_avg_sq"] = root_of
        step_size = self.lr / (1 - beta1**count)
        denominator = root_of.sqrt() / (1 - beta2**count) ** 0.5 + self.eps
        return param.addcdiv(exp_avg, denominator, value=-step_size), kept

"""adamw: a step of Adam with decoupled weight decay."""

from .adam import Adam


class AdamW(Adam):
    """params[n] = (1 - lr * weight_decay) * params[n] - lr * m / (sqrt(v) + eps) for every name n

    With g = gradients[n], or its negative if `maximize`:

        step = step + 1
        exp_avg = beta1 * exp_avg + (1 - beta1) * g
        exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g**2
        m = exp_avg / (1 - beta1**step)
        v = exp_avg_sq / (1 - beta2**step); if `amsgrad` instead
            max_exp_avg_sq = max(max_exp_avg_sq, exp_avg_sq), v = max_exp_avg_sq / (1 - beta2**step)

    It is adam, but weight decay shrinks the params themselves and is no part of the averages. Step and averages
    are 0 where there is no state yet; the factors 1 - beta**step and their like are numbers, in double
    precision. It is not differentiated.

    Config:
        lr: step size, 0 or more; a plain number.
        betas: (beta1, beta2), both floats in [0, 1).
        eps: added to the root, not inside of it; 0 or more.
        weight_decay: 0 or more; it is multiplied by lr.
        amsgrad: keeps the maximum.
        maximize: climb; weight decay shrinks the params all the same.

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
        https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
    """

    def __init__(
        self,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True
        )

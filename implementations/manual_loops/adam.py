"""One step of Adam, the t-th, for every param p with the gradient g:

    g[i] = sign * g[i] + weight_decay * p[i], sign = -1 to maximize, else 1
    m[i] = beta1 * m[i] + (1 - beta1) * g[i]
    v[i] = beta2 * v[i] + (1 - beta2) * g[i]**2
    w[i] = max(w[i], v[i]) if amsgrad, else v[i]
    p[i] = p[i] - lr * (m[i] / (1 - beta1**t)) / (sqrt(w[i] / (1 - beta2**t)) + eps)

With decoupled_weight_decay g has no part of p, and p[i] = p[i] - lr * weight_decay * p[i] comes first.

m, v and w of the param "name" are state["name.exp_avg"], "name.exp_avg_sq" and, if amsgrad,
"name.max_exp_avg_sq", t - 1 is "name.step". All are 0 before the first step.

Raises ValueError where names or shapes differ, lr, eps or weight_decay is negative, or a beta is no float in
[0, 1).
Source: torch.optim.Adam.
"""

from collections.abc import Mapping

from ._adam import step
from ._arrays import Array, Params
from ._optimizers import Step


def forward(
    params: Params,
    gradients: Params,
    state: Mapping[str, Array],
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    amsgrad: bool,
    maximize: bool,
    decoupled_weight_decay: bool,
) -> Step:
    """Return the params after the step, and the state."""
    return step(
        params,
        gradients,
        state,
        lr=lr,
        betas=betas,
        eps=eps,
        weight_decay=weight_decay,
        decoupled=decoupled_weight_decay,
        amsgrad=amsgrad,
        maximize=maximize,
    )

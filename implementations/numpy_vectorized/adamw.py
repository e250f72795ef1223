"""A step of AdamW.

    g = gradient        (its negative if maximize)        param = (1 - lr weight_decay) param
    m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2        v_max = max(v_max, v)
    param = param - lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + eps)        (v_max for v if amsgrad)

Shapes: m, v and v_max are state["name.exp_avg"], exp_avg_sq and max_exp_avg_sq, as the param; the count t of
steps is step ().
Raises: ValueError if names or shapes differ, or an option is out of range.
Source: torch.optim.AdamW.
"""

from ._adam import step
from ._kernel import Params, ieee
from ._optimizer import State, Step


@ieee
def forward(
    params: Params,
    gradients: Params,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    amsgrad: bool,
    maximize: bool,
) -> Step:
    return step(
        params,
        gradients,
        state,
        lr=lr,
        betas=betas,
        eps=eps,
        coupled=0.0,
        decoupled=weight_decay,
        amsgrad=amsgrad,
        maximize=maximize,
    )

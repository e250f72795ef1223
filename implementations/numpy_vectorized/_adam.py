"""The step that adam and adamw share.

    m = beta1 m + (1 - beta1) g        v = beta2 v + (1 - beta2) g^2        v_max = max(v_max, v)
    param = param - lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps)        (v_max for v if amsgrad)

Powers of beta are Python numbers: in float32, 1 - 0.999 would have lost half of its digits.
"""

import numpy as np

from ._kernel import Array, Params
from ._optimizer import State, Step, check, refuse_negative


def step(
    params: Params,
    gradients: Params,
    state: State,
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    coupled: float,
    decoupled: float,
    amsgrad: bool,
    maximize: bool,
) -> Step:
    """The step with the weight decay that is `coupled` with the gradient, or `decoupled` from it."""
    beta1, beta2 = betas
    refuse_negative(lr=lr, eps=eps, weight_decay=coupled + decoupled)
    if not all(isinstance(beta, float) and 0 <= beta < 1 for beta in betas):
        raise ValueError(f"betas must be two floats in [0, 1), got {betas}")
    check(params, gradients, state, ("step", "exp_avg", "exp_avg_sq") + ("max_exp_avg_sq",) * amsgrad)
    stepped: dict[str, Array] = {}
    kept: dict[str, Array] = {}
    for name, param in params.items():
        zero = np.zeros_like(param)
        t = state.get(f"{name}.step", zero.dtype.type(0)) + zero.dtype.type(1)
        g = -gradients[name] if maximize else gradients[name]
        if coupled:
            g = g + coupled * param
        m = beta1 * state.get(f"{name}.exp_avg", zero) + (1 - beta1) * g
        v = beta2 * state.get(f"{name}.exp_avg_sq", zero) + (1 - beta2) * (g * g)
        kept |= {f"{name}.step": t, f"{name}.exp_avg": m, f"{name}.exp_avg_sq": v}
        if amsgrad:
            v = np.maximum(v, state.get(f"{name}.max_exp_avg_sq", zero))
            kept[f"{name}.max_exp_avg_sq"] = v
        count = float(t)
        root = np.sqrt(v) / (1 - beta2**count) ** 0.5 + eps
        shrunk = (1 - lr * decoupled) * param if decoupled else param
        stepped[name] = shrunk - lr / (1 - beta1**count) * m / root
    return stepped, kept

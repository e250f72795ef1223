"""One step of AdamW, the t-th, for every param p with the gradient g:

    p[i] = p[i] - lr * weight_decay * p[i];  g[i] = sign * g[i], sign = -1 to maximize, else 1
    m[i] = beta1 * m[i] + (1 - beta1) * g[i]
    v[i] = beta2 * v[i] + (1 - beta2) * g[i]**2
    w[i] = max(w[i], v[i]) if amsgrad, else v[i]
    p[i] = p[i] - lr * (m[i] / (1 - beta1**t)) / (sqrt(w[i] / (1 - beta2**t)) + eps)

m, v and w of the param "name" are state["name.exp_avg"], "name.exp_avg_sq" and, if amsgrad,
"name.max_exp_avg_sq", t - 1 is "name.step". All are 0 before the first step.

Raises ValueError where names or shapes differ, lr, eps or weight_decay is negative, or a beta is no float in
[0, 1).
Source: torch.optim.AdamW.
"""

from collections.abc import Mapping

from ._arrays import Array, Params, to_array, zeros
from ._ieee import divide, square_root
from ._optimizers import Step, count_of, gradient_of, require_names, require_not_negative, state_of


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
) -> Step:
    """Return the params after the step, and the state."""
    require_not_negative("lr", lr)
    require_not_negative("eps", eps)
    require_not_negative("weight_decay", weight_decay)
    for beta in betas:
        if not isinstance(beta, float) or not 0.0 <= beta < 1.0:
            raise ValueError(f"beta must be a float of at least 0 and below 1, got {beta}")
    beta1, beta2 = betas
    parts = (
        ("step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq") if amsgrad else ("step", "exp_avg", "exp_avg_sq")
    )
    require_names(params, gradients, state, parts)
    sign = -1.0 if maximize else 1.0

    new_params = {}
    new_state = {}
    for name, param in params.items():
        n, shape, dtype = param.size, param.shape, param.dtype
        p = param.reshape(n).tolist()
        g = gradient_of(params, gradients, name)
        first = not any(f"{name}.{part}" in state for part in parts)
        t = 1.0 if first else count_of(state, name) + 1.0
        m = zeros(n) if first else state_of(params, state, name, "exp_avg")
        v = zeros(n) if first else state_of(params, state, name, "exp_avg_sq")
        w = zeros(n) if first or not amsgrad else state_of(params, state, name, "max_exp_avg_sq")
        for i in range(n):
            p[i] = p[i] - lr * weight_decay * p[i]
            g[i] = sign * g[i]
            m[i] = beta1 * m[i] + (1.0 - beta1) * g[i]
            v[i] = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i]
            w[i] = v[i] if not amsgrad or v[i] != v[i] or v[i] > w[i] else w[i]
            root = square_root(w[i] / (1.0 - beta2**t))
            p[i] = p[i] - lr * divide(m[i] / (1.0 - beta1**t), root + eps)
        new_params[name] = to_array(p, shape, dtype)
        new_state[f"{name}.step"] = to_array(t, (), dtype)
        new_state[f"{name}.exp_avg"] = to_array(m, shape, dtype)
        new_state[f"{name}.exp_avg_sq"] = to_array(v, shape, dtype)
        if amsgrad:
            new_state[f"{name}.max_exp_avg_sq"] = to_array(w, shape, dtype)
    return new_params, new_state

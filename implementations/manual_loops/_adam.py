"""The loop of adam and adamw, which differ in where the weight decay goes."""

from collections.abc import Mapping

from ._arrays import Array, Params, to_array, zeros
from ._ieee import divide, square_root
from ._optimizers import Step, count_of, gradient_of, require_names, require_not_negative, state_of


def step(
    params: Params,
    gradients: Params,
    state: Mapping[str, Array],
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    decoupled: bool,
    amsgrad: bool,
    maximize: bool,
) -> Step:
    """Return the params after the step, and the state; ValueError as adam and adamw say."""
    require_not_negative("lr", lr)
    require_not_negative("eps", eps)
    require_not_negative("weight_decay", weight_decay)
    for beta in betas:
        if not isinstance(beta, float) or not 0.0 <= beta < 1.0:
            raise ValueError(f"beta must be a float of at least 0 and below 1, got {beta}")
    beta1, beta2 = betas
    parts: tuple[str, ...] = ("step", "exp_avg", "exp_avg_sq")
    if amsgrad:
        parts = (*parts, "max_exp_avg_sq")
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
        w = state_of(params, state, name, "max_exp_avg_sq") if amsgrad and not first else zeros(n)
        for i in range(n):
            g[i] = sign * g[i]
            if weight_decay != 0 and decoupled:
                p[i] = p[i] - lr * weight_decay * p[i]
            elif weight_decay != 0:
                g[i] = g[i] + weight_decay * p[i]
            m[i] = beta1 * m[i] + (1.0 - beta1) * g[i]
            v[i] = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i]
            if not amsgrad or not v[i] <= w[i]:  # also where v is nan
                w[i] = v[i]
            root = square_root(w[i] / (1.0 - beta2**t))
            p[i] = p[i] - lr * divide(m[i] / (1.0 - beta1**t), root + eps)
        new_params[name] = to_array(p, shape, dtype)
        new_state[f"{name}.step"] = to_array(t, (), dtype)
        new_state[f"{name}.exp_avg"] = to_array(m, shape, dtype)
        new_state[f"{name}.exp_avg_sq"] = to_array(v, shape, dtype)
        if amsgrad:
            new_state[f"{name}.max_exp_avg_sq"] = to_array(w, shape, dtype)
    return new_params, new_state

"""Steps of Adam with the right averages that go in a wrong direction: it makes what is subtracted."""

from collections.abc import Callable
from typing import Any, TypeAlias

import torch

from ..eager import Function
from ._right import Params, right

Config: TypeAlias = dict[str, Any]

adam = right("adam")


def of_adam(config: Config) -> Config:
    """The options of adam for those of adam or adamw."""
    return {"decoupled_weight_decay": True, **config}


def shrunk(params: Params, config: Config) -> dict[str, Any]:
    """The params after a decoupled weight decay, before the step."""
    factor = 1 - config["lr"] * config["weight_decay"] if config["decoupled_weight_decay"] else 1
    return {name: factor * param for name, param in params.items()}


def along(direction: Callable[[Config, Any, Any, float], Any]) -> Function:
    """The step along `direction(config, m, v, t)`, v the greatest one with amsgrad; it has its name."""

    def step(params: Params, gradients: Params, state: Params, **config: Any) -> Any:
        config = of_adam(config)
        _, kept = adam(params, gradients, state, **config)
        second = "max_exp_avg_sq" if config["amsgrad"] else "exp_avg_sq"
        stepped = {}
        for name, param in shrunk(params, config).items():
            m, v, t = (kept[f"{name}.{part}"] for part in ("exp_avg", second, "step"))
            stepped[name] = param - config["lr"] * direction(config, m, v, t.item())
        return stepped, kept

    step.__name__, step.__doc__ = direction.__name__, direction.__doc__
    return step


def bias_correction_forgotten(config: Config, m: Any, v: Any, t: float) -> Any:
    """The averages are used as they are, though they begin at zero."""
    return m / (v.sqrt() + config["eps"])


def second_correction_forgotten(config: Config, m: Any, v: Any, t: float) -> Any:
    """Only the average of the gradients is corrected, not that of their squares."""
    return m / (1 - config["betas"][0] ** t) / (v.sqrt() + config["eps"])


def corrected_by_the_count_before(config: Config, m: Any, v: Any, t: float) -> Any:
    """The averages are corrected before the step is counted, except in the first one."""
    beta1, beta2 = config["betas"]
    t = max(t - 1, 1)
    return m / (1 - beta1**t) / ((v / (1 - beta2**t)).sqrt() + config["eps"])


def corrected_outside_the_root(config: Config, m: Any, v: Any, t: float) -> Any:
    """The root of the average of squares is divided by the correction, not by the root of that."""
    beta1, beta2 = config["betas"]
    return m / (1 - beta1**t) / (v.sqrt() / (1 - beta2**t) + config["eps"])


def corrections_exchanged(config: Config, m: Any, v: Any, t: float) -> Any:
    """Each average is corrected with the other one's beta."""
    beta1, beta2 = config["betas"]
    return m / (1 - beta2**t) / ((v / (1 - beta1**t)).sqrt() + config["eps"])


def corrections_in_single_precision(config: Config, m: Any, v: Any, t: float) -> Any:
    """1 - beta**t is computed in single precision, where 1 - 0.999 has lost half of its digits."""
    first, second = (1 - torch.tensor(beta, dtype=torch.float32) ** t for beta in config["betas"])
    return m / first / ((v / second).sqrt() + config["eps"])


def eps_inside_the_root(config: Config, m: Any, v: Any, t: float) -> Any:
    """It divides by the root of v + eps."""
    beta1, beta2 = config["betas"]
    return m / (1 - beta1**t) / (v / (1 - beta2**t) + config["eps"]).sqrt()


def eps_before_the_correction(config: Config, m: Any, v: Any, t: float) -> Any:
    """Eps is added to the root before that is corrected, as the paper's epsilon hat is."""
    beta1, beta2 = config["betas"]
    return m / (1 - beta1**t) * (1 - beta2**t) ** 0.5 / (v.sqrt() + config["eps"])


def eps_forgotten(config: Config, m: Any, v: Any, t: float) -> Any:
    """It divides by the root alone; by 1 where that is zero."""
    beta1, beta2 = config["betas"]
    root = (v / (1 - beta2**t)).sqrt()
    return m / (1 - beta1**t) / torch.where(root == 0, 1, root)


def root_forgotten(config: Config, m: Any, v: Any, t: float) -> Any:
    """It divides by the average of squares itself."""
    beta1, beta2 = config["betas"]
    return m / (1 - beta1**t) / (v / (1 - beta2**t) + config["eps"])


DIRECTIONS = tuple(
    along(direction)
    for direction in (
        bias_correction_forgotten,
        second_correction_forgotten,
        corrected_by_the_count_before,
        corrected_outside_the_root,
        corrections_exchanged,
        eps_inside_the_root,
        eps_before_the_correction,
        eps_forgotten,
        root_forgotten,
    )
)
NARROW = along(corrections_in_single_precision)

"""adamw: stored cases."""

from ._optimizers import step
from .adam import AVERAGES


def _config(**changes: object) -> dict[str, object]:
    plain = {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01, "amsgrad": False}
    return {**plain, "maximize": False, **changes}


CASES = (
    step("adamw", _config()),
    step("adamw", _config(weight_decay=0.3, maximize=True, amsgrad=True)),
    step("adamw", _config(betas=(0.8, 0.95), eps=0.1), *AVERAGES),
    step("adamw", _config(weight_decay=0.2, eps=1e-3, amsgrad=True), *AVERAGES, "max_exp_avg_sq"),
)

"""adam: stored cases."""

from ._optimizers import step

AVERAGES = ("step", "exp_avg", "exp_avg_sq")


def _config(**changes: object) -> dict[str, object]:
    plain = {"lr": 0.1, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0, "amsgrad": False}
    return {**plain, "maximize": False, "decoupled_weight_decay": False, **changes}


CASES = (
    step("adam", _config()),
    step("adam", _config(weight_decay=0.3, maximize=True, amsgrad=True)),
    step("adam", _config(weight_decay=0.3, decoupled_weight_decay=True)),
    step("adam", _config(betas=(0.8, 0.95), eps=0.1), *AVERAGES),
    step("adam", _config(weight_decay=0.2, eps=1e-3, amsgrad=True), *AVERAGES, "max_exp_avg_sq"),
    step("adam", _config(weight_decay=0.2, decoupled_weight_decay=True, maximize=True), *AVERAGES),
)

"""sgd: stored cases."""

from ._optimizers import step


def _config(**changes: object) -> dict[str, object]:
    plain = {"lr": 0.1, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0}
    return {**plain, "nesterov": False, "maximize": False, **changes}


CASES = (
    step("sgd", _config()),
    step("sgd", _config(weight_decay=0.3, maximize=True)),
    step("sgd", _config(momentum=0.9, dampening=0.4)),
    step("sgd", _config(momentum=0.9, dampening=0.4, weight_decay=0.2), "momentum_buffer"),
    step("sgd", _config(momentum=0.9, nesterov=True), "momentum_buffer"),
    step("sgd", _config(momentum=0.9, nesterov=True, maximize=True, weight_decay=0.1), "momentum_buffer"),
)

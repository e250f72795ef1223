"""One training step of SimpleConvNet at batch 100, by its recorded graph and by the same kernels in sequence."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend import load
from ..kernel import Kernel
from ..losses import LOSSES
from ..model import Model
from ..operations import OPERATIONS
from ..specification import build_model
from ..tree import Array

BATCH = 100
RATE = 0.1
LAYERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "conv2d",
        "conv",
        {
            "in_channels": 1,
            "out_channels": 30,
            "kernel_size": 5,
            "stride": 1,
            "padding": 0,
            "dilation": 1,
            "groups": 1,
            "bias": True,
            "padding_mode": "zeros",
        },
    ),
    ("relu", "", {}),
    (
        "max_pool2d",
        "",
        {
            "kernel_size": 2,
            "stride": 2,
            "padding": 0,
            "dilation": 1,
            "return_indices": False,
            "ceil_mode": False,
        },
    ),
    ("flatten", "", {"start_dim": 1, "end_dim": -1}),
    ("linear", "hidden", {"in_features": 4320, "out_features": 100, "bias": True}),
    ("relu", "", {}),
    ("linear", "output", {"in_features": 100, "out_features": 10, "bias": True}),
)
"""The network by hand: operation, module, config."""


def steps() -> dict[str, Callable[[], Any]]:
    """The two ways of taking a step, each on params of its own."""
    random = np.random.default_rng(0)
    x = random.standard_normal((BATCH, 1, 28, 28)).astype(np.float32)
    target = np.arange(BATCH) % 10
    model = Model(build_model("simple_conv_net", {}, 0))
    params = {name: array.copy() for name, array in model.params.items()}
    kernels = load("numpy_vectorized", tuple(operation.name for operation in OPERATIONS)).kernels
    vjps = {name: kernel.vjp for name, kernel in kernels.items() if isinstance(kernel, Kernel)}
    return {
        "recorded": lambda: model.step(x, target, lr=RATE),
        "by hand": lambda: by_hand(vjps, params, x, target),
    }


def by_hand(vjps: dict[str, Any], params: dict[str, Array], x: Array, target: Array) -> float:
    """The loss before a step of gradient descent, which changes the params."""
    pullbacks = []
    for operation, module, config in LAYERS:
        own = {name: params[f"{module}.{name}"] for name in ("weight", "bias")} if module else {}
        x, pullback = vjps[operation](own, x, **config)
        pullbacks.append((module, pullback))
    loss, pull_loss = vjps["cross_entropy"]({}, x, target, **LOSSES["cross_entropy"].config)
    _, (cotangent, _) = pull_loss(np.ones((), np.float32))
    for module, pullback in reversed(pullbacks):
        found, (cotangent,) = pullback(cotangent)
        for name, gradient in found.items():
            params[f"{module}.{name}"] = params[f"{module}.{name}"] - np.float32(RATE) * gradient
    return float(loss)

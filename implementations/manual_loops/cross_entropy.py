"""The negative log-likelihood of the target under softmax(x).

    q[n][c][s] = log_softmax(x[n][:][s])[c]

    class indices, with t = target[n][s]; what is ignored counts 0:
    loss[n][s] = (1 - e) * (-weight[t] * q[n][t][s]) + e / C * sum_c -weight[c] * q[n][c][s]
    probabilities:
    loss[n][s] = sum_c -weight[c] * ((1 - e) * target[n][c][s] + e / C) * q[n][c][s]

    none: y[n][s] = loss[n][s],  sum: y = sum_{n, s} loss[n][s],  mean: y = that sum / divisor

with e = label_smoothing, C classes, s over d1 ... dK together, and weights of 1 if there are none. The divisor
is the sum of weight[t] over the targets that are not ignored; for probabilities, the number of losses.

x (C,), (N, C) or (N, C, d1, ..., dK); target of class indices: (), (N,) or (N, d1, ..., dK), of
probabilities: the shape of x; weight (C,); y has the shape of class indices for none, else ().

Raises ValueError for shapes that do not fit, a class out of range, an unknown reduction, label_smoothing
above 1, and an ignore_index of 0 or more with probabilities.
Source: torch.nn.CrossEntropyLoss.
"""

import math
from typing import Any

from ._arrays import Array, Params, Pullback, indices, parameter, to_array, to_lists, zeros
from ._ieee import divide, exp
from ._softmax_row import log_softmax_row


def forward(
    params: Params, x: Array, target: Array, *, ignore_index: int, reduction: str, label_smoothing: float
) -> Array:
    """Return y."""
    return vjp(
        params, x, target, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing
    )[0]


def vjp(
    params: Params, x: Array, target: Array, *, ignore_index: int, reduction: str, label_smoothing: float
) -> tuple[Array, Pullback]:
    """Return y and the map from its cotangent to those of x and of a target of probabilities."""
    shape, dtype = x.shape, x.dtype
    if not shape:
        raise ValueError("x must have a dimension of classes")
    batch, classes = (1, shape[0]) if len(shape) == 1 else (shape[0], shape[1])
    positions = math.prod(shape[2:])
    loss_shape = () if len(shape) == 1 else (batch, *shape[2:])
    probable = target.dtype.kind == "f"
    if not probable and target.dtype not in ("int64", "uint8"):
        raise ValueError(f"class indices must be int64, got {target.dtype}")
    if target.shape != (shape if probable else loss_shape):
        raise ValueError(f"target of shape {target.shape} and {target.dtype} does not fit x of shape {shape}")
    check_options(probable, ignore_index, reduction, label_smoothing)
    x = to_lists(x, (batch, classes, positions))
    target = to_lists(target, (batch, classes, positions) if probable else (batch, positions))
    weight = parameter(params, "weight", (classes,)) if "weight" in params else [1.0] * classes
    # As in PyTorch, only a number above 0 smooths.
    smooth = label_smoothing > 0
    e = label_smoothing if smooth else 0.0
    spread = divide(e, classes)

    q = zeros(batch, classes, positions)
    for n, s in indices(batch, positions):
        row = log_softmax_row([x[n][c][s] for c in range(classes)])
        for c in range(classes):
            q[n][c][s] = row[c]

    likelihood = zeros(batch, positions)
    uniform = zeros(batch, positions)
    divisor = divide(batch * classes * positions, classes) if probable else 0.0
    for n, s in indices(batch, positions):
        if probable:
            for c in range(classes):
                likelihood[n][s] -= weight[c] * ((1.0 - e) * target[n][c][s] + spread) * q[n][c][s]
        elif target[n][s] != ignore_index:
            t = target[n][s]
            if not 0 <= t < classes:
                raise ValueError(f"target {t} is neither one of {classes} classes nor ignored")
            likelihood[n][s] = -weight[t] * q[n][t][s]
            for c in range(classes):
                uniform[n][s] -= weight[c] * q[n][c][s]
            divisor += weight[t]

    def reduced(loss: Any) -> list[float]:
        if reduction == "none":
            return [loss[n][s] for n, s in indices(batch, positions)]
        total = 0.0
        for n, s in indices(batch, positions):
            total += loss[n][s]
        return [divide(total, divisor) if reduction == "mean" else total]

    y = reduced(likelihood)
    # Without smoothing the second term is left out, not multiplied by 0: it may be infinite.
    if smooth and not probable:
        y = [(1.0 - e) * a + spread * b for a, b in zip(y, reduced(uniform), strict=True)]

    def pullback(cotangent: Array) -> tuple[dict[str, Array | None], tuple[Array, Array | None]]:
        if reduction == "none":
            dloss = to_lists(cotangent, (batch, positions))
        else:
            g = to_lists(cotangent, ())
            dloss = [[divide(g, divisor) if reduction == "mean" else g] * positions for _ in range(batch)]

        dx = zeros(batch, classes, positions)
        dtarget = zeros(batch, classes, positions)
        for n, s in indices(batch, positions):
            dq = zeros(classes)
            if probable:
                for c in range(classes):
                    dq[c] = -weight[c] * ((1.0 - e) * target[n][c][s] + spread) * dloss[n][s]
                    dtarget[n][c][s] = -weight[c] * (1.0 - e) * q[n][c][s] * dloss[n][s]
            elif target[n][s] != ignore_index:
                dq[target[n][s]] = -(1.0 - e) * weight[target[n][s]] * dloss[n][s]
                if smooth:
                    for c in range(classes):
                        dq[c] -= spread * weight[c] * dloss[n][s]
            total_dq = 0.0
            for c in range(classes):
                total_dq += dq[c]
            for c in range(classes):
                dx[n][c][s] = dq[c] - exp(q[n][c][s]) * total_dq

        target_cotangent = to_array(dtarget, shape, dtype) if probable else None
        return dict.fromkeys(params), (to_array(dx, shape, dtype), target_cotangent)

    return to_array(y, loss_shape if reduction == "none" else (), dtype), pullback


def check_options(probable: bool, ignore_index: int, reduction: str, label_smoothing: float) -> None:
    """Raise ValueError for options that no loss has."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be none, mean or sum, got {reduction!r}")
    if label_smoothing > 1:
        raise ValueError(f"label_smoothing must be at most 1, got {label_smoothing}")
    if probable and ignore_index >= 0:
        raise ValueError(f"probabilities leave no class to ignore, got ignore_index {ignore_index}")

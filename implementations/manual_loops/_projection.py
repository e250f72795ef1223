"""An affine map of every position of every sample, y[n][i][o] = sum_f x[n][i][f] * weight[o][f] + bias[o]."""

from typing import Any

from ._arrays import zeros


def project(x: Any, weight: Any, bias: Any) -> Any:
    """Return y."""
    return [[_row(position, weight, bias) for position in sample] for sample in x]


def project_pullback(g: Any, x: Any, weight: Any) -> tuple[Any, Any, Any]:
    """Return the cotangents of x, weight and bias for that of y."""
    outputs, features = len(weight), len(weight[0])
    dx = [zeros(len(sample), features) for sample in x]
    dweight, dbias = zeros(outputs, features), zeros(outputs)
    for n, sample in enumerate(x):
        for i, position in enumerate(sample):
            for o in range(outputs):
                slope = g[n][i][o]
                for f in range(features):
                    dx[n][i][f] += slope * weight[o][f]
                    dweight[o][f] += slope * position[f]
                dbias[o] += slope
    return dx, dweight, dbias


def _row(position: list[float], weight: Any, bias: list[float]) -> list[float]:
    y = []
    for o, row in enumerate(weight):
        total = 0.0
        for f, value in enumerate(position):
            total += row[f] * value
        y.append(total + bias[o])
    return y

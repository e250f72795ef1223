"""An affine map of every position of every sample, y[n][i][o] = sum_f x[n][i][f] * weight[o][f] + bias[o]."""

from typing import Any

from ._arrays import indices, zeros


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
                for f in range(features):
                    dx[n][i][f] += g[n][i][o] * weight[o][f]
                    dweight[o][f] += g[n][i][o] * position[f]
                dbias[o] += g[n][i][o]
    return dx, dweight, dbias


def _row(position: list[float], weight: Any, bias: list[float]) -> list[float]:
    y = zeros(len(weight))
    for o, f in indices(len(weight), len(position)):
        y[o] += weight[o][f] * position[f]
    return [y[o] + bias[o] for o in range(len(weight))]

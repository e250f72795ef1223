"""One step of gated recurrent units for one sample, and its pullback."""

import math
from typing import Any, TypeAlias

from ._arrays import zeros
from ._ieee import exp

Weights: TypeAlias = tuple[Any, Any, Any, Any]
"""weight_ih, weight_hh, bias_ih and bias_hh; row k of gate j is row j * hidden_size + k."""


def gru_step(x: list[float], h: list[float], weights: Weights) -> tuple[list[float], list[list[float]]]:
    """Return the next state, and r, z, n and q = weight_hn h + bias_hn."""
    w_ih, w_hh, b_ih, b_hh = weights
    units = len(h)

    def from_x(row: int) -> float:
        total = 0.0
        for i in range(len(x)):
            total += w_ih[row][i] * x[i]
        return total + float(b_ih[row])

    def from_h(row: int) -> float:
        total = 0.0
        for m in range(units):
            total += w_hh[row][m] * h[m]
        return total + float(b_hh[row])

    y, r, z, n, q = (zeros(units) for _ in range(5))
    for k in range(units):
        r[k] = 1.0 / (1.0 + exp(-(from_x(k) + from_h(k))))
        z[k] = 1.0 / (1.0 + exp(-(from_x(units + k) + from_h(units + k))))
        q[k] = from_h(2 * units + k)
        n[k] = math.tanh(from_x(2 * units + k) + r[k] * q[k])
        y[k] = (1.0 - z[k]) * n[k] + z[k] * h[k]
    return y, [r, z, n, q]


def gru_step_pullback(
    g: list[float],
    x: list[float],
    h: list[float],
    weights: Weights,
    gates: list[list[float]],
    dx: list[float],
    dweights: Weights,
) -> list[float]:
    """Return the cotangent of h for that of the next state, g; add to those of x and of the weights."""
    w_ih, w_hh, _, _ = weights
    dw_ih, dw_hh, db_ih, db_hh = dweights
    r, z, n, q = gates
    units = len(h)
    dh: list[float] = zeros(units)
    for k in range(units):
        dh[k] += g[k] * z[k]
        dz = g[k] * (h[k] - n[k]) * z[k] * (1.0 - z[k])
        dn = g[k] * (1.0 - z[k]) * (1.0 - n[k] * n[k])
        dr = dn * q[k] * r[k] * (1.0 - r[k])
        for row, d_ih, d_hh in ((k, dr, dr), (units + k, dz, dz), (2 * units + k, dn, dn * r[k])):
            for i in range(len(x)):
                dx[i] += d_ih * w_ih[row][i]
                dw_ih[row][i] += d_ih * x[i]
            for m in range(units):
                dh[m] += d_hh * w_hh[row][m]
                dw_hh[row][m] += d_hh * h[m]
            db_ih[row] += d_ih
            db_hh[row] += d_hh
    return dh

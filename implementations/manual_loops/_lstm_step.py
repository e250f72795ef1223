"""One step of a long short-term memory for one sample: the equations of the four gates and their derivative.

    a[r] = sum_i weight_ih[r][i] * x[i] + bias_ih[r] + sum_m weight_hh[r][m] * h[m] + bias_hh[r]

For each unit k of K, with the rows k, K + k, 2 K + k and 3 K + k of a:

    i = sigmoid(a[k])    f = sigmoid(a[K + k])    g = tanh(a[2 K + k])    o = sigmoid(a[3 K + k])
    c'[k] = f * c[k] + i * g
    m[k] = o * tanh(c'[k])
"""

import math
from typing import Any, NamedTuple

from ._ieee import exp


class Unit(NamedTuple):
    """What a unit has computed in a step."""

    i: float
    f: float
    g: float
    o: float
    c_before: float
    c: float
    m: float


def sigmoid(a: float) -> float:
    """Return 1 / (1 + exp(-a))."""
    return 1.0 / (1.0 + exp(-a))


def step(x: Any, h: Any, c: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any) -> list[Unit]:
    """Return all units after a step from the states h and c."""
    units = len(c)
    a = []
    for row in range(4 * units):
        from_x = from_h = 0.0
        for feature in range(len(x)):
            from_x += weight_ih[row][feature] * x[feature]
        for m in range(len(h)):
            from_h += weight_hh[row][m] * h[m]
        a.append((from_x + bias_ih[row]) + (from_h + bias_hh[row]))
    found = []
    for k in range(units):
        i, f = sigmoid(a[k]), sigmoid(a[units + k])
        g, o = math.tanh(a[2 * units + k]), sigmoid(a[3 * units + k])
        now = f * c[k] + i * g
        found.append(Unit(i, f, g, o, c[k], now, o * math.tanh(now)))
    return found


def step_pullback(units: list[Unit], dm: Any, dc: Any) -> tuple[list[float], list[float]]:
    """Return the cotangents of a and of the c before the step, given those of m and c after it."""
    size = len(units)
    da = [0.0] * (4 * size)
    dc_before = []
    for k, unit in enumerate(units):
        tanh_c = math.tanh(unit.c)
        do = dm[k] * tanh_c
        dnow = dc[k] + dm[k] * unit.o * (1.0 - tanh_c * tanh_c)
        di, df, dg = dnow * unit.g, dnow * unit.c_before, dnow * unit.i
        da[k] = di * unit.i * (1.0 - unit.i)
        da[size + k] = df * unit.f * (1.0 - unit.f)
        da[2 * size + k] = dg * (1.0 - unit.g * unit.g)
        da[3 * size + k] = do * unit.o * (1.0 - unit.o)
        dc_before.append(dnow * unit.f)
    return da, dc_before

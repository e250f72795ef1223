"""The standard normal distribution, accurate in its lower tail.

    Phi(-r) = exp(-r**2 / 2) q(r / sqrt(2)) / 2        q(s) = exp(s**2) erfc(s),  r >= 0

(1 + 2 s) q(s) is smooth from s = 0 to infinity: a Chebyshev series in t = (s - 3.75) / (s + 3.75).

Source: M. M. Shepherd, J. G. Laframboise (1981), Chebyshev approximation of (1 + 2x) exp(x**2) erfc(x) in
0 <= x < infinity, Mathematics of Computation 36, 249-253. The coefficients were computed for this file, with 40
digits, by interpolation in 70 Chebyshev nodes; the first one left out is below 3e-18.
"""

import numpy as np
from numpy.polynomial.chebyshev import chebval

from ._kernel import Array

SERIES = (
    1.1775789345674017,
    -0.004590054580646478,
    -0.08424913336651792,
    0.05920993999819189,
    -0.026658668435305753,
    0.009074997670705265,
    -0.002413163540417608,
    0.0004907758365258086,
    -6.916973302501207e-05,
    4.13902798607301e-06,
    7.74038306619849e-07,
    -2.1886401049234397e-07,
    1.076499946567091e-08,
    4.521959811218287e-09,
    -7.754400208831351e-10,
    -6.318088340886684e-11,
    2.86879501093067e-11,
    1.9455868545777347e-13,
    -9.65469674843344e-13,
    3.2525481481487395e-14,
    3.347811948286805e-14,
    -1.8645628804193154e-15,
    -1.250795053068866e-15,
    7.418235256624011e-17,
    5.0681489047961776e-17,
)

VANISHED = 60.0
"""Beyond, both the tail and the density are zero."""


def normal(x: Array) -> tuple[Array, Array]:
    """Distribution function and density of float64 `x`."""
    r = np.minimum(np.abs(x), VANISHED)
    # The square of what fits into float32 is exact, which keeps the exponential's relative accuracy.
    head = r.astype(np.float32).astype(np.float64)
    bell = np.exp(-head * head / 2) * np.exp((head - r) * (head + r) / 2)
    s = r * np.sqrt(0.5)
    tail = bell * chebval((s - 3.75) / (s + 3.75), SERIES) / (2 + 4 * s)
    return np.where(x < 0, tail, 1 - tail), bell / np.sqrt(2 * np.pi)

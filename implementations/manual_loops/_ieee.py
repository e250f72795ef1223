"""exp, log and divide as IEEE 754 defines them: Python raises where the standard says inf or nan."""

import math


def exp(x: float) -> float:
    """Return e**x, inf where that is too large."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x: float) -> float:
    """Return the natural logarithm, -inf at 0 and nan below."""
    if x == 0:
        return -math.inf
    if x < 0:
        return math.nan
    return math.log(x)


def divide(numerator: float, denominator: float) -> float:
    """Return the quotient; x/0 is an infinity with the sign of both, 0/0 is nan."""
    if denominator != 0:
        return numerator / denominator
    if numerator == 0 or math.isnan(numerator):
        return math.nan
    return math.copysign(math.inf, numerator) * math.copysign(1.0, denominator)


def power(base: float, exponent: float) -> float:
    """Return base**exponent, inf where that is too large, nan where it is no real number."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        # math.pow also refuses to divide by zero.
        return math.inf if base == 0 else math.nan

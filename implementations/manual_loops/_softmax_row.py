"""softmax and log_softmax of one list of numbers.

The largest is subtracted first, which changes nothing in exact arithmetic and keeps exp from overflowing.
"""

from ._ieee import divide, exp, log


def softmax_row(row: list[float]) -> list[float]:
    """y[k] = exp(x[k] - m) / sum_j exp(x[j] - m), with m = max_j x[j]."""
    m = max(row, default=0.0)
    total = 0.0
    for x in row:
        total += exp(x - m)
    return [divide(exp(x - m), total) for x in row]


def log_softmax_row(row: list[float]) -> list[float]:
    """y[k] = (x[k] - m) - log(sum_j exp(x[j] - m)), with m = max_j x[j]."""
    m = max(row, default=0.0)
    total = 0.0
    for x in row:
        total += exp(x - m)
    # In this order: m + log(total) would lose the logarithm beside a large m.
    return [(x - m) - log(total) for x in row]

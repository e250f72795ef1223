"""Gradients scaled down until their total norm T is within a bound:

    T = norm of the norms of the gradients g
    g[i] = g[i] * min(1, max_norm / (T + 0.000001))

The norm of numbers x[0], x[1], ... of type p is

    (sum over i of |x[i]|**p)**(1/p)
    the largest |x[i]| for p = inf, the smallest for p = -inf
    how many x[i] are not 0 for p = 0

Raises ValueError where max_norm is negative, a gradient is empty and p is negative or inf, or T is not finite
and error_if_nonfinite is True.
Source: torch.nn.utils.clip_grad_norm_.
"""

import math

from ._arrays import Array, Params, to_array, to_lists
from ._ieee import divide, power


def forward(
    params: Params,
    gradients: Params,
    *,
    max_norm: float,
    norm_type: float | str,
    error_if_nonfinite: bool,
) -> tuple[dict[str, Array], Array]:
    """Return the clipped gradients, and the total norm that they had."""
    bound, p = float(max_norm), float(norm_type)
    if not bound >= 0.0:
        raise ValueError(f"max_norm must not be negative, got {max_norm}")
    flat = {name: to_lists(g, (g.size,)) for name, g in gradients.items()}
    norms = []
    for name in flat:
        norms.append(_norm(flat[name], p))
    total = _norm(norms, p)
    if error_if_nonfinite and not math.isfinite(total):
        raise ValueError(f"the total norm is {total}")
    factor = divide(bound, total + 0.000001)
    if factor > 1.0:
        factor = 1.0

    clipped = {}
    dtype = None
    for name, g in gradients.items():
        dtype = g.dtype
        scaled = []
        for x in flat[name]:
            scaled.append(x * factor)
        clipped[name] = to_array(scaled, g.shape, dtype)
    return clipped, to_array(total, (), dtype)


def _norm(x: list[float], p: float) -> float:
    """Return the norm of type p of a list of numbers."""
    if len(x) == 0 and (p < 0 or p == math.inf):
        raise ValueError(f"an empty gradient has no norm of type {p}")
    if p == 0:
        count = 0.0
        for number in x:
            if number != 0:
                count = count + 1.0
        return count
    if math.isinf(p):
        found: float = abs(x[0])
        for number in x:
            size = abs(number)
            # nan is neither larger nor smaller, and stays.
            if math.isnan(size) or (size > found if p > 0 else size < found):
                found = size
            if math.isnan(found):
                break
        return found
    total = 0.0
    for number in x:
        total = total + power(abs(number), p)
    return power(total, 1.0 / p)

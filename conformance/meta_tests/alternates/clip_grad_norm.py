"""clip_grad_norm of all numbers at once, and scaled so that no square overflows."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Params, alternate_step

Clipped = tuple[dict[str, Array], Array]


def joined(params: Params, gradients: Params, **config: Any) -> Clipped:
    """All numbers are joined into one vector, and powers are exponentials of logarithms, but for the first."""

    def norm(x: Array, order: float) -> Array:
        if order == 1:
            return np.asarray(x.sum())
        with np.errstate(all="ignore"):
            found: Array = np.exp(np.log(np.exp(order * np.log(x)).sum()) / order)
        return found

    return _clipped(gradients, norm, whole=True, **config)


def scaled_first(params: Params, gradients: Params, **config: Any) -> Clipped:
    """Numbers are divided by the largest one before they are raised to a power."""

    def norm(x: Array, order: float) -> Array:
        largest = x.max(initial=0)
        unit = largest if order > 0 and 0 < largest < math.inf else x.dtype.type(1)
        with np.errstate(all="ignore"):
            found: Array = unit * np.power(np.power(x / unit, order).sum(), 1 / order)
        return found

    return _clipped(gradients, norm, whole=False, **config)


def _clipped(
    gradients: Params,
    norm: Callable[[Array, float], Array],
    *,
    whole: bool,
    max_norm: float,
    norm_type: float | str,
    error_if_nonfinite: bool,
) -> Clipped:
    order = float(norm_type)

    def of(x: Array) -> Array:
        if order == 0:
            return np.asarray((x != 0).sum(), dtype=x.dtype)
        if math.isinf(order):
            return np.asarray(abs(x).max() if order > 0 else abs(x).min())
        return np.asarray(norm(abs(x), order), dtype=x.dtype)

    parts = [gradient.ravel() for gradient in gradients.values()]
    if whole and order != 0:
        parts = [np.concatenate(parts)]
    total = of(np.stack([of(part) for part in parts])) if len(parts) > 1 or order == 0 else of(parts[0])
    factor = np.minimum(max_norm / (total + total.dtype.type(1e-6)), total.dtype.type(1))
    return {name: factor * gradient for name, gradient in gradients.items()}, total


ALTERNATES: tuple[Alternate, ...] = (
    alternate_step("clip_grad_norm", "joined", joined),
    alternate_step("clip_grad_norm", "scaled first", scaled_first),
)

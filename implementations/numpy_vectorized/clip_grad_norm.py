"""Gradients scaled down until their total norm is within a bound.

    total = norm of the norms of the gradients        norm(x) = (sum |x|^p)^(1/p)
    gradient = gradient min(1, max_norm / (total + 1e-6))

p = inf: max |x|; -inf: min |x|; 0: how many x are not 0.
Shapes: of gradients any; total ().
Raises: ValueError if max_norm is negative, a norm without a value is asked of an empty gradient, or the total is
not finite and error_if_nonfinite.
Source: torch.nn.utils.clip_grad_norm_.
"""

import math

import numpy as np

from ._kernel import Array, Params, ieee


@ieee
def forward(
    params: Params,
    gradients: Params,
    *,
    max_norm: float,
    norm_type: float | str,
    error_if_nonfinite: bool,
) -> tuple[dict[str, Array], Array]:
    bound, p = float(max_norm), float(norm_type)
    if not bound >= 0:
        raise ValueError(f"max_norm must be 0 or more, got {max_norm}")
    total = _norm(np.stack([_norm(gradient, p) for gradient in gradients.values()]), p)
    if error_if_nonfinite and not np.isfinite(total):
        raise ValueError(f"the total norm is {total}")
    factor = np.minimum(bound / (total + total.dtype.type(1e-6)), total.dtype.type(1))
    return {name: gradient * factor for name, gradient in gradients.items()}, total


def _norm(x: Array, p: float) -> Array:
    if not x.size and (p < 0 or p == math.inf):
        raise ValueError(f"an empty gradient has no norm of type {p}")
    size = np.abs(x)
    norm: Array
    if p == 0:
        norm = np.asarray(np.count_nonzero(x), x.dtype)
    elif math.isinf(p):
        norm = size.max() if p > 0 else size.min()
    elif p == 2:
        norm = np.sqrt((size * size).sum())
    else:
        norm = size.sum() if p == 1 else (size**p).sum() ** (1 / p)
    return norm

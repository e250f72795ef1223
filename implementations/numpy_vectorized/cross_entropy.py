"""Cross-entropy between class scores and class indices or class probabilities.

    log_p = log_softmax(input) over the classes, e = label_smoothing
    indices:       loss = -((1 - e) w[target] log_p[target] + e / C sum w log_p), 0 where target is ignore_index
    probabilities: loss = -sum w ((1 - e) target + e / C) log_p
    y = loss, or sum loss, or their mean: sum loss / sum w[target], sum loss / number of losses for probabilities
    d_input = d_log_p - softmax(input) sum d_log_p        d_target = -g w (1 - e) log_p

w is params["weight"], else 1; neither it nor an index is differentiated. The mean of nothing is nan.

Shapes: input (C,), (N, C) or (N, C, *d); target (), (N,) or (N, *d) of int64, or floats in the input's shape;
weight (C,); y in the shape of integer targets for reduction "none", else ().
Raises: ValueError for shapes that do not fit, a class out of range that is not ignore_index, ignore_index >= 0
with probabilities, label_smoothing above 1, an unknown reduction.
Source: torch.nn.CrossEntropyLoss; Szegedy et al. (2016) for label smoothing.
"""

import math

import numpy as np

from . import log_softmax
from ._kernel import Array, Cotangents, Params, Pullback, ieee
from ._reduction import reduce
from ._targets import Indices, Probabilities


@ieee
def forward(
    params: Params, x: Array, target: Array, *, ignore_index: int, reduction: str, label_smoothing: float
) -> Array:
    targets = _targets(params, x, target, ignore_index, label_smoothing)
    losses = targets.losses(log_softmax.forward({}, _by_class(x), dim=1))
    return reduce(losses.reshape(_shape(x)), reduction, targets.weight)


@ieee
def vjp(
    params: Params, x: Array, target: Array, *, ignore_index: int, reduction: str, label_smoothing: float
) -> tuple[Array, Pullback]:
    targets = _targets(params, x, target, ignore_index, label_smoothing)
    log_p, log_softmax_pullback = log_softmax.vjp({}, _by_class(x), dim=1)
    losses = targets.losses(log_p)

    @ieee
    def pullback(cotangent: Array) -> Cotangents:
        g = cotangent / targets.weight if reduction == "mean" else cotangent
        scale = np.broadcast_to(g, _shape(x)).reshape(losses.shape)
        _, (dx,) = log_softmax_pullback(targets.d_log_p(scale))
        d_target = targets.d_target(scale, log_p)
        return dict.fromkeys(params), (
            None if dx is None else dx.reshape(x.shape),
            None if d_target is None else d_target.reshape(x.shape),
        )

    return reduce(losses.reshape(_shape(x)), reduction, targets.weight), pullback


def _targets(
    params: Params, x: Array, target: Array, ignore_index: int, label_smoothing: float
) -> Indices | Probabilities:
    """The target, checked."""
    if x.ndim == 0 or _by_class(x).shape[1] == 0:
        raise ValueError(f"input has shape {x.shape}, which has no classes")
    if label_smoothing > 1:
        raise ValueError(f"label_smoothing must be within 0 and 1, not {label_smoothing}")
    smoothing = max(label_smoothing, 0.0)  # a negative one counts as none, as in PyTorch
    n, classes, length = _by_class(x).shape
    class_weight = params.get("weight", np.ones(classes, x.dtype))
    if class_weight.shape != (classes,):
        raise ValueError(f"weight has shape {class_weight.shape}, expected ({classes},)")
    probabilities = target.dtype.kind == "f"
    expected = x.shape if probabilities else _shape(x)
    if target.shape != expected:
        raise ValueError(f"target has shape {target.shape}, expected {expected}")
    if not probabilities:
        return Indices(target.reshape(n, 1, length), class_weight, ignore_index, smoothing)
    if ignore_index >= 0:
        raise ValueError(f"ignore_index {ignore_index} has no meaning for probabilities")
    return Probabilities(_by_class(target), class_weight, smoothing)


def _by_class(x: Array) -> Array:
    """View x as (N, C, L)."""
    n = x.shape[0] if x.ndim > 1 else 1
    return x.reshape(n, x.shape[min(1, x.ndim - 1)], math.prod(x.shape[2:]))


def _shape(x: Array) -> tuple[int, ...]:
    """The shape of the losses."""
    return (*x.shape[:1], *x.shape[2:]) if x.ndim > 1 else ()

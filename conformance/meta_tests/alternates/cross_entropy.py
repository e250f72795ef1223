"""cross_entropy by other formulas, its sums in other orders, divided before the last one or after it."""

import math
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, Order, native, pairwise
from .softmax import shifted


def negative_log_likelihood(order: Order, *, by_score: bool = False, weighted_first: bool = False) -> Vjp:
    """loss[n] = -sum over c of a[n, c] log_p[n, c].

    `by_score` takes a single class's term as log s - (x - m), and p as exp(x - m) / s. `weighted_first` divides
    the losses of a mean before they are summed.
    """

    def vjp(
        params: Params, x: Array, target: Array, *, ignore_index: int, reduction: str, label_smoothing: float
    ) -> tuple[Array, Pullback]:
        scores = x.reshape(1, len(x), 1) if x.ndim == 1 else x.reshape(*x.shape[:2], math.prod(x.shape[2:]))
        real, classes = x.dtype.type, scores.shape[1]
        weight = params.get("weight", np.ones(classes, x.dtype))
        z = shifted(scores, 1)
        e = np.exp(z)
        total = np.expand_dims(order(e, 1), 1)
        log_p = z - np.log(total)
        p = e / total if by_score else np.exp(log_p)
        smoothing = max(label_smoothing, 0.0)
        hard, soft = real(1 - smoothing), real(smoothing / classes)
        shape = x.shape[:1] + x.shape[2:] if x.ndim > 1 else ()
        if target.dtype.kind == "i":
            label = target.reshape(len(scores), 1, scores.shape[2])
            kept = label != ignore_index
            label = np.where(kept, label, 0)
            one = np.arange(classes)[:, None] == label
            amount = np.where(one, hard * weight[label], 0) + soft * weight[:, None]
            share = -np.take_along_axis(log_p, label, 1)
            if by_score:
                share = np.log(total) - np.take_along_axis(z, label, 1)
            losses = hard * weight[label] * share
            if smoothing:
                losses = losses - np.expand_dims(order(soft * weight[:, None] * log_p, 1), 1)
            losses = np.where(kept, losses, 0).astype(x.dtype)
            divisor = order(np.where(kept, weight[label], 0).astype(x.dtype).reshape(-1), 0)
        else:
            amount = (hard * target.reshape(scores.shape) + soft) * weight[:, None]
            losses = -np.expand_dims(order(amount * log_p, 1), 1)
            kept = np.ones(losses.shape, bool)
            divisor = np.asarray(losses.size, x.dtype)
        if reduction == "none":
            y = losses.reshape(shape)
        elif reduction == "sum":
            y = order(losses.reshape(-1), 0)
        elif weighted_first and losses.size:
            y = order((losses / divisor).reshape(-1), 0)
        else:
            y = order(losses.reshape(-1), 0) / divisor

        def pullback(cotangent: Array) -> Cotangents:
            scale = cotangent / divisor if reduction == "mean" else cotangent
            scale = np.where(kept, np.broadcast_to(scale, shape).reshape(losses.shape), 0).astype(x.dtype)
            if weighted_first:
                d_x = scale * (p * np.expand_dims(order(amount, 1), 1) - amount)
            else:
                drawn = scale * amount
                d_x = p * np.expand_dims(order(drawn, 1), 1) - drawn
            d_target = None
            if target.dtype.kind == "f":
                d_target = (-scale * hard * weight[:, None] * log_p).reshape(x.shape)
            return dict.fromkeys(params), (np.where(kept, d_x, 0).astype(x.dtype).reshape(x.shape), d_target)

        return y, pullback

    return vjp


def _alternate(name: str, order: Order, **options: Any) -> Alternate:
    return alternate("cross_entropy", name, negative_log_likelihood(order, **options))


ALTERNATES: tuple[Alternate, ...] = (
    *(
        _alternate(name, order, by_score=i % 2 == 1, weighted_first=i % 3 == 1)
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    _alternate("by_score, weighted_first", native, by_score=True, weighted_first=True),
    _alternate("by_score", pairwise, by_score=True),
)

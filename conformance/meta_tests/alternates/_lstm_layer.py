"""A layer of a long short-term memory: weights fused or apart, biases first or last, gates together or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from conformance.tree import Array

from ._sums import Order, added, product

Weights = tuple[Array, Array, Array | None]
"""W_ih, W_hh and, where h is projected, W_hr."""

Step = tuple[Array, Array, Array, Array, Array, Array]
"""The gates i, f, g, o, and c and h after the step."""


@dataclass(frozen=True)
class Layer:
    """One layer in one direction; h and c follow from the gates i, f, g and o.

    `fused` takes [W_ih W_hh] [x; h] as one product, `by_gate` each gate's rows as a product of their own; `bias`
    is added `first`, `last`, or each with its own product, `apart`. `gather` adds the cotangents of weights up
    step by step, else they are one product over all steps. `two_sided` is the sigmoid that never overflows;
    `onto` adds the products of a step one by one to the cotangent of the output before it.
    """

    order: Order
    fused: bool = False
    by_gate: bool = False
    bias: str = "first"
    gather: bool = False
    two_sided: bool = False
    onto: bool = False

    def run(
        self, x: Array, h_0: Array, c_0: Array, weights: Weights, biases: Sequence[Array]
    ) -> tuple[list[Step], list[Array]]:
        """All steps, and the states h[0], ..., h[T]."""
        steps: list[Step] = []
        h, c = [h_0], c_0
        units = c_0.shape[1]
        for now in x:
            rows = [slice(k * units, (k + 1) * units) for k in range(4)] if self.by_gate else [slice(None)]
            parts = [self._sums(now, h[-1], weights, biases, row) for row in rows]
            a = np.concatenate(parts, 1)
            i, f, g, o = (a[:, k * units : (k + 1) * units] for k in range(4))
            i, f, g, o = self._sigmoid(i), self._sigmoid(f), np.tanh(g), self._sigmoid(o)
            c = f * c + i * g
            m = o * np.tanh(c)
            h.append(m if weights[2] is None else product(m, weights[2].T, self.order))
            steps.append((i, f, g, o, c, m))
        return steps, h

    def _sums(self, x: Array, h: Array, weights: Weights, biases: Sequence[Array], rows: slice) -> Array:
        w_ih, w_hh = weights[0][rows], weights[1][rows]
        b = [each[rows] for each in biases]
        if self.fused:
            a = product(np.hstack([x, h]), np.hstack([w_ih, w_hh]).T, self.order)
            return a + (b[0] + b[1]) if b else a
        left, right = product(x, w_ih.T, self.order), product(h, w_hh.T, self.order)
        if not b:
            return left + right
        if self.bias == "apart":
            return np.asarray((left + b[0]) + (right + b[1]))
        if self.bias == "last":
            return left + right + b[0] + b[1]
        return (b[0] + b[1]) + left + right

    def _sigmoid(self, a: Array) -> Array:
        with np.errstate(over="ignore"):
            if not self.two_sided:
                return np.asarray(1 / (1 + np.exp(-a)))
            z = np.exp(-np.abs(a))
            return np.asarray(np.where(a < 0, z, 1) / (1 + z))

    def pull(
        self,
        d_states: Array,
        d_h: Array,
        d_c: Array,
        x: Array,
        c_0: Array,
        run: tuple[list[Step], list[Array]],
        weights: Weights,
    ) -> tuple[Array, Array, Array, Array, Array, Array, Array | None]:
        """The cotangents of x, h_0, c_0, W_ih, W_hh, each bias and W_hr."""
        steps, h = run
        w_ih, w_hh, w_hr = weights
        d_a = np.zeros((*x.shape[:2], len(w_ih)), x.dtype)
        d_projected = np.zeros(d_states.shape, x.dtype)
        d_h = d_h + d_states[-1]
        for t in reversed(range(len(x))):
            i, f, g, o, c, _ = steps[t]
            before = steps[t - 1][4] if t else c_0
            d_projected[t] = d_h
            d_m = d_projected[t] if w_hr is None else product(d_projected[t], w_hr, self.order)
            tanh_c = np.tanh(c)
            d_c = d_c + d_m * o * (1 - tanh_c * tanh_c)
            d_a[t] = np.concatenate(
                [
                    d_c * g * i * (1 - i),
                    d_c * before * f * (1 - f),
                    d_c * i * (1 - g * g),
                    d_m * tanh_c * o * (1 - o),
                ],
                1,
            )
            d_c = d_c * f
            rest = d_states[t - 1] if t else np.zeros_like(d_h)
            d_h = added(rest, d_a[t], w_hh, self.order, onto=self.onto)
        d_x = product(_rows(d_a), w_ih, self.order).reshape(x.shape)
        d_ih, d_hh = self._outer(d_a, x), self._outer(d_a, np.stack(h[:-1]))
        d_b = np.add.accumulate([self.order(g, 0) for g in d_a])[-1]
        d_hr = None if w_hr is None else self._outer(d_projected, np.stack([step[5] for step in steps]))
        return d_x, d_h, d_c, d_ih, d_hh, d_b, d_hr

    def _outer(self, d_a: Array, given: Array) -> Array:
        """The sum over all steps and samples of d_a^T given."""
        if self.gather:
            parts = [product(g.T, v, self.order) for g, v in zip(d_a, given, strict=True)]
            return np.asarray(np.add.accumulate(parts)[-1])
        return product(_rows(d_a).T, _rows(given), self.order)


def _rows(steps: Array) -> Array:
    """(T, N, F) as (T * N, F)."""
    return steps.reshape(steps.shape[0] * steps.shape[1], steps.shape[2])

"""Recurrent layers: weights fused or apart, biases before the products or after them, sequences in chunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, alternate
from ._between_layers import passed_on
from ._sums import ORDERS, Order, added, native, product, sequential, wide


@dataclass(frozen=True)
class Cell:
    """One layer in one direction. h[t + 1] = f(x[t] W_ih^T + b_ih + h[t] W_hh^T + b_hh).

    `fused` takes [W_ih W_hh] [x; h] as one product, `at_once` projects the inputs of all steps (of `chunk`
    steps) in one product; `bias` is added `first`, `last`, or each with its own product, `apart`. `gather` adds
    the cotangents of weights up step by step, else they are one product over all steps; `onto` adds the products
    of a step one by one to the cotangent of the output before it.
    """

    order: Order
    fused: bool = False
    at_once: bool = False
    bias: str = "first"
    chunk: int = 1000
    gather: bool = False
    onto: bool = False

    def run(
        self, x: Array, h_0: Array, weights: Sequence[Array], biases: Sequence[Array], relu: bool
    ) -> Array:
        """The states h (T + 1, N, H)."""
        states = [h_0]
        for start in range(0, len(x), self.chunk):
            part = x[start : start + self.chunk]
            projected = product(_rows(part), weights[0].T, self.order).reshape(
                *part.shape[:2], len(weights[0])
            )
            for t, now in enumerate(part):
                a = self._argument(now, projected[t] if self.at_once else None, states[-1], weights, biases)
                states.append(np.where(a < 0, 0, a).astype(x.dtype) if relu else np.tanh(a))
        return np.stack(states)

    def _argument(
        self, x: Array, projected: Array | None, h: Array, weights: Sequence[Array], biases: Sequence[Array]
    ) -> Array:
        w_ih, w_hh = weights
        if self.fused:
            both, given = np.hstack([w_ih, w_hh]), np.hstack([x, h])
            if biases and self.bias == "first":
                both = np.hstack([(biases[0] + biases[1])[:, None], both])
                given = np.hstack([np.ones((len(x), 1), x.dtype), given])
            a = product(given, both.T, self.order)
            return a + (biases[0] + biases[1]) if biases and self.bias != "first" else a
        left = product(x, w_ih.T, self.order) if projected is None else projected
        right = product(h, w_hh.T, self.order)
        if not biases:
            return left + right
        if self.bias == "apart":
            return np.asarray((left + biases[0]) + (right + biases[1]))
        if self.bias == "last":
            return left + right + biases[0] + biases[1]
        return (biases[0] + biases[1]) + left + right

    def pull(
        self, d_states: Array, d_last: Array, x: Array, h: Array, weights: Sequence[Array], relu: bool
    ) -> tuple[Array, Array, Array, Array, Array]:
        """The cotangents of x, h_0, W_ih, W_hh and each bias."""
        d_a = np.zeros(d_states.shape, x.dtype)
        d_h = d_last + d_states[-1]
        for t in reversed(range(len(x))):
            d_a[t] = np.where(h[t + 1] <= 0, 0, d_h) if relu else d_h * (1 - h[t + 1] * h[t + 1])
            before = d_states[t - 1] if t else np.zeros_like(d_h)
            d_h = added(before, d_a[t], weights[1], self.order, onto=self.onto)
        rows = _rows(d_a)
        d_x = product(rows, weights[0], self.order).reshape(x.shape)
        if self.gather:
            d_ih = np.add.accumulate([product(g.T, v, self.order) for g, v in zip(d_a, x, strict=True)])[-1]
            d_hh = np.add.accumulate([product(g.T, v, self.order) for g, v in zip(d_a, h, strict=False)])[-1]
            d_b = np.add.accumulate([self.order(g, 0) for g in d_a[::-1]])[-1]
            return d_x, d_h, d_ih, d_hh, d_b
        d_ih = product(rows.T, _rows(x), self.order)
        d_hh = product(rows.T, _rows(h[:-1]), self.order)
        return d_x, d_h, d_ih, d_hh, self.order(rows, 0)

    def vjp(
        self,
        params: Params,
        x: Array,
        h_0: Array | None,
        mask: Array | None,
        *,
        hidden_size: int,
        num_layers: int,
        nonlinearity: str,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        **_: Any,
    ) -> tuple[tuple[Array, Array], Pullback]:
        """The network: its layers, each in one direction or two."""
        relu = nonlinearity == "relu"

        def turned(sequence: Array) -> Array:
            """Time first, or back; a batch of one where there is none."""
            return sequence.swapaxes(0, 1) if batch_first and x.ndim == 3 else sequence

        seen = turned(x) if x.ndim == 3 else x[:, None]
        kept = [] if mask is None else [turned(m) if x.ndim == 3 else m[:, None] for m in mask]
        directions = ("", "_reverse")[: 1 + bidirectional]
        start = np.zeros((num_layers * len(directions), seen.shape[1], hidden_size), x.dtype)
        start = start if h_0 is None else h_0.reshape(start.shape)
        runs: list[tuple[str, int, Array, Array]] = []
        for layer in range(num_layers):
            if layer and kept:
                seen = passed_on(seen, kept[layer - 1], dropout, excess=self.gather)
            outputs = []
            for direction in directions:
                suffix, step = f"_l{layer}{direction}", -1 if direction else 1
                biases = [params[f"bias_{kind}{suffix}"] for kind in ("ih", "hh")] if bias else []
                h = self.run(seen[::step], start[len(runs)], _weights(params, suffix), biases, relu)
                runs.append((suffix, step, seen[::step], h))
                outputs.append(h[1:][::step])
            seen = np.concatenate(outputs, 2)
        h_n = np.stack([h[-1] for _, _, _, h in runs])
        output = turned(seen) if x.ndim == 3 else seen[:, 0]

        def pullback(cotangent: tuple[Array, Array]) -> Cotangents:
            d_seen = turned(cotangent[0]) if x.ndim == 3 else cotangent[0][:, None]
            d_last = cotangent[1].reshape(start.shape)
            of_params: dict[str, Array | None] = {}
            d_start = np.empty(start.shape, x.dtype)
            for layer in reversed(range(num_layers)):
                parts = []
                for number in range(len(directions)):
                    k = layer * len(directions) + number
                    suffix, step, given, h = runs[k]
                    d_states = d_seen[:, :, number * hidden_size : (number + 1) * hidden_size][::step]
                    d_x, d_start[k], d_ih, d_hh, d_b = self.pull(
                        d_states, d_last[k], given, h, _weights(params, suffix), relu
                    )
                    parts.append(d_x[::step])
                    of_params |= {f"weight_ih{suffix}": d_ih, f"weight_hh{suffix}": d_hh}
                    of_params |= {f"bias_ih{suffix}": d_b, f"bias_hh{suffix}": d_b} if bias else {}
                d_seen = parts[0] if len(parts) == 1 else parts[1] + parts[0]
                if layer and kept:
                    d_seen = passed_on(d_seen, kept[layer - 1], dropout, excess=self.gather)
            d_x = turned(d_seen) if x.ndim == 3 else d_seen[:, 0]
            return of_params, (d_x, None if h_0 is None else d_start.reshape(h_0.shape), None)

        return (output, h_n if x.ndim == 3 else h_n[:, 0]), pullback


def _rows(steps: Array) -> Array:
    """(T, N, F) as (T * N, F)."""
    return steps.reshape(steps.shape[0] * steps.shape[1], steps.shape[2])


def _weights(params: Params, suffix: str) -> tuple[Array, Array]:
    return params["weight_ih" + suffix], params["weight_hh" + suffix]


BIASES = ("first", "last", "apart")

ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("rnn", name, Cell(order, at_once=i % 2 == 1, bias=BIASES[i % 3], gather=i % 2 == 0).vjp)
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("rnn", "fused", Cell(native, fused=True, bias="last").vjp),
    alternate("rnn", "fused, bias first", Cell(sequential, fused=True, bias="first", gather=True).vjp),
    alternate("rnn", "fused, wide", Cell(wide, fused=True, bias="first").vjp),
    alternate("rnn", "in chunks", Cell(native, at_once=True, chunk=2, bias="apart").vjp),
    alternate("rnn", "onto the output's cotangent", Cell(sequential, onto=True).vjp),
)

"""Gated recurrent units: other formulas for the gates and the state, sums in other orders, gates one by one."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Cotangents, Params, Pullback
from ._between_layers import passed_on
from ._sums import Order, added, product

Run = tuple[str, int, Array, Array, Array]
"""Suffix, direction, input, states (T + 1, N, H), and what `step` keeps of each step (T, 5, N, H)."""


@dataclass(frozen=True)
class Gated:
    """Layers of units with the gates r, z, n, where q = W_hn h + b_hn is what r acts on.

    `convex` makes the state (1 - z) n + z h, else n + z (h - n); `mirrored` the share of n sigmoid(-a), else
    1 - z; `halves` the sigmoid of a negative argument exp(a) / (1 + exp(a)); `bias` is added `first`, to the
    other bias of r and z, or `apart`, each to its own product; `gather` adds the weights' cotangents up step by
    step; `onto` adds the products of a step one by one to all else that the cotangent of the state before has.
    """

    order: Order
    convex: bool = False
    mirrored: bool = False
    halves: bool = False
    bias: str = "apart"
    gather: bool = False
    onto: bool = False

    def sigmoid(self, a: Array) -> Array:
        """1 / (1 + exp(-a))."""
        if not self.halves:
            return np.asarray(1 / (1 + np.exp(-a)))
        small = np.exp(-np.abs(a))
        return np.asarray(np.where(a < 0, small, 1) / (1 + small))

    def step(self, x: Array, h: Array, w: tuple[Array, ...]) -> tuple[Array, list[Array]]:
        """The next state, and r, z, n, q and the share of n in it."""
        units = h.shape[1]
        left, right = product(x, w[0].T, self.order), product(h, w[1].T, self.order)
        if len(w) > 2:
            bound = 2 * units
            if self.bias == "first":
                left = np.hstack([(w[2] + w[3])[:bound] + left[:, :bound], left[:, bound:] + w[2][bound:]])
                right = np.hstack([right[:, :bound], right[:, bound:] + w[3][bound:]])
            else:
                left, right = left + w[2], right + w[3]
        both = left[:, : 2 * units] + right[:, : 2 * units]
        gates = self.sigmoid(both)
        r, z, q = gates[:, :units], gates[:, units:], right[:, 2 * units :]
        n = np.tanh(left[:, 2 * units :] + r * q)
        share = self.sigmoid(-both[:, units:]) if self.mirrored else 1 - z
        return (share * n + z * h if self.convex else n + z * (h - n)), [r, z, n, q, share]

    def pull(
        self, d_states: Array, d_last: Array, run: Run, w: tuple[Array, ...]
    ) -> tuple[Array, Array, Array, Array, Array, Array]:
        """The cotangents of x, h_0, W_ih, W_hh, b_ih and b_hh."""
        _, _, x, h, kept = run
        d_i, d_r, d_h = [], [], d_last + d_states[-1]
        for t in reversed(range(len(x))):
            r, z, n, q, share = kept[t]
            d_n = d_h * share * ((1 - n) * (1 + n) if self.convex else 1 - n * n)
            d_z = d_h * (h[t] - n) * (z * share)
            d_reset = d_n * q * (r * (1 - r))
            d_i.append(np.hstack([d_reset, d_z, d_n]))
            d_r.append(np.hstack([d_reset, d_z, d_n * r]))
            rest = d_h * z + (d_states[t - 1] if t else 0)
            d_h = added(rest, d_r[-1], w[1], self.order, onto=self.onto)
        of_x, of_h = np.stack(d_i[::-1]), np.stack(d_r[::-1])
        d_x = product(_rows(of_x), w[0], self.order).reshape(x.shape)
        d_ih, d_b_ih = self._weights(of_x, x)
        d_hh, d_b_hh = self._weights(of_h, h[:-1])
        return d_x, d_h, d_ih, d_hh, d_b_ih, d_b_hh

    def _weights(self, d: Array, given: Array) -> tuple[Array, Array]:
        """The cotangents of a weight and its bias."""
        if not self.gather:
            return product(_rows(d).T, _rows(given), self.order), self.order(_rows(d), 0)
        parts = [product(g.T, v, self.order) for g, v in zip(d, given, strict=True)]
        return np.add.accumulate(parts)[-1], np.add.accumulate([self.order(g, 0) for g in d[::-1]])[-1]

    def vjp(
        self,
        params: Params,
        x: Array,
        h_0: Array | None,
        mask: Array | None,
        *,
        hidden_size: int,
        num_layers: int,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        **_: Any,
    ) -> tuple[tuple[Array, Array], Pullback]:
        """The network: its layers, each in one direction or two."""

        def turned(sequence: Array) -> Array:
            """Time first, or back."""
            return sequence.swapaxes(0, 1) if batch_first and x.ndim == 3 else sequence

        def weights(suffix: str) -> tuple[Array, ...]:
            kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if bias else 2]
            return tuple(params[kind + suffix] for kind in kinds)

        seen = turned(x) if x.ndim == 3 else x[:, None]
        kept = [] if mask is None else [turned(m) if x.ndim == 3 else m[:, None] for m in mask]
        directions = ("", "_reverse")[: 1 + bidirectional]
        start = np.zeros((num_layers * len(directions), seen.shape[1], hidden_size), x.dtype)
        start = start if h_0 is None else h_0.reshape(start.shape)
        runs: list[Run] = []
        for layer in range(num_layers):
            if layer and kept:
                seen = passed_on(seen, kept[layer - 1], dropout, excess=self.gather)
            outputs = []
            for direction in directions:
                suffix, step = f"_l{layer}{direction}", -1 if direction else 1
                states, made_of = [start[len(runs)]], []
                for now in seen[::step]:
                    state, made = self.step(now, states[-1], weights(suffix))
                    states.append(state)
                    made_of.append(made)
                h = np.stack(states)
                runs.append((suffix, step, seen[::step], h, np.array(made_of)))
                outputs.append(h[1:][::step])
            seen = np.concatenate(outputs, 2)
        h_n = np.stack([run[3][-1] for run in runs])

        def pullback(cotangent: tuple[Array, Array]) -> Cotangents:
            d_seen = turned(cotangent[0]) if x.ndim == 3 else cotangent[0][:, None]
            d_last = cotangent[1].reshape(start.shape)
            of_params: dict[str, Array | None] = {}
            d_start = np.empty(start.shape, x.dtype)
            for layer in reversed(range(num_layers)):
                parts = []
                for number, d_states in enumerate(np.split(d_seen, len(directions), 2)):
                    k = layer * len(directions) + number
                    suffix, step = runs[k][:2]
                    d_x, d_start[k], d_ih, d_hh, d_b_ih, d_b_hh = self.pull(
                        d_states[::step], d_last[k], runs[k], weights(suffix)
                    )
                    parts.append(d_x[::step])
                    of_params |= {f"weight_ih{suffix}": d_ih, f"weight_hh{suffix}": d_hh}
                    if bias:
                        of_params |= {f"bias_ih{suffix}": d_b_ih, f"bias_hh{suffix}": d_b_hh}
                d_seen = parts[0] if len(parts) == 1 else parts[1] + parts[0]
                if layer and kept:
                    d_seen = passed_on(d_seen, kept[layer - 1], dropout, excess=self.gather)
            d_x = turned(d_seen) if x.ndim == 3 else d_seen[:, 0]
            return of_params, (d_x, None if h_0 is None else d_start.reshape(h_0.shape), None)

        return (turned(seen) if x.ndim == 3 else seen[:, 0], h_n if x.ndim == 3 else h_n[:, 0]), pullback


def _rows(steps: Array) -> Array:
    """(T, N, F) as (T * N, F)."""
    return steps.reshape(steps.shape[0] * steps.shape[1], steps.shape[2])

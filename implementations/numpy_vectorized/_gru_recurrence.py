"""One layer of gated recurrent units in one direction, over all time steps."""

from dataclasses import dataclass

import numpy as np

from ._kernel import Array


@dataclass(frozen=True)
class GatedRun:
    """What the pullback needs: x (T, N, F), states h (T + 1, N, H), the rest (T, N, H).

    `reset`, `update` and `new` are the gates r, z and n; `recurrent` is W_hn h + b_hn, on which r acts.
    """

    x: Array
    h: Array
    reset: Array
    update: Array
    new: Array
    recurrent: Array


def recur_gated(
    x: Array, h_0: Array, weight_ih: Array, weight_hh: Array, bias_ih: Array | None, bias_hh: Array | None
) -> GatedRun:
    """The states h, h[0] = h_0, with what they were made of.

    Gates come first, (3, T, N, H): then each is contiguous, and its product is small enough to stay in cache.
    """
    steps, samples, units = len(x), *h_0.shape
    h = np.empty((steps + 1, samples, units), x.dtype)
    h[0] = h_0
    gates: Array = np.matmul(_rows(x), _by_gate(weight_ih))
    if bias_ih is not None and bias_hh is not None:
        gates += bias_ih.reshape(3, 1, units)
        gates[:2] += bias_hh.reshape(3, 1, units)[:2]
    gates = gates.reshape(3, steps, samples, units)
    recurrent = np.empty(h[1:].shape, x.dtype)
    weight, product = _by_gate(weight_hh), np.empty((3, samples, units), x.dtype)
    for t in range(steps):
        np.matmul(h[t], weight, out=product)
        both, new, from_state, now = gates[:2, t], gates[2, t], recurrent[t], h[t + 1]
        from_state[...] = product[2]
        if bias_hh is not None:
            from_state += bias_hh[2 * units :]
        both += product[:2]
        _sigmoid(both)
        np.multiply(both[0], from_state, out=now)
        new += now
        np.tanh(new, out=new)
        np.subtract(h[t], new, out=now)
        now *= both[1]
        now += new
    return GatedRun(x, h, gates[0], gates[1], gates[2], recurrent)


def recur_gated_transpose(
    d_output: Array, d_h: Array, run: GatedRun, weight_ih: Array, weight_hh: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """The cotangents of x, h_0, W_ih, W_hh, b_ih and b_hh, for those of h[1:] and, in addition, of h[T].

    The loop only passes cotangents back in time; each weight is one product over all steps.
    """
    x, h, r, z, n = run.x, run.h, run.reset, run.update, run.new
    units = h.shape[2]
    keep = 1 - z
    of_update = (h[:-1] - n) * z * keep
    of_new = (1 - n * n) * keep
    of_reset = run.recurrent * r * (1 - r)
    d_gates = np.empty((*z.shape[:2], 3 * units), h.dtype)
    d_new = np.empty(z.shape, h.dtype)
    d_h, product = d_h.copy(), np.empty(d_h.shape, h.dtype)
    for t in reversed(range(len(z))):
        d_h += d_output[t]
        d_gate = d_gates[t]
        np.multiply(d_h, of_new[t], out=d_new[t])
        np.multiply(d_new[t], of_reset[t], out=d_gate[:, :units])
        np.multiply(d_h, of_update[t], out=d_gate[:, units : 2 * units])
        np.multiply(d_new[t], r[t], out=d_gate[:, 2 * units :])
        np.matmul(d_gate, weight_hh, out=product)
        d_h *= z[t]
        d_h += product
    rows = _rows(d_gates)
    d_weight_hh, d_bias_hh = rows.T @ _rows(h[:-1]), rows.sum(axis=0)
    d_gates[..., 2 * units :] = d_new  # from here on: of the part that x feeds
    d_x = (rows @ weight_ih).reshape(x.shape)
    return d_x, d_h, rows.T @ _rows(x), d_weight_hh, rows.sum(axis=0), d_bias_hh


def _sigmoid(a: Array) -> None:
    """1 / (1 + exp(-a)), in place."""
    # Not np.negative(a, out=a): NumPy 2.4 gives wrong numbers there where elements lie apart.
    np.exp(-a, out=a)
    a += 1
    np.reciprocal(a, out=a)


def _by_gate(weight: Array) -> Array:
    """(3 H, F) as three matrices (F, H), copied once and not in every product."""
    return np.ascontiguousarray(weight.reshape(3, len(weight) // 3, weight.shape[1]).swapaxes(1, 2))


def _rows(steps: Array) -> Array:
    """(T, N, F) as (T N, F)."""
    return steps.reshape(steps.shape[0] * steps.shape[1], steps.shape[2])

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

    Gates are (T, 3, N, H): what a step works on lies together and stays in cache. The weights of r and z are
    negated once, since their sums are wanted negated in every step, by the sigmoid.
    """
    steps, samples, units = len(x), *h_0.shape
    h = np.empty((steps + 1, samples, units), x.dtype)
    h[0] = h_0
    gates = np.empty((steps, 3, samples, units), x.dtype)
    recurrent = np.empty(h[1:].shape, x.dtype)
    of_x, of_h, product = _by_gate(weight_ih), _by_gate(weight_hh), np.empty(gates.shape[1:], x.dtype)
    bias: Array | int = 0
    bias_recurrent: Array | int = 0
    if bias_ih is not None and bias_hh is not None:
        bias, bias_recurrent = bias_ih.reshape(3, 1, units).copy(), bias_hh[2 * units :]
        bias[:2] += bias_hh.reshape(3, 1, units)[:2]
        bias[:2] *= -1
    for t in range(steps):
        gate, from_state, now = gates[t], recurrent[t], h[t + 1]
        both, new = gate[:2], gate[2]
        np.matmul(x[t], of_x, out=gate)
        gate += bias
        np.matmul(h[t], of_h, out=product)
        np.add(product[2], bias_recurrent, out=from_state)
        both += product[:2]
        np.exp(both, out=both)
        both += 1
        np.reciprocal(both, out=both)
        np.multiply(both[0], from_state, out=now)
        new += now
        np.tanh(new, out=new)
        np.subtract(h[t], new, out=now)
        now *= both[1]
        now += new
    return GatedRun(x, h, gates[:, 0], gates[:, 1], gates[:, 2], recurrent)


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


def _by_gate(weight: Array) -> Array:
    """(3 H, F) as three matrices (F, H), the first two negated."""
    by_gate = np.array(weight.reshape(3, len(weight) // 3, weight.shape[1]).swapaxes(1, 2), order="C")
    by_gate[:2] *= -1
    return by_gate


def _rows(steps: Array) -> Array:
    """(T, N, F) as (T N, F)."""
    return steps.reshape(steps.shape[0] * steps.shape[1], steps.shape[2])

"""One layer of a long short-term memory in one direction, over all time steps.

A gate is a matrix (N, H) of its own: of one product of [x, h, 1] by [W_ih, W_hh, b]^T, small enough for OpenBLAS
not to rearrange it first. The gates of a sigmoid are neighbours, o, i, f, and have their weights negated once,
since 1 / (1 + exp(-a)) wants -a. Back in time, a step's product by [W_ih, W_hh] gives dx and dh, and one of all
steps by [x, h, 1] gives dW_ih, dW_hh and db. With batch 32, T 64, 64 -> 128 forward and pullback take 23 ms,
forward alone 8; with the gates as columns of one matrix (N, 4 H) they took 33 and 12.5.
"""

from typing import NamedTuple

import numpy as np

from ._aligned import empty_aligned
from ._kernel import Array

GATES = (3, 0, 1, 2)
"""Where o, i, f, g, in the order of the computation, are in the weights: i, f, g, o."""


class Memory(NamedTuple):
    """All that the pullback reads; where none follows, only h is whole, the others are rings of a step or two.

    operands (T + 1, N, F + R + 1) are x, h and 1, without x in the last one; h (T + 1, N, R) is a view of them.
    gates (T, 4, N, H) are o, i, f, g; c is (T + 1, N, H), tanh_c = tanh(c[1:]), and m = o tanh_c, which is h[1:]
    if nothing is projected.
    """

    operands: Array
    h: Array
    gates: Array
    c: Array
    tanh_c: Array
    m: Array

    @property
    def last(self) -> tuple[Array, Array]:
        """Views of h[T] and c[T]."""
        return self.h[-1], self.c[(len(self.h) - 1) % len(self.c)]


def remember(
    x: Array,
    h_0: Array,
    c_0: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias: Array | int,
    weight_hr: Array | None,
    keep: bool,
) -> Memory:
    """The states from h[0] = h_0 and c[0] = c_0 on, and with `keep` all that the pullback reads."""
    steps, samples, features = x.shape
    kept, units = steps if keep else 1, c_0.shape[1]
    operands = np.empty((steps + 1, samples, features + h_0.shape[1] + 1), x.dtype)
    h = operands[:, :, features:-1]
    operands[:-1, :, :features] = x
    operands[:, :, -1] = 1
    gates = empty_aligned((kept, 4, samples, units), x.dtype)
    c = empty_aligned((kept + 1, samples, units), x.dtype)
    tanh_c = empty_aligned((kept, samples, units), x.dtype)
    m = h[1:] if weight_hr is None else np.empty((kept, samples, units), x.dtype)
    h[0], c[0] = h_0, c_0
    weights = _by_gate(weight_ih, weight_hh, bias)
    added = empty_aligned((samples, units), x.dtype)
    for t in range(steps):
        gate, before, now = gates[t % kept], c[t % len(c)], c[(t + 1) % len(c)]
        tanh_now, m_now = tanh_c[t % kept], m[t % len(m)]
        np.matmul(operands[t], weights, out=gate)
        sigmoids, (o, i, f, g) = gate[:3], gate
        np.exp(sigmoids, out=sigmoids)
        sigmoids += 1
        np.reciprocal(sigmoids, out=sigmoids)
        np.tanh(g, out=g)
        np.multiply(f, before, out=now)
        np.multiply(i, g, out=added)
        now += added
        np.tanh(now, out=tanh_now)
        np.multiply(o, tanh_now, out=m_now)
        if weight_hr is not None:
            np.matmul(m_now, weight_hr.T, out=h[t + 1])
    return Memory(operands, h, gates, c, tanh_c, m)


class Pulled(NamedTuple):
    """Cotangents; the one of W_hr is None where nothing is projected."""

    x: Array
    h_0: Array
    c_0: Array
    weight_ih: Array
    weight_hh: Array
    bias: Array
    weight_hr: Array | None


def remember_transpose(
    d_output: Array,
    d_h: Array,
    d_c: Array,
    memory: Memory,
    weight_ih: Array,
    weight_hh: Array,
    weight_hr: Array | None,
) -> Pulled:
    """The cotangents for those of h[1:] and, in addition, of h[T] and c[T].

    The loop only passes the cotangents of the states back in time; each weight is one product over all steps.
    """
    operands, h, gates, c, tanh_c, m = memory
    steps, _, samples, units = gates.shape
    features, size = weight_ih.shape[1], h.shape[2]
    weights = empty_aligned((4, units, features + size), h.dtype)
    weights[..., :features] = weight_ih.reshape(4, units, features)
    weights[..., features:] = weight_hh.reshape(4, units, size)
    da = empty_aligned((4, steps, samples, units), h.dtype)  # i, f, g, o, as in the weights
    d_operands = np.empty((steps, samples, features + size), h.dtype)
    d_projected = np.empty((steps, samples, size), h.dtype) if weight_hr is not None else None
    # da = slope * d_c for i, f and g, slope * d_m for o.
    slope, of_tanh = empty_aligned(gates.shape[1:], h.dtype), empty_aligned(c.shape[1:], h.dtype)
    of_sigmoids, (of_o, of_i, of_f, of_g) = slope[:3], slope
    products = empty_aligned((4, samples, features + size), h.dtype)
    d_c = d_c.copy()
    for t in reversed(range(steps)):
        o, i, f, g = gates[t]
        np.subtract(1, gates[t, :3], out=of_sigmoids)
        of_sigmoids *= gates[t, :3]
        of_o *= tanh_c[t]
        of_i *= g
        of_f *= c[t]
        np.multiply(g, g, out=of_g)
        np.subtract(1, of_g, out=of_g)
        of_g *= i
        d_m = d_h + d_output[t]
        if d_projected is not None:
            d_projected[t] = d_m
            d_m = d_m @ weight_hr
        np.multiply(tanh_c[t], tanh_c[t], out=of_tanh)
        np.subtract(1, of_tanh, out=of_tanh)
        of_tanh *= o
        of_tanh *= d_m
        d_c += of_tanh
        np.multiply(slope[1:], d_c, out=da[:3, t])
        np.multiply(of_o, d_m, out=da[3, t])
        d_c *= f
        np.matmul(da[:, t], weights, out=products)
        np.add.reduce(products, axis=0, out=d_operands[t])
        d_h = d_operands[t, :, features:]
    columns = da.reshape(4, steps * samples, units).swapaxes(1, 2)
    d_weights = (columns @ _rows(operands[:-1])).reshape(4 * units, features + size + 1)
    return Pulled(
        x=d_operands[..., :features].copy(),
        h_0=d_h.copy(),
        c_0=d_c,
        weight_ih=d_weights[:, :features].copy(),
        weight_hh=d_weights[:, features:-1].copy(),
        bias=d_weights[:, -1].copy(),
        weight_hr=None if d_projected is None else _rows(d_projected).T @ _rows(m),
    )


def _by_gate(weight_ih: Array, weight_hh: Array, bias: Array | int) -> Array:
    """[W_ih, W_hh, b]^T, (4, F + R + 1, H) for o, i, f, g, the first three negated.

    They begin on a cache line: a step's product takes 55 us then, else 80.
    """
    features, units = weight_ih.shape[1], len(weight_ih) // 4
    weights = empty_aligned((4, features + weight_hh.shape[1] + 1, units), weight_ih.dtype)
    biases = np.broadcast_to(bias, (4 * units,))
    for weight, gate in zip(weights, GATES, strict=True):
        rows = slice(gate * units, (gate + 1) * units)
        weight[:features] = weight_ih[rows].T
        weight[features:-1] = weight_hh[rows].T
        weight[-1] = biases[rows]
    weights[:3] *= -1
    return weights


def _rows(steps: Array) -> Array:
    """(T, N, F) as (T N, F)."""
    return steps.reshape(steps.shape[0] * steps.shape[1], steps.shape[2])

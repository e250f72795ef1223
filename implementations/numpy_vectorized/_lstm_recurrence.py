"""One layer of a long short-term memory in one direction, over all time steps."""

from typing import NamedTuple

import numpy as np

from ._kernel import Array


class Memory(NamedTuple):
    """All that the pullback reads: the gates (T, N, 4, H) as i, f, g, o, and the states.

    c (T + 1, N, H), h (T + 1, N, R), tanh(c[1:]), and m = o tanh(c[1:]), which is h[1:] if nothing is projected.
    """

    gates: Array
    c: Array
    tanh_c: Array
    m: Array
    h: Array


def remember(
    x: Array,
    h_0: Array,
    c_0: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias: Array | int,
    weight_hr: Array | None,
) -> Memory:
    """The states from h[0] = h_0 and c[0] = c_0 on; the inputs of all steps and gates are one product."""
    steps, (samples, units) = len(x), c_0.shape
    gates = np.empty((steps, samples, 4, units), x.dtype)
    c = np.empty((steps + 1, samples, units), x.dtype)
    h = np.empty((steps + 1, *h_0.shape), x.dtype)
    tanh_c = np.empty((steps, samples, units), x.dtype)
    m = h[1:] if weight_hr is None else np.empty((steps, samples, units), x.dtype)
    flat = gates.reshape(steps, samples, 4 * units)
    np.matmul(_rows(x), weight_ih.T, out=_rows(flat))
    flat += bias
    h[0], c[0] = h_0, c_0
    weight = np.ascontiguousarray(weight_hh.T)  # once, not in every product
    kept = np.empty((samples, units), x.dtype)
    for t in range(steps):
        flat[t] += h[t] @ weight
        i, f, g, o = (gates[t, :, gate] for gate in range(4))
        _sigmoid(gates[t, :, :2])
        np.tanh(g, out=g)
        _sigmoid(o)
        np.multiply(i, g, out=kept)
        np.multiply(f, c[t], out=c[t + 1])
        c[t + 1] += kept
        np.tanh(c[t + 1], out=tanh_c[t])
        np.multiply(o, tanh_c[t], out=m[t])
        if weight_hr is not None:
            np.matmul(m[t], weight_hr.T, out=h[t + 1])
    return Memory(gates, c, tanh_c, m, h)


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
    x: Array,
    memory: Memory,
    weight_ih: Array,
    weight_hh: Array,
    weight_hr: Array | None,
) -> Pulled:
    """The cotangents for those of h[1:] and, in addition, of h[T] and c[T].

    The loop only passes the cotangents of the states back in time; each weight is one product over all steps.
    """
    gates, c, tanh_c, m, h = memory
    i, f, g, o = (gates[:, :, gate] for gate in range(4))
    # da = slope * d_c for i, f and g, slope * d_m for o.
    slope = np.empty(gates.shape, gates.dtype)
    slope[:, :, 0] = (1 - i) * i * g
    slope[:, :, 1] = (1 - f) * f * c[:-1]
    slope[:, :, 2] = (1 - g * g) * i
    slope[:, :, 3] = (1 - o) * o * tanh_c
    of_output = (1 - tanh_c * tanh_c) * o
    da, d_projected = np.empty(gates.shape, gates.dtype), np.empty(d_output.shape, gates.dtype)
    flat = da.reshape(*da.shape[:2], weight_ih.shape[0])
    for t in reversed(range(len(gates))):
        np.add(d_h, d_output[t], out=d_projected[t])
        d_m = d_projected[t] if weight_hr is None else d_projected[t] @ weight_hr
        d_c = d_c + d_m * of_output[t]
        np.multiply(slope[t, :, :3], d_c[:, None], out=da[t, :, :3])
        np.multiply(slope[t, :, 3], d_m, out=da[t, :, 3])
        d_c *= f[t]
        d_h = flat[t] @ weight_hh
    rows = _rows(flat)
    return Pulled(
        x=(rows @ weight_ih).reshape(x.shape),
        h_0=d_h,
        c_0=d_c,
        weight_ih=rows.T @ _rows(x),
        weight_hh=rows.T @ _rows(h[:-1]),
        bias=rows.sum(axis=0),
        weight_hr=None if weight_hr is None else _rows(d_projected).T @ _rows(m),
    )


def _sigmoid(a: Array) -> None:
    """1 / (1 + exp(-a)), in place; 0 where the exponential overflows."""
    # Not np.negative(a, out=a): NumPy 2.4 gives wrong numbers there where float32 elements lie apart.
    np.exp(-a, out=a)
    a += 1
    np.reciprocal(a, out=a)


def _rows(steps: Array) -> Array:
    """(T, N, F) as (T N, F)."""
    return steps.reshape(steps.shape[0] * steps.shape[1], steps.shape[2])

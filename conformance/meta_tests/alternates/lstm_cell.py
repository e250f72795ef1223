"""lstm_cell: one step of the layers of `_lstm_layer`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, alternate
from ._lstm_layer import Layer
from ._sums import ORDERS, native, wide

Vjp = Callable[..., tuple[tuple[Array, Array], Pullback]]


def stepping(layer: Layer) -> Vjp:
    """One step of a layer, as a kernel."""

    def vjp(
        params: Params, x: Array, h: Array | None, c: Array | None, *, hidden_size: int, bias: bool, **_: Any
    ) -> tuple[tuple[Array, Array], Pullback]:
        step = np.atleast_2d(x)[None]
        zeros = np.zeros((step.shape[1], hidden_size), x.dtype)
        h_0, c_0 = (zeros if state is None else np.atleast_2d(state) for state in (h, c))
        weights = params["weight_ih"], params["weight_hh"], None
        biases = [params["bias_ih"], params["bias_hh"]] if bias else []
        run = layer.run(step, h_0, c_0, weights, biases)
        steps, states = run

        def shaped(array: Array) -> Array:
            return array.reshape(*x.shape[:-1], hidden_size)

        def pullback(cotangent: tuple[Array, Array]) -> Cotangents:
            d_h, d_c = (np.atleast_2d(part) for part in cotangent)
            d_x, d_h_0, d_c_0, d_ih, d_hh, d_b, _ = layer.pull(d_h[None], zeros, d_c, step, c_0, run, weights)
            of_params: dict[str, Array | None] = {"weight_ih": d_ih, "weight_hh": d_hh}
            of_params |= {"bias_ih": d_b, "bias_hh": d_b} if bias else {}
            of_states = (None, None) if h is None else (shaped(d_h_0), shaped(d_c_0))
            return of_params, (d_x.reshape(x.shape), *of_states)

        return (shaped(states[-1]), shaped(steps[-1][4])), pullback

    return vjp


BIASES = ("first", "last", "apart")

ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate(
            "lstm_cell",
            name,
            stepping(Layer(order, by_gate=i % 2 == 1, bias=BIASES[i % 3], two_sided=i % 2 == 0)),
        )
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("lstm_cell", "fused", stepping(Layer(native, fused=True))),
    alternate("lstm_cell", "fused, wide", stepping(Layer(wide, fused=True, by_gate=True, two_sided=True))),
)

"""One recurrent step: a network over a sequence of one, weights fused or apart, sums in all orders."""

from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, Vjp, alternate
from ._sums import ORDERS, native, sequential, wide
from .rnn import BIASES, Cell


def step(network: Callable[..., tuple[tuple[Array, Array], Pullback]]) -> Vjp:
    """One step of a network of one layer."""

    def vjp(params: Params, x: Array, h: Array | None, **config: Any) -> tuple[Array, Pullback]:
        (sequence, h_n), pull = network(
            {f"{name}_l0": array for name, array in params.items()},
            x[None],
            None if h is None else h[None],
            None,
            **config,
            num_layers=1,
            batch_first=False,
            dropout=0.0,
            bidirectional=False,
            training=False,
        )

        def pullback(cotangent: Array) -> Cotangents:
            of_params, (dx, dh, _) = pull((np.zeros_like(sequence), cotangent[None]))
            assert dx is not None
            return (
                {name.removesuffix("_l0"): array for name, array in of_params.items()},
                (dx[0], None if dh is None else dh[0]),
            )

        return h_n[0], pullback

    return vjp


ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate("rnn_cell", name, step(Cell(order, bias=BIASES[i % 3]).vjp))
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("rnn_cell", "fused", step(Cell(native, fused=True, bias="last").vjp)),
    alternate("rnn_cell", "fused, bias first", step(Cell(sequential, fused=True, bias="first").vjp)),
    alternate("rnn_cell", "fused, wide", step(Cell(wide, fused=True, bias="first").vjp)),
)

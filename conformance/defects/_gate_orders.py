"""The wrong orders of an LSTM's four gates: every library and file format has one of its own."""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import torch

from ..eager import Function
from ._right import Params, right

RIGHT = ("i", "f", "g", "o")
"""PyTorch's and cuDNN's; Keras has it too, and writes c for g."""

ORDERS = tuple(order for order in permutations(RIGHT) if order != RIGHT)
"""All others."""


def reordered(params: Params, change: Callable[[list[Any]], list[Any]]) -> dict[str, Any]:
    """The params with the four blocks of rows, given as a list, changed wherever there are four."""
    return {
        name: p if "_hr_" in name else torch.cat(change(list(p.chunk(4, 0)))) for name, p in params.items()
    }


def gate_orders(operation: str, orders: tuple[tuple[str, ...], ...] = ORDERS) -> Iterator[Function]:
    """For each of the orders a kernel that takes the rows to be in it."""
    for order in orders:
        yield _reading(operation, order)


def _reading(operation: str, order: tuple[str, ...]) -> Function:
    function = right(operation)

    def wrong(params: Params, *inputs: Any, **config: Any) -> Any:
        blocks = {gate: order.index(gate) for gate in RIGHT}
        return function(
            reordered(params, lambda rows: [rows[blocks[gate]] for gate in RIGHT]), *inputs, **config
        )

    wrong.__name__ = "gates_ordered_" + "_".join(order)
    wrong.__doc__ = f"The rows of the weights are taken for the gates {', '.join(order)}, not i, f, g, o."
    return wrong

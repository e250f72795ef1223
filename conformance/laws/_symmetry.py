"""Symmetries: reorderings of params and inputs that do nothing but reorder the outputs and all cotangents.

A symmetry of a case changes no sum but the order of its terms, so that both sides are judged by the allowance of
the case itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..case import Case
from ..tree import Array, Tree
from ..trial import Trial
from ._answers import Answer, answer, compare, named, own_answer

Orders = Mapping[int, Array]
"""For each axis that is reordered: which element comes to each place."""


@dataclass(frozen=True, kw_only=True)
class Symmetry:
    """What is reordered in every param (one that is not named stays), every input and every output.

    `renamed` says from which param a param is taken, where it is not from itself.
    """

    inputs: tuple[Orders, ...]
    outputs: tuple[Orders, ...]
    params: Mapping[str, Orders] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    def of(self, case: Case) -> Case:
        """The case reordered, with its cotangent."""
        taken = {name: case.params[self.renamed.get(name, name)] for name in case.params}
        cotangent = _each(_reordered, case.cotangent, iter(self.outputs))
        return replace(
            case,
            params={name: _reordered(array, self.params.get(name, {})) for name, array in taken.items()},
            inputs=tuple(
                None if array is None else _reordered(array, orders)
                for array, orders in zip(case.inputs, self.inputs, strict=True)
            ),
            cotangent=cotangent,
        )

    def undone(self, found: Answer) -> Answer:
        """An answer to the reordered case, put back into the order of the case itself."""
        from ..oracle import Cotangents

        output, cotangents = found
        restored = _each(_restored, output, iter(self.outputs))
        if cotangents is None:
            return restored, None
        back = {
            name: _restored_if(array, self.params.get(name, {})) for name, array in cotangents.params.items()
        }
        places = {self.renamed.get(name, name): name for name in cotangents.params}
        return restored, Cotangents(
            {name: back[places[name]] for name in cotangents.params},
            tuple(
                _restored_if(array, orders)
                for array, orders in zip(cotangents.inputs, self.inputs, strict=True)
            ),
        )


def check_symmetry(trial: Trial, symmetry: Symmetry, what: str, reordered: Case | None = None) -> None:
    """The answer to the case reordered (or to `reordered`, made of it) is the answer to the case, reordered."""
    reordered = symmetry.of(trial.case) if reordered is None else reordered
    found = symmetry.undone(answer(trial, reordered, trial.oracle.output))
    compare(trial, named(trial, found), named(trial, own_answer(trial)), what)


def shuffled(size: int) -> Array:
    """0, n - 1, ..., 2, 1: no shift and no reversal of three elements or more commutes with it. Of two: 1, 0."""
    return ((size == 2) - np.arange(size)) % max(size, 1)


def _each(change: Callable[[Array, Orders], Array], tree: Tree, orders: Iterator[Orders]) -> Tree:
    """Every leaf of an output changed by its own orders, from left to right."""
    if isinstance(tree, tuple):
        return tuple(_each(change, branch, orders) for branch in tree)
    if isinstance(tree, dict):
        return {key: _each(change, tree[key], orders) for key in sorted(tree)}
    mine = next(orders)
    return None if tree is None else change(tree, mine)


def _reordered(array: Array, orders: Orders) -> Array:
    for axis, order in orders.items():
        array = np.take(array, order, axis)
    return array


def _restored(array: Array, orders: Orders) -> Array:
    return _reordered(array, {axis: np.argsort(order) for axis, order in orders.items()})


def _restored_if(array: Array | None, orders: Orders) -> Array | None:
    return None if array is None else _restored(array, orders)

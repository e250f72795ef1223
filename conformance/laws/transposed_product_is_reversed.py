"""Law: (A B)' = B' A'."""

from dataclasses import replace

import numpy as np

from ..tree import Array, Tree, map_leaves
from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def transposed_product_is_reversed(trial: Trial) -> None:
    """The product of the transposed operands, exchanged, is the transposed product, and so are the cotangents."""
    case = trial.case
    left, right = case.inputs
    assert left is not None and right is not None
    # Of a vector and a matrix the product is a vector, which stays.
    output_turns = left.ndim > 1 and right.ndim > 1

    def turned(tree: Tree) -> Tree:
        return map_leaves(lambda leaf: _turned(leaf) if output_turns else leaf, tree)

    reversed_case = replace(case, inputs=(_turned(right), _turned(left)), cotangent=turned(case.cotangent))
    output, cotangents = answer(trial, reversed_case, turned(trial.oracle.output))
    if cotangents is not None:
        of_right, of_left = (None if g is None else _turned(g) for g in cotangents.inputs)
        cotangents = replace(cotangents, inputs=(of_left, of_right))
    compare(trial, named(trial, (turned(output), cotangents)), named(trial, own_answer(trial)), "transposed")


def _turned(array: Array) -> Array:
    return np.ascontiguousarray(array.swapaxes(-1, -2)) if array.ndim > 1 else array

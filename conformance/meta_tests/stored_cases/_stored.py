"""A stored case: generic numbers in float64, away from every kink."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from conformance.case import Case
from conformance.tree import Array, Tree


def values(*shape: int, salt: int = 0) -> Array:
    """Numbers in (-1.6, 1.6), exact in float32, never 0, pairwise distinct up to 101 elements.

    Cubing permutes the residues modulo 101, and unlike a linear formula leaves no two steps alike.
    """
    count = int(np.prod(shape, dtype=int))
    residues = [(i + 17 * salt + 1) ** 3 % 101 for i in range(count)]
    return (np.array(residues, dtype=np.float64).reshape(shape) - 50.25) / 32


def stored(
    operation: str,
    config: dict[str, Any],
    inputs: tuple[Array | None, ...],
    *outputs: tuple[int, ...],
    **params: Array,
) -> Case:
    """A case whose output is one array, or a tuple of arrays, of the shapes `outputs`."""
    cotangents = tuple(values(*shape, salt=5 + number) for number, shape in enumerate(outputs))
    cotangent: Tree = cotangents if len(outputs) > 1 else cotangents[0]
    return Case(
        operation=operation,
        dtype="float64",
        config=config,
        params=params,
        inputs=inputs,
        cotangent=cotangent,
        regime="stored",
    )


def kept(config: Mapping[str, Any], output_shape: tuple[int, ...]) -> Array | None:
    """A mask for the outputs of all recurrent layers but the last, where anything is dropped between them."""
    layers = config["num_layers"] - 1
    if not layers or not config["dropout"] or not config["training"]:
        return None
    mask: Array = values(layers, *output_shape, salt=7) > -0.5
    return mask


def indices(*rows: Any) -> Array:
    """Class indices."""
    return np.array(rows, dtype=np.int64)

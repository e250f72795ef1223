"""What laws of normalisations ask: which elements share a mean, and the operation without weight and bias."""

from dataclasses import replace

import numpy as np

from ..case import Case
from ..tree import Array, Tree, leaves


def first_output(output: Tree) -> Array:
    """The normalised array, in float64, without the statistics that may follow it."""
    found = next(leaf for _, leaf in leaves(output) if leaf is not None)
    return found.astype(np.float64)


def normalised_axes(case: Case) -> tuple[int, ...]:
    """The axes of the first input over which a mean goes."""
    x = case.inputs[0]
    assert x is not None
    shape = case.config["normalized_shape"]
    return tuple(range(x.ndim - (1 if isinstance(shape, int) else len(shape)), x.ndim))


def groups(case: Case, array: Array) -> Array:
    """An array of x's shape as a matrix with one column for each mean."""
    axes = normalised_axes(case)
    moved = np.moveaxis(array, axes, range(len(axes)))
    return moved.reshape(int(np.prod(moved.shape[: len(axes)])), -1)


def bare(case: Case) -> Case:
    """The case without weight and bias, and without a cotangent."""
    kept = {name: array for name, array in case.params.items() if name not in ("weight", "bias")}
    return replace(case.with_config(elementwise_affine=False), params=kept)


def affine(case: Case) -> tuple[Array, Array]:
    """Weight and bias in float64, as they are broadcast to x; a bias that is left out is 0."""
    x = case.inputs[0]
    assert x is not None
    kept = [x.shape[axis] if axis in normalised_axes(case) else 1 for axis in range(x.ndim)]
    weight = case.params["weight"].astype(np.float64).reshape(kept)
    bias = case.params["bias"].astype(np.float64).reshape(kept) if "bias" in case.params else np.zeros(1)
    return weight, bias

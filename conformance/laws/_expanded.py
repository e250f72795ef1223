"""Cotangents of operands that were repeated beforehand, summed to those of the operands."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..case import Case
from ..tree import Array

if TYPE_CHECKING:
    from ..oracle import Cotangents


def summed_like(cotangents: "Cotangents", case: Case) -> "Cotangents":
    """The cotangents of repeated inputs as those of the case's own inputs."""
    pairs = zip(cotangents.inputs, case.inputs, strict=True)
    return replace(cotangents, inputs=tuple(_summed(cotangent, array) for cotangent, array in pairs))


def _summed(cotangent: Array | None, like: Array | None) -> Array | None:
    if cotangent is None or like is None:
        return cotangent
    added = cotangent.ndim - like.ndim
    stretched = (
        added + axis for axis, size in enumerate(like.shape) if size != cotangent.shape[added + axis]
    )
    # In float64: the law's own sum must not need a share of the allowance.
    total = cotangent.sum(axis=(*range(added), *stretched), dtype=np.float64)
    return np.asarray(total).reshape(like.shape).astype(cotangent.dtype)

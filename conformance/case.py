"""A case: all that replays a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .tree import Array, Tree


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One question put to every backend.

    `config` holds plain Python values under PyTorch's names, `params` a state_dict, `inputs` all inputs in
    order (None where one is omitted), `cotangent` has the structure of the output (None for integer
    outputs). `regime` says how the contents were drawn; `exact` claims that every partial sum of every
    admissible evaluation is exact in `dtype`.
    """

    operation: str
    dtype: str
    config: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Array] = field(default_factory=dict)
    inputs: tuple[Array | None, ...] = ()
    cotangent: Tree = None
    regime: str = "exact"
    exact: bool = False

    def with_inputs(self, *inputs: Array | None, **changes: Any) -> "Case":
        """The same case with other inputs; its cotangent is dropped, since the output may change shape."""
        return replace(self, inputs=inputs, cotangent=None, **changes)

    def with_config(self, **options: Any) -> "Case":
        """The same case with some options changed; its cotangent is dropped, as in `with_inputs`."""
        return replace(self, config={**self.config, **options}, cotangent=None)


def copy_array(array: Array) -> Array:
    """A writable copy that keeps the layout (order, strides of a view, read-only flag are the case's own).

    A strided view is copied as a view of a fresh, larger buffer, so that the kernel meets the same strides.
    """
    array = np.asarray(array)  # arithmetic on 0-d arrays gives NumPy scalars
    plain = array.flags.c_contiguous or array.flags.f_contiguous or array.size == 0
    # Negative strides are no layout of a case: the view of a buffer's start would write in front of it.
    if plain or min(array.strides) < 0:
        fresh = array.copy(order="K")
    else:
        spans = [
            step // array.itemsize * (size - 1) for step, size in zip(array.strides, array.shape, strict=True)
        ]
        buffer = np.zeros(sum(spans) + 1, dtype=array.dtype)
        fresh = np.lib.stride_tricks.as_strided(buffer, array.shape, array.strides)
        fresh[...] = array
    if not array.flags.writeable:
        fresh.flags.writeable = False
    return fresh

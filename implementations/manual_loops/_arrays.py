"""The border: arrays become nested lists on the way in and lists become arrays on the way out.

NumPy goes no further than this file. The loops see Python numbers only, so all arithmetic is float64, and a
result is rounded to the dtype of the arrays once, when it leaves.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Params: TypeAlias = Mapping[str, Array]
Pullback: TypeAlias = Callable[[Any], tuple[Mapping[str, Array | None], tuple[Array | None, ...]]]


def to_lists(array: Array, shape: tuple[int, ...]) -> Any:
    """Return the elements in row-major order as lists nested like `shape`; a bare number if it is ()."""
    return np.asarray(array).reshape(shape).tolist()


def to_array(lists: Any, shape: tuple[int, ...], dtype: Any) -> Array:
    """Return a new array of `shape`; what is too large for `dtype` becomes infinite."""
    # The shape is passed because lists lose it: (0, 3) and (0,) are both [].
    with np.errstate(over="ignore", under="ignore"):
        return np.array(lists, dtype=dtype).reshape(shape)


def parameter(params: Params, name: str, shape: tuple[int, ...]) -> Any:
    """Return one parameter as nested lists; ValueError if it does not have `shape`."""
    if params[name].shape != shape:
        raise ValueError(f"{name} has shape {params[name].shape}, expected {shape}")
    return to_lists(params[name], shape)


def zeros(*sizes: int) -> Any:
    """Return lists of 0.0 nested like these sizes; a bare 0.0 if there are none."""
    return np.zeros(sizes).tolist()


def indices(*sizes: int) -> Iterator[tuple[int, ...]]:
    """Walk through all index tuples of an array with these sizes: one `for` in place of a nest of them."""
    return itertools.product(*map(range, sizes))

"""What the kernels share: the types in their signatures, and arithmetic that does not warn."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Params: TypeAlias = Mapping[str, Array]
Cotangents: TypeAlias = tuple[dict[str, Array | None], tuple[Array | None, ...]]
Pullback: TypeAlias = Callable[[Any], Cotangents]

ieee = np.errstate(all="ignore")
"""Decorator: overflow gives inf, 0 / 0 gives nan, and nobody is warned."""

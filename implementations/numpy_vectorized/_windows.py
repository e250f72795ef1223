"""The windows that a kernel sees as it slides over planes, without a copy."""

from collections.abc import Iterator
from typing import TypeAlias

from numpy.lib.stride_tricks import as_strided

from ._kernel import Array

Pair: TypeAlias = tuple[int, int]

CACHE = 512 * 1024
"""Bytes that stay in a core's L2 cache while they are worked on: the size of a block."""


def pair(value: int | Pair) -> Pair:
    """The two numbers of an option that takes one for both dimensions."""
    return (value, value) if isinstance(value, int) else value


def require_at_least(least: int, **options: Pair) -> None:
    """Refuse an option with a number below `least`."""
    for name, value in options.items():
        if min(value) < least:
            raise ValueError(f"{name} must be at least {least}, not {value}")


def as_batch(x: Array) -> Array:
    """View x as (N, C, H, W), where N is 1 for an unbatched x (C, H, W)."""
    if x.ndim not in (3, 4):
        raise ValueError(f"x must have 3 or 4 dimensions, not {x.ndim}")
    if 0 in x.shape[-2:]:
        raise ValueError(f"x has empty planes: its shape is {x.shape}")
    return x if x.ndim == 4 else x[None]


def sliding_windows(planes: Array, kernel: Pair, stride: Pair, dilation: Pair) -> Array:
    """A view (N, C, KH, KW, OH, OW) of planes (N, C, H, W): [..., i, j, :, :] is what kernel cell (i, j) meets.

    Windows overlap in memory, but those of one kernel cell do not: adding to them cell by cell is safe.
    """
    extents = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    output = [
        (size - extent) // s + 1 for size, extent, s in zip(planes.shape[2:], extents, stride, strict=True)
    ]
    if min(output) < 1:
        raise ValueError(f"a window of {tuple(extents)} does not fit in padded planes of {planes.shape[2:]}")
    n, c, h, w = planes.strides
    strides = (n, c, h * dilation[0], w * dilation[1], h * stride[0], w * stride[1])
    return as_strided(planes, (*planes.shape[:2], *kernel, *output), strides)


def chunks(planes: Array) -> Iterator[slice]:
    """Slices over samples that together cover planes (N, ...), each as many as stay in the cache."""
    samples = max(1, CACHE // max(1, planes[:1].nbytes))
    return (slice(first, first + samples) for first in range(0, len(planes), samples))

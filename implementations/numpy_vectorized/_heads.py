"""Where heads and samples lie in the arguments of multi-head attention, and which of those fit together."""

from dataclasses import dataclass

import numpy as np

from ._kernel import Array


@dataclass(frozen=True)
class Layout:
    """Of arguments (L, N, E), (N, L, E) with `batch_first`, or (L, E) where they are not `batched`."""

    heads: int
    batched: bool
    batch_first: bool

    @classmethod
    def of(cls, x: Array, heads: int, batch_first: bool) -> "Layout":
        """The layout of an argument."""
        return cls(heads, x.ndim == 3, batch_first and x.ndim == 3)

    def split(self, x: Array) -> Array:
        """(L, N, E) as (N, heads, L, E / heads)."""
        if not self.batched:
            x = x[:, None]
        parted = x.reshape(*x.shape[:2], self.heads, x.shape[-1] // self.heads)
        return parted.transpose((0, 2, 1, 3) if self.batch_first else (1, 2, 0, 3))

    def joined(self, x: Array) -> Array:
        """The inverse of `split`."""
        whole = x.transpose((0, 2, 1, 3) if self.batch_first else (2, 0, 1, 3))
        whole = whole.reshape(*whole.shape[:2], self.heads * whole.shape[-1])
        return whole if self.batched else whole[:, 0]

    def appended(self, x: Array, row: Array) -> Array:
        """One more key, or value, of E features, the same for all samples, behind those that are split."""
        last = row.reshape(1, self.heads, 1, x.shape[-1])
        return np.concatenate([x, np.broadcast_to(last, (*x.shape[:2], 1, x.shape[-1]))], axis=2)


def check(
    arguments: tuple[Array, Array, Array],
    widths: tuple[int, int | None, int | None],
    heads: int,
    batch_first: bool,
) -> None:
    """Raise ValueError where query, key and value, of these widths (None: as the first), do not fit together."""
    shapes = ", ".join(str(x.shape) for x in arguments)
    query, key, value = arguments
    features = widths[0]
    if features < 1 or heads < 1 or features % heads:
        raise ValueError(f"embed_dim {features} must be a positive multiple of num_heads {heads}")
    if query.ndim not in (2, 3) or not query.ndim == key.ndim == value.ndim:
        raise ValueError(f"query, key and value must be 2-d, or all 3-d: {shapes}")
    for x, width in zip(arguments, widths, strict=True):
        if x.shape[-1] != (features if width is None else width):
            raise ValueError(
                f"features of query, key and value do not fit embed_dim, kdim and vdim: {shapes}"
            )
    if key.shape[:-1] != value.shape[:-1]:
        raise ValueError(f"every key needs one value: {shapes}")
    if query.ndim == 3 and len({x.shape[0 if batch_first else 1] for x in arguments}) > 1:
        raise ValueError(f"batch sizes differ: {shapes}")


def softmax(scores: Array, empty: float) -> None:
    """In place, along the last dimension; a row of -inf alone becomes `empty`."""
    largest = np.max(scores, axis=-1, keepdims=True, initial=-np.inf)
    unseen = largest[..., 0] == -np.inf
    largest[unseen] = 0
    scores -= largest
    np.exp(scores, out=scores)
    scores /= np.sum(scores, axis=-1, keepdims=True)
    scores[unseen] = empty

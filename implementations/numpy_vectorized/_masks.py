"""The two masks of multi-head attention: boolean, where True hides, or added to the scores (N, H, L, S)."""

import numpy as np

from ._kernel import Array


def check_masks(
    padding: Array | None, mask: Array | None, query: Array, key: Array, heads: int, batch_first: bool
) -> None:
    """Raise ValueError where a mask has another shape or dtype."""
    axis = 1 if query.ndim == 3 and batch_first else 0
    batch = () if query.ndim == 2 else (query.shape[1 - axis],)
    scores = query.shape[axis], key.shape[axis]
    samples = batch[0] if batch else 1
    for name, given, shapes in (
        ("key_padding_mask", padding, ((*batch, scores[1]),)),
        ("attn_mask", mask, (scores, (samples * heads, *scores))),
    ):
        if given is None:
            continue
        if given.dtype != np.bool_ and given.dtype != query.dtype:
            raise ValueError(f"{name} has dtype {given.dtype}, expected bool or {query.dtype}")
        if given.shape not in shapes:
            raise ValueError(f"{name} has shape {given.shape}, expected {' or '.join(map(str, shapes))}")


def add_masks(scores: Array, padding: Array | None, mask: Array | None) -> None:
    """Add both to scores, in place."""
    if mask is not None:
        _add(scores, mask if mask.ndim == 2 else mask.reshape(scores.shape))
    if padding is not None:
        _add(scores, padding.reshape(scores.shape[0], 1, 1, scores.shape[-1]))


def _add(scores: Array, mask: Array) -> None:
    if mask.dtype == np.bool_:
        np.copyto(scores, -np.inf, where=mask)
    else:
        scores += mask


def mask_cotangents(
    d_scores: Array, padding: Array | None, mask: Array | None
) -> tuple[Array | None, Array | None]:
    """Sums of the scores' cotangent over all that shares an entry; None of a boolean mask."""
    of_padding = of_mask = None
    if padding is not None and padding.dtype != np.bool_:
        of_padding = d_scores.sum(axis=(1, 2)).reshape(padding.shape)
    if mask is not None and mask.dtype != np.bool_:
        of_mask = d_scores.sum(axis=(0, 1)) if mask.ndim == 2 else d_scores.copy().reshape(mask.shape)
    return of_padding, of_mask

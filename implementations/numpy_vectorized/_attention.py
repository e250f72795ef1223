"""Attention of a stack of heads, a few of them at a time, so that their scores stay in the cache.

Scores are transposed, a row for each key: largest ones, sums and what is subtracted go along whole rows. They are
never divided by their sums; what has a row for each query is. 64 heads of 128 queries and keys with 64 features
take 26 ms forward and back where torch takes 26, and 10 forward (7); with all heads at once and the softmax along
rows they took 35 and 13. Buffers are made once, not for every block: the allocator gives them back each time.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ._aligned import empty_aligned
from ._kernel import Array
from ._products import product

BLOCK = 2**19
"""Bytes of the scores that are worked on together, half of a usual second-level cache."""


class Heads(NamedTuple):
    """Queries (H, L, E), keys (H, S, E), values (H, S, Ev), and a mask (H, S, L): added, or boolean: it hides."""

    query: Array
    key: Array
    value: Array
    mask: Array | None

    @property
    def together(self) -> int:
        """How many heads are worked on together."""
        heads, queries, _ = self.query.shape
        scores = queries * self.key.shape[1] * self.query.itemsize
        together: int = min(heads, max(1, BLOCK // max(1, scores)))
        return together

    def blocks(self) -> Iterator[slice]:
        """Slices of so many heads, or of what is left of them."""
        heads, step = len(self.query), self.together
        return (slice(first, min(first + step, heads)) for first in range(0, heads, max(1, step)))


class Attended(NamedTuple):
    """What the pullback reads.

    e (H, S, L) is exp(scores - the largest one of a query), total (H, 1, L) its sums over the keys, 1 for 0, and
    weighted (H, L, Ev) = e^T v. So P^T = e / total, and y = weighted / total.
    """

    e: Array
    total: Array
    weighted: Array


def attend(heads: Heads, factor: Array, keep: bool) -> tuple[Array, Attended]:
    """The output (H, L, Ev), and what was made on the way: of all heads if it is to be kept, else of some."""
    query, key, value, mask = heads
    (count, queries, features), keys, dtype = query.shape, key.shape[1], query.dtype
    kept = count if keep else heads.together
    e = empty_aligned((kept, keys, queries), dtype)
    total = np.empty((kept, 1, queries), dtype)
    weighted = empty_aligned((kept, queries, value.shape[2]), dtype)
    scaled = empty_aligned((heads.together, features, queries), dtype)
    y = np.empty((count, *weighted.shape[1:]), dtype)
    ones = np.ones((1, keys), dtype)  # a product with them takes a third of np.sum's time
    for block in heads.blocks():
        some = block if keep else slice(block.stop - block.start)
        q = scaled[: block.stop - block.start]
        q[:] = _transposed(query[block])
        q *= factor
        scores = product(key[block], q, e[some])
        if mask is not None and mask.dtype == np.bool_:
            np.copyto(scores, -np.inf, where=mask[block])
        elif mask is not None:
            scores += mask[block]
        scores -= _largest(scores)
        np.exp(scores, out=scores)
        sums = np.matmul(ones, scores, out=total[some])
        np.maximum(sums, 1, out=sums)  # the largest exponential alone is 1, or all are 0
        product(_transposed(scores), value[block], weighted[some])
        np.divide(weighted[some], _transposed(sums), out=y[block])
    return y, Attended(e, total, weighted)


class Pulled(NamedTuple):
    """Cotangents; the one of the scores (H, S, L) is None where it isn't wanted."""

    query: Array
    key: Array
    value: Array
    scores: Array | None


def attend_transpose(
    cotangent: Array, heads: Heads, factor: Array, attended: Attended, of_scores: bool
) -> Pulled:
    """The cotangents for the one of y."""
    query, key, value, _ = heads
    dq, dk, dv = (np.empty(x.shape, x.dtype) for x in (query, key, value))
    d_scores = np.empty(attended.e.shape, query.dtype) if of_scores else None
    count, (queries, features) = heads.together, cotangent.shape[1:]
    by_query = empty_aligned((count, queries, features), query.dtype)
    by_feature = empty_aligned((count, features, queries), query.dtype)
    scratch = empty_aligned((count, *attended.e.shape[1:]), query.dtype)
    for block in heads.blocks():
        e, total, weighted = (part[block] for part in attended)
        g = np.divide(cotangent[block], _transposed(total), out=by_query[: len(e)])
        product(e, g, dv[block])
        by_feature[: len(e)] = _transposed(g)
        ds = product(value[block], by_feature[: len(e)], scratch[: len(e)])
        ds -= np.vecdot(g, weighted)[:, None] / total
        ds *= e
        if d_scores is not None:
            d_scores[block] = ds
        of_query = product(_transposed(ds), key[block], dq[block])
        of_query *= factor
        of_key = product(ds, query[block], dk[block])
        of_key *= factor
    return Pulled(dq, dk, dv, d_scores)


def _largest(scores: Array) -> Array:
    """The largest score of each query, (H, 1, L); of -inf alone the lowest finite number, to give exp(-inf) = 0.

    Eight keys are one long row at first, which takes two thirds of the time.
    """
    heads, keys, queries = scores.shape
    rows = math.gcd(keys, 8)
    long = scores.reshape(heads, keys // rows, rows * queries)
    largest = np.max(long, axis=1, initial=np.finfo(scores.dtype).min).reshape(heads, rows, queries)
    return np.asarray(np.max(largest, axis=1, keepdims=True))


def _transposed(matrices: Array) -> Array:
    return matrices.swapaxes(1, 2)

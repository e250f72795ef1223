"""scaled_dot_product_attention: cases with every kind of mask, heads in groups, broadcast leading dimensions."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.equal_values_come_out import equal_values_come_out
from ..laws.grouped_heads_are_repeated import grouped_heads_are_repeated
from ..laws.keys_permute import keys_permute
from ..laws.later_keys_do_not_matter import later_keys_do_not_matter
from ..laws.mask_shift_changes_nothing import mask_shift_changes_nothing
from ..laws.masked_keys_do_not_matter import masked_keys_do_not_matter
from ..laws.queries_permute import queries_permute
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Kink, Operation, Rejection, Samples
from ..tree import Array
from ._attended import KEYS, MASKS, QUERIES, VALUES, seeing
from ._shapes import LARGE

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Shapes:
    """The shapes of query, key and value, that of the scores, and whether heads are grouped."""

    query: Shape
    key: Shape
    value: Shape
    scores: Shape
    grouped: bool


def cases(draw: Draw) -> Case:
    """Without a mask, causal, with a boolean or a floating one; of any shape that broadcasts to the scores."""
    shapes = _shapes(draw)
    kind = draw.choice(("none", "causal", "boolean", "floating", "boolean", "floating"))
    scale = draw.choice((None, 0.3, None, 1.0, -0.7))
    mask: Array | None = None
    if kind == "boolean":
        mask = seeing(draw, _mask_shape(draw, shapes.scores))
    elif kind == "floating":
        mask = draw.tensor(_mask_shape(draw, shapes.scores), 0.5, MASKS)
    return draw.case(
        config={"is_causal": kind == "causal", "scale": scale, "enable_gqa": shapes.grouped},
        inputs=[
            draw.tensor(shapes.query, 0.5, QUERIES),
            draw.tensor(shapes.key, 0.25, KEYS),
            draw.tensor(shapes.value, reach=VALUES),
            mask,
        ],
    )


def special(draw: Draw) -> Case:
    """Scores whose exponentials overflow or vanish, -inf in a mask, NaN anywhere, infinite values.

    No NaN under a mask, and no infinite query or key: whether NaN is hidden by -inf, and whether a query whose
    scores are all -inf by chance has no key, is nobody's to say.
    """
    shapes = _shapes(draw)
    query, key = draw.tensor(shapes.query, 0.5), draw.tensor(shapes.key, 0.25)
    value, mask, causal = draw.tensor(shapes.value), None, False
    kind = draw.choice(("scores", "mask", "query", "key", "value", "infinite value"))
    if kind == "scores":
        causal = draw.boolean()
        query = np.asarray(query * 1000, dtype=draw.dtype)
    elif kind == "mask":
        plain = draw.tensor(_mask_shape(draw, shapes.scores))
        mask = draw.sprinkled(plain, (-np.inf,))
        mask = np.where((mask == -np.inf).all(-1, keepdims=True), plain, mask)
    elif kind == "query":
        query = draw.sprinkled(query, (np.nan,))
    elif kind == "key":
        key = draw.sprinkled(key, (np.nan,))
    elif kind == "value":
        value = draw.sprinkled(value, (np.nan,))
    else:
        value = draw.sprinkled(value, (np.inf, -np.inf))
    return draw.case(
        config={"is_causal": causal, "scale": draw.choice((None, 0.5)), "enable_gqa": shapes.grouped},
        inputs=[query, key, value, mask],
    )


def _shapes(draw: Draw) -> Shapes:
    """All four sizes and the leading dimensions on their own; rarely one size is large, or one is 0."""
    queries = draw.choice((1, 2, 3, 4, 5, 6, 3, 4))
    # Of one key alone the weight is 1, and no gradient reaches query and key: rarely.
    keys = draw.choice((2, 3, 4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5, 7, 1))
    features, width = draw.choice((1, 2, 3, 4, 5, 8, 3)), draw.choice((1, 2, 3, 4, 5, 2))
    odd = draw.integer(0, 47)
    grouped = draw.choice((False, True, False))
    most = 3
    if odd >= 44:
        large = draw.choice(LARGE)
        queries, keys, features, width = (
            (large, min(keys, 3), 2, 2),
            (min(queries, 3), large, 2, 3),
            (min(queries, 3), min(keys, 3), large, 2),
            (min(queries, 3), min(keys, 3), 2, large),
        )[odd - 44]
        most = 2
    empty = draw.integer(0, 3) if odd in (42, 43) else None
    if empty is not None and empty < 3:
        queries, keys, width = ((0, keys, width), (queries, 0, width), (queries, keys, 0))[empty]
    count = draw.choice((0, 1, 2, 3, 2)[: most + 1])
    leading = tuple(draw.choice((1, 2, 3, 2)) for _ in range(count))
    if empty == 3:
        leading = (0, *leading[1:])
    first, second, third = (_stretched(draw, leading) for _ in range(3))
    scores = np.broadcast_shapes(first, second)
    if grouped:
        heads, repeats = draw.choice((1, 2, 3, 2, 2)), draw.choice((1, 2, 3, 2))
        first, second, third = (*first, heads * repeats), (*second, heads), (*third, heads)
        scores = (*scores, heads * repeats)
    return Shapes(
        query=(*first, queries, features),
        key=(*second, keys, features),
        value=(*third, keys, width),
        scores=(*scores, queries, keys),
        grouped=grouped,
    )


def _stretched(draw: Draw, leading: Shape) -> Shape:
    """The leading dimensions, or now and then fewer of them, or one of size 1."""
    how = draw.integer(0, 11)
    if not leading or how < 9:
        return leading
    if how == 9:
        return leading[draw.integer(1, len(leading)) :]
    place = draw.integer(0, len(leading) - 1)
    return (*leading[:place], 1, *leading[place + 1 :])


def _mask_shape(draw: Draw, scores: Shape) -> Shape:
    """The shape of the scores, or one that broadcasts to it."""
    if draw.boolean():
        return scores
    *leading, keys = scores[draw.integer(0, len(scores) - 2) :]
    # What is added to all keys alike changes no weight, and has no gradient: rarely.
    return (*(1 if draw.rarely(4) else size for size in leading), 1 if draw.rarely(12) else keys)


def samples(case: Case) -> Samples:
    """The first dimension, where query, key, value and mask have it and it is not that of grouped heads.

    A mask without it is shared by all samples.
    """
    query, key, value, mask = case.inputs
    assert query is not None and key is not None and value is not None
    fewest = 3 + case.config["enable_gqa"]
    batched = query.ndim == key.ndim == value.ndim >= fewest and len(query) == len(key) == len(value)
    own = mask is not None and (not batched or (mask.ndim == query.ndim and len(mask) == len(query)))
    return Samples(inputs=(0, 0, 0, 0 if own else None), outputs=(0,), batched=batched)


def _config(
    *, is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False
) -> dict[str, Any]:
    return {"is_causal": is_causal, "scale": scale, "enable_gqa": enable_gqa}


def _numbers(*shape: int) -> Array:
    return (np.arange(float(np.prod(shape))) % 7 - 3).reshape(shape) / 2


_QUERY, _KEY, _VALUE = _numbers(2, 4, 3), _numbers(2, 5, 3), _numbers(2, 5, 2)


def _rejected(
    name: str,
    query: Array = _QUERY,
    key: Array = _KEY,
    value: Array = _VALUE,
    mask: Array | None = None,
    **options: Any,
) -> Rejection:
    return Rejection(name=name, config=_config(**options), inputs=(query, key, value, mask))


_TRUE = np.ones((4, 5), np.bool_)

# The first query sees one key, the second none.
_HALF = np.array([[True, False], [False, False]])


def _unseen(name: str, mask: Array | None, mask_cotangent: Array | None) -> Kink:
    """Of two keys the first query sees one, so that all is exact in every form, and the second query none."""
    return Kink(
        name=name,
        config=_config(),
        inputs=(np.array([[1.0], [1.0]]), np.array([[3.0], [2.0]]), np.array([[2.0], [3.0]]), mask),
        output=np.array([[2.0], [0.0]]),
        cotangent=np.array([[4.0], [8.0]]),
        inputs_cotangents=(np.zeros((2, 1)), np.zeros((2, 1)), np.array([[4.0], [0.0]]), mask_cotangent),
    )


SCALED_DOT_PRODUCT_ATTENTION = Operation(
    name="scaled_dot_product_attention",
    profile="attention",
    inputs=("query", "key", "value", "attn_mask"),
    cases=cases,
    special=special,
    rejects=(
        _rejected("a boolean mask and is_causal", mask=_TRUE, is_causal=True),
        _rejected("a floating mask and is_causal", mask=_numbers(4, 5), is_causal=True),
        _rejected("features that differ", _QUERY[..., :2]),
        _rejected("more keys than values", value=_VALUE[:, :4]),
        _rejected("more values than keys", key=_KEY[:, :4]),
        _rejected("one value for all keys", value=_VALUE[:, :1]),
        _rejected("a query without a dimension of length", _QUERY[0, 0]),
        _rejected("a key without a dimension of length", key=_KEY[0, 0]),
        _rejected("a value without a dimension of length", value=_VALUE[0, :, 0]),
        _rejected("leading dimensions that do not broadcast", np.repeat(_QUERY, 3, axis=0)),
        _rejected("a value's leading dimensions that do not broadcast", value=_numbers(3, 5, 2)),
        _rejected("a mask for other queries", mask=_numbers(3, 5)),
        _rejected("a mask for other keys", mask=_numbers(4, 4)),
        _rejected("a mask transposed", mask=_TRUE.T),
        _rejected("a mask for other heads", mask=_numbers(3, 4, 5)),
        _rejected("a boolean mask for other heads", mask=np.ones((3, 1, 1), np.bool_)),
        _rejected("a mask with a dimension more", mask=_numbers(2, 2, 4, 5)),
        _rejected("a mask with a dimension more, of size 1", mask=_numbers(1, 2, 4, 5)),
        _rejected("a mask for several copies", _QUERY[0], _KEY[0], _VALUE[0], np.ones((3, 4, 5), np.bool_)),
        _rejected("a mask of integers", mask=np.ones((4, 5), np.int64)),
        _rejected("more heads of the query, not grouped", _numbers(1, 4, 4, 3), _KEY[None], _VALUE[None]),
        _rejected("heads that are no multiple", _numbers(3, 4, 3), enable_gqa=True),
        _rejected("fewer heads of the query", _QUERY[:1], enable_gqa=True),
        _rejected("grouped without heads", _QUERY[0], _KEY[0], _VALUE[0], enable_gqa=True),
        _rejected("a mask for grouped keys", _numbers(6, 4, 3), mask=_numbers(2, 4, 5), enable_gqa=True),
    ),
    kinks=(
        _unseen("unseen_by_boolean_mask", _HALF, None),
        _unseen("unseen_by_floating_mask", np.where(_HALF, 0.0, -np.inf), np.zeros((2, 2))),
        Kink(
            name="no_key",
            config=_config(),
            inputs=(np.ones((2, 1)), np.zeros((0, 1)), np.zeros((0, 3)), None),
            output=np.zeros((2, 3)),
            cotangent=np.ones((2, 3)),
            inputs_cotangents=(np.zeros((2, 1)), np.zeros((0, 1)), np.zeros((0, 3)), None),
        ),
    ),
    samples=samples,
    laws=(
        Law(check=keys_permute),
        Law(check=queries_permute),
        Law(check=masked_keys_do_not_matter),
        Law(check=later_keys_do_not_matter),
        Law(check=equal_values_come_out),
        Law(check=mask_shift_changes_nothing),
        Law(check=grouped_heads_are_repeated),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=unbatched_is_batch_of_one),
    ),
)

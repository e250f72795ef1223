"""multihead_attention: cases with either kind of projections, both masks, added keys, and all that is shown."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.batch_adds_up import batch_adds_up
from ..laws.batch_first_is_transposed import batch_first_is_transposed
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.heads_permute import heads_permute
from ..laws.key_of_zeros_is_a_bias import key_of_zeros_is_a_bias
from ..laws.keys_permute import keys_permute
from ..laws.need_for_weights_changes_no_output import need_for_weights_changes_no_output
from ..laws.one_head_is_attention import one_head_is_attention
from ..laws.packed_is_separate import packed_is_separate
from ..laws.padding_does_not_matter import padding_does_not_matter
from ..laws.queries_permute import queries_permute
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..laws.weights_are_averaged import weights_are_averaged
from ..laws.weights_sum_to_one import weights_sum_to_one
from ..operation import Kink, Operation, Rejection, Samples
from ..tree import Array
from ._attended import KEYS, MASKS, QUERIES, VALUES, seeing
from ._multihead_params import generic, shapes

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Sizes:
    """Of query (`queries` of them) and of key and value (`keys`); `batch` is empty where there is none."""

    batch: Shape
    queries: int
    keys: int

    def shape(self, count: int, features: int, batch_first: bool) -> Shape:
        """The shape of `count` queries or keys."""
        return (*self.batch, count, features) if batch_first else (count, *self.batch, features)


def cases(draw: Draw) -> Case:
    """Every option; the hint of a causal mask only where that is one, and where PyTorch looks at the mask."""
    sizes, config = _structure(draw)
    padding, mask = _masks(draw, sizes, config)
    params = generic(draw, config)
    return draw.case(config=config, params=params, inputs=[*_arguments(draw, sizes, config), padding, mask])


def special(draw: Draw) -> Case:
    """-inf, and the lowest number, which people write for it, in a mask; or a NaN in an argument or a param.

    Nothing is zero: BLAS may skip what a zero multiplies. No NaN under a mask: whether -inf hides it is nobody's
    to say, and as little whether a query whose keys are all at -inf by chance has none.
    """
    sizes, config = _structure(draw, plain=True)
    params = {name: draw.off_zero(shape, 1 / 16) for name, shape in shapes(config).items()}
    query, key, value = (draw.off_zero(shape, 1 / 8) for shape in _shapes(sizes, config))
    padding = mask = None
    kind = draw.choice(("mask", "padding", "causal", "NaN", "NaN"))
    if kind == "causal":
        hidden = ~np.tri(sizes.queries, sizes.keys, dtype=np.bool_)
        mask = np.where(hidden, -np.inf, 0.0).astype(draw.dtype)
        # Without weights PyTorch leaves the mask aside, and nothing flows back to it.
        config["is_causal"] = config["need_weights"]
    elif kind == "mask":
        mask = _with_infinities(draw, _mask_shape(draw, sizes, config))
    elif kind == "padding":
        padding = _with_infinities(draw, (*sizes.batch, sizes.keys))
    else:
        array = draw.choice((query, key, value, *params.values()))
        if array.size:
            array.flat[draw.integer(0, array.size - 1)] = np.nan
    return draw.case(config=config, params=params, inputs=[query, key, value, padding, mask])


def _structure(draw: Draw, *, plain: bool = False) -> tuple[Sizes, dict[str, Any]]:
    """All sizes on their own; rarely one is large or, unless `plain`, 0."""
    heads, each = draw.choice((1, 2, 3, 2, 2, 3)), draw.choice((1, 2, 3, 2, 4))
    queries, keys = draw.choice((1, 2, 3, 4, 3)), draw.choice((1, 2, 3, 4, 5, 4))
    batch: Shape = () if draw.integer(0, 3) == 3 else (draw.choice((1, 2, 3, 2)),)
    # Projections are packed in two cases of five; in some of them the widths are said all the same.
    kdim, vdim = (draw.choice((None, None, None, "embed_dim", 1, 2, 3, 5, None, None)) for _ in range(2))
    odd = 0 if plain else draw.integer(0, 71)
    if odd >= 65:
        name = ("queries", "keys", "batch", "kdim", "vdim", "heads", "features")[odd - 65]
        large = draw.choice((256, 257))
        queries = large if name == "queries" else min(queries, 2)
        keys = large if name == "keys" else min(keys, 3)
        batch = (large,) if name == "batch" else batch
        kdim, vdim = large if name == "kdim" else kdim, large if name == "vdim" else vdim
        heads, each = 64 if name == "heads" else min(heads, 2), 64 if name == "features" else min(each, 2)
        if name in ("heads", "features"):
            # As many weights as scalar loops can bear.
            batch, each = () if batch == () else (1,), 1 if name == "heads" else each
    elif odd >= 62:
        batch, queries, keys = (((0,), queries, keys), (batch, 0, keys), (batch, queries, 0))[odd - 62]
    config = {
        "embed_dim": heads * each,
        "num_heads": heads,
        "dropout": 0.0,
        "bias": draw.choice((True, True, False)),
        "add_bias_kv": draw.integer(0, 3) == 3,
        "add_zero_attn": draw.integer(0, 3) == 3,
        "kdim": heads * each if kdim == "embed_dim" else kdim,
        "vdim": heads * each if vdim == "embed_dim" else vdim,
        "batch_first": draw.boolean(),
        "need_weights": draw.choice((True, True, False)),
        "average_attn_weights": draw.boolean(),
        "is_causal": False,
    }
    return Sizes(batch, queries, keys), config


def _shapes(sizes: Sizes, config: dict[str, Any]) -> tuple[Shape, Shape, Shape]:
    """The shapes of query, key and value."""
    features, first = config["embed_dim"], config["batch_first"]
    kdim, vdim = (features if config[name] is None else config[name] for name in ("kdim", "vdim"))
    return (
        sizes.shape(sizes.queries, features, first),
        sizes.shape(sizes.keys, kdim, first),
        sizes.shape(sizes.keys, vdim, first),
    )


def _arguments(draw: Draw, sizes: Sizes, config: dict[str, Any]) -> tuple[Array, Array, Array]:
    query, key, value = _shapes(sizes, config)
    return (
        draw.tensor(query, 1 / 4, QUERIES),
        draw.tensor(key, 1 / 4, KEYS),
        draw.tensor(value, 1 / 2, VALUES),
    )


def _masks(draw: Draw, sizes: Sizes, config: dict[str, Any]) -> tuple[Array | None, Array | None]:
    """key_padding_mask and attn_mask of any kind; sets the hint."""
    if not config["need_weights"] and 0 in (*sizes.batch, sizes.keys):
        return None, None  # PyTorch cannot reshape a mask of nothing
    padded = draw.choice(("none", "boolean", "floating", "none", "boolean"))
    masked = draw.choice(("none", "boolean", "floating", "causal", "boolean"))
    added = config["add_bias_kv"] or config["add_zero_attn"]
    padding_shape = (*sizes.batch, sizes.keys)
    padding: Array | None = None
    mask: Array | None = None
    if padded == "boolean":
        padding = _hidden(draw, padding_shape, added)
    elif padded == "floating":
        padding = draw.tensor(padding_shape, 0.5, MASKS, row=1)
    if masked == "boolean":
        mask = _hidden(draw, _mask_shape(draw, sizes, config), added)
    elif masked == "floating":
        mask = draw.tensor(_mask_shape(draw, sizes, config), 0.5, MASKS)
    elif masked == "causal":
        mask = ~np.tri(sizes.queries, sizes.keys, dtype=np.bool_)
        # Without weights and padding PyTorch hides added keys, too.
        config["is_causal"] = config["need_weights"] or padding is not None or not added
    if padded == "boolean" and masked in ("boolean", "causal") and not added:
        # One key, the first one, is seen by all.
        assert padding is not None and mask is not None
        padding[..., :1] = False
        if masked == "boolean":
            mask[..., :1] = False
    return padding, mask


def _mask_shape(draw: Draw, sizes: Sizes, config: dict[str, Any]) -> Shape:
    if draw.boolean():
        return sizes.queries, sizes.keys
    (count,) = sizes.batch or (1,)
    return count * config["num_heads"], sizes.queries, sizes.keys


def _hidden(draw: Draw, shape: Shape, added: bool) -> Array:
    """True in one place of three; where keys are added, now and then in a whole row."""
    return draw.classes(shape, 3) == 0 if added else ~seeing(draw, shape)


def _with_infinities(draw: Draw, shape: Shape) -> Array:
    """Numbers with -inf and the lowest number among them, but not in a whole row."""
    plain, lowest = draw.off_zero(shape), float(np.finfo(draw.dtype).min)
    mask = draw.sprinkled(plain, (-np.inf, lowest))
    return np.where((mask <= lowest).all(-1, keepdims=True), plain, mask)


def samples(case: Case) -> Samples:
    """A batch comes second unless batch_first, and first in masks, where a sample may have all its heads."""
    query, *_, mask = case.inputs
    assert query is not None
    batched, axis = query.ndim == 3, 0 if case.config["batch_first"] else 1
    own = batched and mask is not None and mask.ndim == 3
    return Samples(
        inputs=(axis, axis, axis, 0, 0 if own else None),
        outputs=(axis, 0),
        batched=batched,
        places=(1, 1, 1, 1, case.config["num_heads"]),
    )


def _config(**options: Any) -> dict[str, Any]:
    return {
        "embed_dim": 4,
        "num_heads": 2,
        "dropout": 0.0,
        "bias": True,
        "add_bias_kv": False,
        "add_zero_attn": False,
        "kdim": None,
        "vdim": None,
        "batch_first": False,
        "need_weights": True,
        "average_attn_weights": True,
        "is_causal": False,
        **options,
    }


def _numbers(*shape: int) -> Array:
    return (np.arange(float(np.prod(shape))) % 7 - 3).reshape(shape) / 4


def _rejected(
    name: str,
    query: Shape = (3, 2, 4),
    key: Shape = (5, 2, 4),
    value: Shape | None = None,
    padding: Array | None = None,
    mask: Array | None = None,
    **options: Any,
) -> Rejection:
    """Three queries and five keys of two samples, changed."""
    config = _config(**options)
    known = shapes({**config, "embed_dim": max(config["embed_dim"], 1)})
    return Rejection(
        name=name,
        config=config,
        params={name: _numbers(*shape) for name, shape in known.items()},
        inputs=(
            _numbers(*query),
            _numbers(*key),
            _numbers(*(key if value is None else value)),
            padding,
            mask,
        ),
    )


def _true(*shape: int) -> Array:
    return np.asarray(np.arange(np.prod(shape)).reshape(shape) % 3 == 0)


def _unseen(name: str, output: tuple[Array | None, ...], cotangents: Any, *, need_weights: bool) -> Kink:
    """Of two keys the first query sees one, so that all is exact in every form, and the second query none."""
    one = np.array([[1.0]])
    return Kink(
        name=name,
        config=_config(embed_dim=1, num_heads=1, bias=False, need_weights=need_weights),
        params={"in_proj_weight": np.ones((3, 1)), "out_proj.weight": one},
        inputs=(
            np.array([[1.0], [1.0]]),
            np.array([[3.0], [2.0]]),
            np.array([[2.0], [3.0]]),
            None,
            np.array([[False, True], [True, True]]),
        ),
        output=output,
        cotangent=(np.array([[4.0], [8.0]]), np.array([[1.0, 2.0], [4.0, 8.0]]) if need_weights else None),
        inputs_cotangents=cotangents,
    )


_NAN = np.array([[np.nan], [np.nan]])

MULTIHEAD_ATTENTION = Operation(
    name="multihead_attention",
    profile="attention",
    inputs=("query", "key", "value", "key_padding_mask", "attn_mask"),
    outputs=("output", "weights"),
    cases=cases,
    special=special,
    rejects=(
        _rejected("a query of one dimension", query=(4,)),
        _rejected("a query of four dimensions", query=(1, 3, 2, 4)),
        _rejected("a query without the batch of the keys", query=(3, 4)),
        _rejected("keys without the batch of the query", key=(5, 4)),
        _rejected("values without the batch of the keys", value=(5, 4)),
        _rejected("too few features of the query", query=(3, 2, 3)),
        _rejected("too many features of the key", key=(5, 2, 5), value=(5, 2, 4)),
        _rejected("keys that are not as wide as kdim", key=(5, 2, 4), kdim=3),
        _rejected("values that are not as wide as vdim", value=(5, 2, 4), vdim=5),
        _rejected("fewer values than keys", value=(4, 2, 4)),
        _rejected("fewer values than keys, projected separately", key=(5, 2, 3), value=(4, 2, 4), kdim=3),
        _rejected("one value for all keys", value=(1, 2, 4)),
        _rejected("keys of another batch", key=(5, 3, 4)),
        _rejected("keys of one sample for all", key=(5, 1, 4)),
        _rejected("values of another batch", value=(5, 3, 4)),
        _rejected("keys with the batch second, batch first", batch_first=True),
        _rejected("padding transposed", padding=_true(5, 2)),
        _rejected("padding of other keys", padding=_true(2, 4)),
        _rejected("padding of queries", padding=_true(2, 3)),
        _rejected("padding of another batch", padding=_true(3, 5)),
        _rejected("padding without a batch", padding=_true(5)),
        _rejected("padding with a batch that nothing else has", (3, 4), (5, 4), padding=_true(1, 5)),
        _rejected("padding of integers", padding=np.ones((2, 5), np.int64)),
        _rejected("padding for the added key too", padding=_true(2, 6), add_bias_kv=True),
        _rejected("a mask transposed", mask=_true(5, 3)),
        _rejected("a mask of one row", mask=_true(1, 5)),
        _rejected("a mask of one dimension", mask=_true(5)),
        _rejected("a mask of four dimensions", mask=_true(2, 2, 3, 5)),
        _rejected("a mask of samples, not of their heads", mask=_true(2, 3, 5)),
        _rejected("a mask of one head for all", mask=_true(1, 3, 5)),
        _rejected("a mask of samples without a batch", (3, 4), (5, 4), mask=_true(1, 3, 5)),
        _rejected("a mask of integers", mask=np.ones((3, 5), np.int64)),
        _rejected("a mask for the added key too", mask=_numbers(3, 6), add_zero_attn=True),
        _rejected("a causal mask that is not given", is_causal=True),
        _rejected("a causal mask that is not given, and padding", padding=_true(2, 5), is_causal=True),
        _rejected("heads that do not divide the features", num_heads=3),
        _rejected("no head", num_heads=0),
        _rejected("no feature", (3, 2, 0), (5, 2, 0), embed_dim=0),
        _rejected("negative dropout", dropout=-0.5),
        _rejected("dropout above 1", dropout=1.5),
    ),
    kinks=(
        _unseen(
            "unseen_with_weights",
            (np.array([[2.0], [np.nan]]), np.array([[1.0, 0.0], [np.nan, np.nan]])),
            (np.array([[0.0], [np.nan]]), _NAN, _NAN, None, None),
            need_weights=True,
        ),
        _unseen(
            "unseen_without_weights",
            (np.array([[2.0], [0.0]]), None),
            (np.zeros((2, 1)), np.zeros((2, 1)), np.array([[4.0], [0.0]]), None, None),
            need_weights=False,
        ),
    ),
    samples=samples,
    laws=(
        Law(check=one_head_is_attention),
        Law(check=heads_permute),
        Law(check=keys_permute),
        Law(check=queries_permute),
        Law(check=padding_does_not_matter),
        Law(check=weights_sum_to_one),
        Law(check=weights_are_averaged),
        Law(check=need_for_weights_changes_no_output),
        Law(check=packed_is_separate),
        Law(check=key_of_zeros_is_a_bias),
        Law(check=batch_first_is_transposed),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=batch_adds_up),
        Law(check=unbatched_is_batch_of_one),
    ),
)

"""layer_norm: cases over every number of normalised dimensions, rejections and what standardisation means."""

import math

import numpy as np

from ..case import Case
from ..drawing import WEIGHTS, Draw
from ..law import Law
from ..laws.affine_map_comes_last import affine_map_comes_last
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.features_permute import features_permute
from ..laws.is_standardised import is_standardised
from ..laws.offset_is_removed import offset_is_removed
from ..laws.scale_is_removed import scale_is_removed
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Operation, Rejection, Samples
from ._normalised import EPS, STANDARDISED, few_or_many


def cases(draw: Draw) -> Case:
    """One to three normalised dimensions behind none to three others, with and without weight and bias."""
    inner, leading = _shape(draw)
    affine = draw.choice((True, True, True, False))
    bias = draw.choice((True, True, False))
    eps = draw.choice(EPS)
    params = {}
    if affine:
        params["weight"] = draw.tensor(inner, reach=WEIGHTS, row=0)
        if bias:
            params["bias"] = draw.tensor(inner, reach=WEIGHTS, row=0)
    return draw.case(
        config={
            "normalized_shape": inner[0] if len(inner) == 1 and draw.boolean() else inner,
            "eps": eps,
            "elementwise_affine": affine,
            "bias": bias,
        },
        params=params,
        inputs=[draw.tensor((*leading, *inner), reach=STANDARDISED, row=len(inner))],
    )


def special(draw: Draw) -> Case:
    """Slices with a NaN or an infinity among them, beside others without."""
    case = cases(draw)
    (x,) = case.inputs
    assert x is not None
    return case.with_inputs(draw.sprinkled(x, draw.choice(((np.nan,), (np.inf,), (np.inf, -np.inf)))))


def _shape(draw: Draw) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(normalised sizes, sizes before them); the slices have three elements or more but for a few."""
    size = few_or_many(draw)
    if size > 100:
        # 17 rows of 1023 numbers in float64 are more than a core works on at once.
        return (size,), draw.choice(((2,), (17,)))
    inner: tuple[int, ...] = (size,)
    dimensions = draw.integer(1, 3)
    if dimensions > 1:
        inner = (2 + size % 3, *(draw.integer(2, 4) for _ in range(dimensions - 1)))
    kind = draw.integer(0, 31)
    if kind == 30:
        return inner[:1], (draw.choice((257, 300)),)
    if kind == 31:
        return inner, (0, 2)
    leading = tuple(draw.integer(1, 4) for _ in range(draw.integer(0, 3)))
    return inner, leading


def slices(case: Case) -> Samples:
    """The first of the dimensions before the normalised ones."""
    (x,) = case.inputs
    assert x is not None
    shape = case.config["normalized_shape"]
    inner = 1 if isinstance(shape, int) else len(shape)
    return Samples(inputs=(0,), outputs=(0,), batched=x.ndim > inner)


def _rejected(name: str, shape: tuple[int, ...], x: tuple[int, ...], **params: tuple[int, ...]) -> Rejection:
    config = {"normalized_shape": shape, "eps": 1e-5, "elementwise_affine": True, "bias": True}
    sizes = {"weight": shape, "bias": shape, **params}
    arrays = {key: np.arange(math.prod(size)).reshape(size) + 1.0 for key, size in sizes.items()}
    return Rejection(
        name=name, config=config, params=arrays, inputs=(np.arange(float(math.prod(x))).reshape(x),)
    )


LAYER_NORM = Operation(
    name="layer_norm",
    profile="attention",
    cases=cases,
    special=special,
    rejects=(
        _rejected("too few features", (4,), (2, 3)),
        _rejected("too many features", (3,), (2, 4)),
        _rejected("features first", (3,), (3, 2)),
        _rejected("fewer dimensions than normalised", (2, 3), (3,)),
        _rejected("normalised dimensions transposed", (2, 3), (4, 3, 2)),
        _rejected("features that would broadcast", (3,), (2, 1)),
        _rejected("no dimension of x", (3,), ()),
        _rejected("no normalised dimension", (), (2, 3)),
        _rejected("weight of another size", (3,), (2, 3), weight=(2,)),
        _rejected("weight that would broadcast", (2, 3), (4, 2, 3), weight=(3,)),
        _rejected("bias of another size", (3,), (2, 3), bias=(1,)),
    ),
    samples=slices,
    laws=(
        Law(check=is_standardised),
        Law(check=affine_map_comes_last),
        Law(check=offset_is_removed),
        Law(check=scale_is_removed),
        Law(check=features_permute),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=unbatched_is_batch_of_one),
    ),
)

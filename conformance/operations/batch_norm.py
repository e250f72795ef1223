"""batch_norm: batches of two to five dimensions in training and evaluation, rejections, what statistics do."""

from typing import Any

import numpy as np

from ..case import Case
from ..drawing import WEIGHTS, Draw
from ..law import Law
from ..laws.affine_map_comes_last import affine_map_comes_last
from ..laws.batch_permutes import batch_permutes
from ..laws.channels_are_independent import channels_are_independent
from ..laws.evaluated_samples_are_independent import evaluated_samples_are_independent
from ..laws.is_standardised import is_standardised
from ..laws.offset_is_removed import offset_is_removed
from ..laws.places_are_samples import places_are_samples
from ..laws.scale_is_removed import scale_is_removed
from ..laws.standardised_channels_permute import standardised_channels_permute
from ..laws.statistics_are_blended import statistics_are_blended
from ..operation import Operation, Rejection, Samples
from ..tree import Array
from ._normalised import EPS, SPREAD_OUT, STANDARDISED


def cases(draw: Draw) -> Case:
    """Training three times of five; with and without weights, running statistics and a momentum."""
    training = draw.integer(0, 4) < 3
    tracked = draw.choice((True, True, False))
    affine = draw.choice((True, True, False))
    bias = draw.choice((True, True, False))
    momentum = draw.choice((0.1, None, 0.7, 1.0))
    channels, batch, places = _shape(draw)
    if training or not tracked:
        batch = batch if batch * int(np.prod(places)) != 1 else 3
    eps = draw.choice(EPS)
    params: dict[str, Array] = {}
    if affine:
        params["weight"] = draw.tensor((channels,), reach=WEIGHTS, row=0)
    if affine and bias:
        params["bias"] = draw.tensor((channels,), reach=WEIGHTS, row=0)
    if tracked:
        params["running_mean"] = draw.tensor((channels,), row=0)
        params["running_var"] = np.asarray(abs(draw.tensor((channels,), row=0)) + 0.5, dtype=draw.dtype)
        params["num_batches_tracked"] = np.array(draw.choice((0, 1, 2, 9)), dtype=np.int64)
    reach = SPREAD_OUT if training and tracked else STANDARDISED
    x = draw.tensor((channels, batch, *places), reach=reach, row=1 + len(places))
    return draw.case(
        config={
            "num_features": channels,
            "eps": eps,
            "momentum": momentum,
            "affine": affine,
            "track_running_stats": tracked,
            "bias": bias,
            "training": training,
        },
        params=params,
        inputs=[np.ascontiguousarray(np.moveaxis(x, 0, 1))],
    )


def special(draw: Draw) -> Case:
    """Channels with a NaN among them or, where no mean of them is returned, an infinity.

    A mean of an infinity is infinite as a sum and NaN as one that is updated element by element; both are right.
    """
    case = cases(draw)
    (x,) = case.inputs
    assert x is not None
    tracking = case.config["training"] and case.config["track_running_stats"]
    values = ((np.nan,), (np.nan,) if tracking else (np.inf,), (np.nan,) if tracking else (np.inf, -np.inf))
    return case.with_inputs(draw.sprinkled(x, draw.choice(values)))


def _shape(draw: Draw) -> tuple[int, int, tuple[int, ...]]:
    """(channels, samples, places); three elements of a channel or more but for a few."""
    kind = draw.integer(0, 31)
    if kind == 31:
        return draw.integer(1, 3), 0, (2,) * draw.integer(0, 2)
    if kind == 30:
        return draw.choice(((257, 3, ()), (2, 300, ()), (2, 2, (257,)), (1, 3, (18, 17))))
    if kind == 29:
        return draw.integer(1, 4), draw.choice((1, 2)), (1,) * draw.integer(0, 2)
    dimensions = draw.integer(0, 3)
    channels = draw.integer(1, 4)
    if not dimensions:
        return channels, draw.integer(3, 8), ()
    places = tuple(draw.integer(1, 4 if dimensions < 3 else 3) for _ in range(dimensions))
    return channels, draw.integer(1 if int(np.prod(places)) > 2 else 3, 5), places


def batches(case: Case) -> Samples:
    """Samples first; statistics have none."""
    outputs: tuple[int | None, ...] = (0,)
    if case.config["training"] and case.config["track_running_stats"]:
        outputs = (0, None, None, None)
    return Samples(inputs=(0,), outputs=outputs)


_CONFIG = {
    "num_features": 3,
    "eps": 1e-5,
    "momentum": 0.1,
    "affine": True,
    "track_running_stats": True,
    "bias": True,
    "training": True,
}
_PARAMS = {
    "weight": np.array([1.0, -2.0, 3.0]),
    "bias": np.array([0.5, 1.0, -1.0]),
    "running_mean": np.array([0.0, 1.0, 2.0]),
    "running_var": np.array([1.0, 2.0, 3.0]),
    "num_batches_tracked": np.array(2),
}
_LEARNED = {name: _PARAMS[name] for name in ("weight", "bias")}


def _rejected(
    name: str, shape: tuple[int, ...], params: dict[str, Array] = _PARAMS, **options: Any
) -> Rejection:
    x = np.arange(float(np.prod(shape))).reshape(shape)
    return Rejection(name=name, config={**_CONFIG, **options}, params=params, inputs=(x,))


BATCH_NORM = Operation(
    name="batch_norm",
    profile="vision",
    cases=cases,
    special=special,
    rejects=(
        _rejected("one element of each channel in training", (1, 3)),
        _rejected("one element of each channel of a plane in training", (1, 3, 1, 1)),
        _rejected(
            "one element and no statistics", (1, 3), _LEARNED, track_running_stats=False, training=False
        ),
        _rejected("too few channels", (4, 2)),
        _rejected("too many channels", (4, 5)),
        _rejected("too few channels in evaluation", (4, 2), training=False),
        _rejected("channels last", (4, 2, 2, 3)),
        _rejected("channels that would broadcast", (4, 1)),
        _rejected("no batch", (3,)),
        _rejected("no dimension", ()),
        _rejected("six dimensions", (2, 3, 1, 2, 1, 2)),
        _rejected("weight of another size", (4, 3), {**_PARAMS, "weight": np.ones(2)}),
        _rejected("bias of another size", (4, 3), {**_PARAMS, "bias": np.ones(4)}),
        _rejected("running mean of another size", (4, 3), {**_PARAMS, "running_mean": np.ones(2)}),
        _rejected(
            "running variance of another size", (4, 3), {**_PARAMS, "running_var": np.ones(2)}, training=False
        ),
    ),
    samples=batches,
    outputs=("output", "running_mean", "running_var", "num_batches_tracked"),
    laws=(
        Law(check=is_standardised),
        Law(check=affine_map_comes_last),
        Law(check=offset_is_removed),
        Law(check=scale_is_removed),
        Law(check=statistics_are_blended),
        Law(check=standardised_channels_permute),
        Law(check=channels_are_independent),
        Law(check=places_are_samples),
        Law(check=batch_permutes),
        Law(check=evaluated_samples_are_independent),
    ),
)

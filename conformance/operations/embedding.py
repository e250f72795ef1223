"""embedding: cases, special values and rejections."""

from typing import Any

import numpy as np

from ..case import Case
from ..drawing import ANY, Draw
from ..law import Law
from ..laws.batch_permutes import batch_permutes
from ..laws.padding_row_is_constant import padding_row_is_constant
from ..laws.rows_are_copied import rows_are_copied
from ..laws.rows_permute import rows_permute
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Operation, Rejection, Samples
from ..tree import Array
from ._shapes import any_shape
from ._windows import large


def cases(draw: Draw) -> Case:
    """Tables of few rows, so that indices repeat; exact where no row is divided but by a power of two."""
    sizes = large(draw, "rows", "features")
    rows = sizes.get("rows", draw.choice((3, 4, 2, 5, 7, 1, 8)))
    features = sizes.get("features", 0 if draw.rarely(60) else draw.integer(1, 5))
    x, config = _lookup(draw, rows, features, (draw.integer(1, 6),) if sizes else _shape(draw))
    counts = np.bincount(x.ravel()).tolist()
    exact = not config["scale_grad_by_freq"] or all(count & (count - 1) == 0 for count in counts)
    weight = draw.tensor((rows, features), reach=ANY)
    return draw.case(config=config, params={"weight": weight}, inputs=[x], exact=exact)


def special(draw: Draw) -> Case:
    """NaN, infinities, zeros and subnormals are copied as they are, and stay in their rows."""
    rows, features = draw.integer(1, 5), draw.integer(1, 4)
    x, config = _lookup(draw, rows, features, _shape(draw))
    weight = draw.sprinkled(draw.tensor((rows, features)))
    return draw.case(config=config, params={"weight": weight}, inputs=[x])


def _lookup(draw: Draw, rows: int, features: int, shape: tuple[int, ...]) -> tuple[Array, dict[str, Any]]:
    """Indices, of which the padding's are the most frequent, as in texts; and the config."""
    padding = draw.choice((None, draw.integer(0, rows - 1), -draw.integer(1, rows)))
    x = draw.classes(shape, rows, () if padding is None else (padding % rows,) * 2)
    return x.astype(draw.choice((np.int64, np.int32, np.int64))), {
        "num_embeddings": rows,
        "embedding_dim": features,
        "padding_idx": padding,
        "max_norm": None,
        "norm_type": draw.choice((2.0, 1.0)),
        "scale_grad_by_freq": draw.boolean(),
        "sparse": False,
    }


def _shape(draw: Draw) -> tuple[int, ...]:
    """A single index, in a path of its own in many an implementation, in one case of seven."""
    return () if draw.rarely(10) else any_shape(draw, 3)


def samples(case: Case) -> Samples:
    """All indices are alike; without a dimension there is one."""
    (x,) = case.inputs
    assert x is not None
    return Samples(inputs=(0,), outputs=(0,), batched=x.ndim > 0)


def derivative(case: Case) -> bool:
    """A row that gets no gradient, and gradients divided by frequencies, are no derivatives."""
    return case.config["padding_idx"] is None and not case.config["scale_grad_by_freq"]


_WEIGHT = np.arange(8.0).reshape(4, 2)


def _reject(name: str, x: Any, weight: Array = _WEIGHT, **options: Any) -> Rejection:
    config = {
        "num_embeddings": 4,
        "embedding_dim": 2,
        "padding_idx": None,
        "max_norm": None,
        "norm_type": 2.0,
        "scale_grad_by_freq": False,
        "sparse": False,
        **options,
    }
    return Rejection(name=name, config=config, params={"weight": weight}, inputs=(np.array(x),))


EMBEDDING = Operation(
    name="embedding",
    profile="recurrent",
    cases=cases,
    special=special,
    rejects=(
        _reject("index too large", [0, 4]),
        _reject("index too large, int32", np.array([4, 0], np.int32)),
        _reject("index too large, no dimension", 4),
        _reject("index negative", [[-1], [2]]),
        _reject("index too large, scaled", [0, 9], scale_grad_by_freq=True),
        _reject("index negative, the padding's", [-1, 2], padding_idx=-1),
        _reject("index into an empty table", [0], np.zeros((0, 2)), num_embeddings=0),
        _reject("indices of another integer type", np.array([0, 1], np.int16)),
        _reject("floats for indices", [0.0, 1.0]),
        _reject("booleans for indices", [True, False]),
        _reject("padding_idx too large", [0, 1], padding_idx=4),
        _reject("padding_idx too small", [0, 1], padding_idx=-5),
        _reject("table of one dimension", [0, 1], _WEIGHT[:, 0]),
        _reject("table of three dimensions", [0, 1], _WEIGHT[:, :, None]),
        _reject("negative number of rows", [0, 1], num_embeddings=-1),
        _reject("negative number of features", [0, 1], embedding_dim=-2),
    ),
    samples=samples,
    derivative=derivative,
    laws=(
        Law(check=rows_are_copied),
        Law(check=rows_permute),
        Law(check=padding_row_is_constant),
        Law(check=batch_permutes),
        Law(check=unbatched_is_batch_of_one),
    ),
)

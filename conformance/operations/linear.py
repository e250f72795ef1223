"""linear: cases, rejections and the claims of a dense layer."""

import numpy as np

from ..case import Case
from ..drawing import ANY, WEIGHTS, Draw
from ..law import Law
from ..laws.batch_adds_up import batch_adds_up
from ..laws.batch_is_independent import batch_is_independent
from ..laws.batch_permutes import batch_permutes
from ..laws.is_linear import is_linear
from ..laws.stack_collapses import stack_collapses
from ..laws.unbatched_is_batch_of_one import unbatched_is_batch_of_one
from ..operation import Operation, Rejection, Samples
from ._shapes import LARGE


def cases(draw: Draw) -> Case:
    """Any leading dimensions (none, too), with and without bias; few cases are empty, since zeros multiply.

    Now and then a matrix is larger than a vector register in one dimension, and ends in the middle of one; and
    rarely larger than a block.
    """
    in_features, out_features, bias = draw.size(), draw.integer(1, 8), draw.boolean()
    leading = [draw.integer(1, 4) if i else draw.size(5) for i in range(draw.integer(0, 3))]
    wide = draw.integer(0, 29)
    if wide in (24, 25):
        in_features = 35
    elif wide in (26, 27):
        out_features = 19
    elif wide in (28, 29):
        large = draw.choice(LARGE)
        in_features, out_features, leading = draw.choice(
            ((large, 3, [2]), (3, large, [2]), (2, 3, [large]), (large, 2, [3]), (3, 2, [1, large]))
        )
    params = {"weight": draw.tensor((out_features, in_features), reach=WEIGHTS)}
    if bias:
        params["bias"] = draw.tensor((out_features,), reach=WEIGHTS, row=0)
    return draw.case(
        config={"in_features": in_features, "out_features": out_features, "bias": bias},
        params=params,
        inputs=[draw.tensor((*leading, in_features), reach=ANY)],
        exact=True,
    )


def rows(case: Case) -> Samples:
    """The first of the leading dimensions."""
    (x,) = case.inputs
    assert x is not None
    return Samples(inputs=(0,), outputs=(0,), batched=x.ndim > 1)


_X = np.arange(6.0).reshape(2, 3)
_CONFIG = {"in_features": 3, "out_features": 2, "bias": True}
_PARAMS = {"weight": np.arange(6.0).reshape(2, 3) - 2, "bias": np.array([1.0, -1.0])}

LINEAR = Operation(
    name="linear",
    profile="core",
    cases=cases,
    rejects=(
        Rejection(name="too few features", config=_CONFIG, params=_PARAMS, inputs=(_X[:, :2],)),
        Rejection(name="too many features", config=_CONFIG, params=_PARAMS, inputs=(np.ones((2, 4)),)),
        Rejection(name="features first", config=_CONFIG, params=_PARAMS, inputs=(_X.T.copy(),)),
        Rejection(name="no dimension", config=_CONFIG, params=_PARAMS, inputs=(np.array(1.0),)),
    ),
    samples=rows,
    laws=(
        Law(check=stack_collapses),
        Law(check=is_linear),
        Law(check=batch_permutes),
        Law(check=batch_is_independent),
        Law(check=batch_adds_up),
        Law(check=unbatched_is_batch_of_one),
    ),
)

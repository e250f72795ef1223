"""linear: cases, rejections and the claims of a dense layer."""

import numpy as np

from ..case import Case
from ..drawing import ANY, WEIGHTS, Draw
from ..law import Law
from ..operation import Operation, Rejection
from ..tree import Array
from ..trial import Trial
from ._shapes import LARGE


def cases(draw: Draw) -> Case:
    """Any leading dimensions (none, too), with and without bias; few cases are empty, since zeros multiply.

    Now and then a matrix is larger than a vector register in one dimension, and ends in the middle of one; and
    rarely larger than a block.
    """
    in_features, out_features, bias = draw.size(), draw.integer(1, 8), draw.boolean()
    leading = [draw.integer(1, 4) if i else draw.size(5) for i in range(draw.integer(0, 3))]
    wide = draw.integer(0, 29)
    if wide in (25, 26):
        in_features = 35
    elif wide in (27, 28):
        out_features = 19
    elif wide == 29:
        large = draw.choice(LARGE)
        in_features, out_features, leading = draw.choice(
            ((large, 3, [2]), (3, large, [2]), (2, 3, [large]), (3, 2, [1, large]))
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


def stack_collapses(trial: Trial) -> None:
    """Two dense layers without an activation are one: its weight is the product of theirs."""
    case = trial.case
    (x,) = (_integers(array) for array in case.inputs if array is not None)
    first = {name: _integers(array) for name, array in case.params.items()}
    # The second layer is the first one's transpose: integers again, so that every sum is exact.
    second = {"weight": first["weight"].T.copy()}
    merged = {"weight": second["weight"] @ first["weight"]}
    if "bias" in first:
        second["bias"] = np.arange(len(second["weight"]), dtype=x.dtype)
        merged["bias"] = second["weight"] @ first["bias"] + second["bias"]

    def layer(params: dict[str, Array], x: Array) -> Case:
        outer, inner = params["weight"].shape
        config = {"in_features": inner, "out_features": outer, "bias": "bias" in params}
        return Case(
            operation="linear", dtype=case.dtype, config=config, params=params, inputs=(x,), exact=True
        )

    hidden = trial.run(layer(first, x))
    assert isinstance(hidden, np.ndarray)
    one = layer(merged, x)
    trial.agree_with_each_other(
        trial.run(layer(second, hidden)), trial.run(one), one, "two layers against one"
    )


def _integers(array: Array) -> Array:
    return np.clip(np.rint(array), -8, 8)


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
    laws=(Law(check=stack_collapses),),
)

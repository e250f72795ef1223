"""linear: cases, rejections and the claims of a dense layer."""

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..operation import Operation, Rejection
from ..tree import Array
from ..trial import Trial


def cases(draw: Draw) -> Case:
    """Any leading dimensions (none, too), with and without bias."""
    in_features, out_features = draw.size(), draw.size()
    bias = draw.boolean()
    leading = [draw.size(4) for _ in range(draw.integer(0, 3))]
    params = {"weight": draw.tensor((out_features, in_features))}
    if bias:
        params["bias"] = draw.tensor((out_features,))
    return draw.case(
        config={"in_features": in_features, "out_features": out_features, "bias": bias},
        params=params,
        inputs=[draw.tensor((*leading, in_features))],
        exact=True,
    )


def stack_collapses(trial: Trial) -> None:
    """Two dense layers without an activation are one: its weight is the product of theirs."""
    case = trial.case
    (x,) = case.inputs
    assert x is not None
    weight, bias = case.params["weight"], case.params.get("bias")
    if not case.exact or not case.config["bias"]:
        return
    # The second layer is the first one's transpose: small integers again, so that every sum is exact.
    width = weight.shape[0]
    second = {"weight": weight.T.copy(), "bias": np.arange(weight.shape[1], dtype=weight.dtype)}
    assert bias is not None
    hidden = trial.run(case)
    stacked = trial.run(
        Case(
            operation="linear",
            dtype=case.dtype,
            config={"in_features": width, "out_features": weight.shape[1], "bias": True},
            params=second,
            inputs=(_array(hidden),),
            exact=True,
        )
    )
    merged = Case(
        operation="linear",
        dtype=case.dtype,
        config={"in_features": weight.shape[1], "out_features": weight.shape[1], "bias": True},
        params={"weight": second["weight"] @ weight, "bias": second["weight"] @ bias + second["bias"]},
        inputs=(x,),
        exact=True,
    )
    trial.agree_with_each_other(stacked, trial.run(merged), merged, "two layers against one")


def _array(tree: object) -> Array:
    assert isinstance(tree, np.ndarray)
    return tree


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

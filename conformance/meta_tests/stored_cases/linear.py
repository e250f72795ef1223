"""linear: stored cases."""

from conformance.case import Case

from ._stored import stored, values


def linear(in_features: int, out_features: int, leading: tuple[int, ...], *, bias: bool = True) -> Case:
    """A dense layer on an input with `leading` dimensions before the features."""
    params = {"weight": values(out_features, in_features, salt=1)}
    if bias:
        params["bias"] = values(out_features, salt=2)
    config = {"in_features": in_features, "out_features": out_features, "bias": bias}
    return stored("linear", config, (values(*leading, in_features),), (*leading, out_features), **params)


CASES = (
    linear(3, 4, (5,)),
    linear(4, 3, (2, 3)),
    linear(3, 2, ()),
    linear(2, 3, (4,), bias=False),
)

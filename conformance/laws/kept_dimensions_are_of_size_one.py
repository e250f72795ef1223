"""Law: what is kept is only a shape."""

from dataclasses import replace

import numpy as np

from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def kept_dimensions_are_of_size_one(trial: Trial) -> None:
    """With keepdim or without it the means are the same, in the same order, and so are the cotangents."""
    case = trial.case
    x, dim, keepdim = case.inputs[0], case.config["dim"], case.config["keepdim"]
    assert x is not None and isinstance(case.cotangent, np.ndarray)
    own = case.cotangent.shape
    if keepdim:
        dims = (dim,) if isinstance(dim, int) else dim or range(x.ndim)
        over = {axis % max(x.ndim, 1) for axis in dims}
        shape = tuple(size for axis, size in enumerate(x.shape) if axis not in over)
    else:
        shape = np.mean(np.ones(x.shape), axis=dim if dim != () and x.ndim else None, keepdims=True).shape
    other = replace(
        case, config={**case.config, "keepdim": not keepdim}, cotangent=case.cotangent.reshape(shape)
    )
    output, cotangents = answer(trial, other, np.empty(shape))
    assert isinstance(output, np.ndarray)
    found = output.reshape(own), cotangents
    compare(trial, named(trial, found), named(trial, own_answer(trial)), f"keepdim={not keepdim}")

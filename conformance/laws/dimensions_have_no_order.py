"""Law: dimensions are named, not visited."""

from dataclasses import replace

from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def dimensions_have_no_order(trial: Trial) -> None:
    """Over the same dimensions in reverse, each counted from the other side, the mean is the same."""
    case = trial.case
    x, dim = case.inputs[0], case.config["dim"]
    assert x is not None
    ndim = max(x.ndim, 1)
    dims = (dim,) if isinstance(dim, int) else dim or tuple(range(x.ndim))
    turned = tuple(axis + ndim if axis < 0 else axis - ndim for axis in reversed(dims))
    other = replace(case, config={**case.config, "dim": turned})
    found = answer(trial, other, trial.oracle.output)
    compare(trial, named(trial, found), named(trial, own_answer(trial)), f"over {turned}")

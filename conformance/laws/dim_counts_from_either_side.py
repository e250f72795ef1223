"""Law: a dimension has two numbers."""

from dataclasses import replace

from ..trial import Trial
from ._answers import answer, compare, named, own_answer


def dim_counts_from_either_side(trial: Trial) -> None:
    """With dim counted from the other side, output and cotangents are the same."""
    case = trial.case
    dim = case.config["dim"]
    ndim = next((x.ndim for x in case.inputs if x is not None and x.shape != (0,)), 1)
    other = dim - ndim if dim >= 0 else dim + ndim
    found = answer(trial, replace(case, config={**case.config, "dim": other}), trial.oracle.output)
    compare(trial, named(trial, found), named(trial, own_answer(trial)), f"with dim={other}")

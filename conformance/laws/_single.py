"""What laws of one input and one output ask: answers whose elements can be compared and calculated with."""

import numpy as np

from ..case import Case
from ..kernel import Arguments, call_forward
from ..law import NotJudged
from ..tree import Array, Tree, leaves
from ..trial import Trial, alike, copy_tree


def first_input(case: Case) -> Array:
    """The first input, which is never omitted."""
    x = case.inputs[0]
    assert x is not None
    return x


def answered(trial: Trial, case: Case | None = None) -> Tree:
    """The kernel's output for another case (by default the trial's own), nested and shaped as the reference's."""
    if case is None:
        output, like = trial.forward(), trial.oracle.output
    else:
        output = copy_tree(call_forward(trial.kernel, case, Arguments.of(case)))
        like = trial.oracle_of(case).output
    check_alike(output, like)
    return output


def output_of(trial: Trial, case: Case | None = None) -> Array:
    """The same where the output is a single array."""
    output = answered(trial, case)
    assert isinstance(output, np.ndarray)
    return output


def check_alike(output: Tree, like: Tree) -> None:
    """Raise NotJudged where the shapes are not those of `like`, or the numbers not of its kind."""
    if not alike(output, like):
        raise NotJudged("the output has the wrong shape")
    for (_, got), (_, want) in zip(leaves(output), leaves(like), strict=True):
        if got is not None and want is not None and (got.dtype.kind == "f") != (want.dtype.kind == "f"):
            raise NotJudged("the output has the wrong dtype")

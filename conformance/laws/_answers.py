"""What laws ask a kernel beside the case itself, checked so that elements can be compared."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..case import Case
from ..kernel import Arguments, call_forward, call_pullback, call_vjp
from ..law import NotJudged
from ..tree import Array, Tree
from ..trial import Trial, check_alike, copy_tree, cotangent_spread_leaves, spread_leaves

if TYPE_CHECKING:
    from ..oracle import Cotangents

Answer = tuple[Tree, "Cotangents | None"]
"""An output, and the cotangents where the kernel has a vjp."""

Named = tuple[str, Array | None]


def own_answer(trial: Trial) -> Answer:
    """The kernel's answer to the case itself."""
    if trial.kernel.vjp is None:
        output, cotangents = trial.forward(), None
    else:
        output, cotangents = trial.vjp()
    _fits(trial, output, cotangents, trial.case, trial.oracle.output)
    return output, cotangents


def answer(trial: Trial, case: Case, like: "Tree | None" = None) -> Answer:
    """The kernel's answer to another case, whose output is shaped as `like`, by default the reference's."""
    if trial.kernel.vjp is None:
        output, cotangents = copy_tree(call_forward(trial.kernel, case, Arguments.of(case))), None
    else:
        output, cotangents = trial.run_vjp(case)
    _fits(trial, output, cotangents, case, trial.oracle_of(case).output if like is None else like)
    return output, cotangents


def pulled_back(trial: Trial, cotangents: Sequence[Tree]) -> "list[Cotangents]":
    """What one pullback of the case makes of several cotangents of its output."""
    from ..oracle import Cotangents

    case = trial.case
    output, pullback = call_vjp(trial.kernel, case, Arguments.of(case))
    found = []
    for given in cotangents:
        params, inputs = call_pullback(pullback, case, copy_tree(given))
        # Copies, since the next call may write over them.
        kept = {name: None if g is None else g.copy() for name, g in params.items()}
        found.append(Cotangents(kept, tuple(None if g is None else g.copy() for g in inputs)))
    for each in found:
        _fits(trial, output, each, case, trial.oracle.output)
    return found


def flat(cotangents: "Cotangents") -> list[Array | None]:
    """The cotangents of the params, then those of the inputs."""
    return [*cotangents.params.values(), *cotangents.inputs]


def named(trial: Trial, found: Answer) -> list[Named]:
    """All leaves of an answer with their names: outputs, then cotangents of params and inputs."""
    output, cotangents = found
    return [*trial.named_output(output), *([] if cotangents is None else trial.named_cotangents(cotangents))]


def compare(
    trial: Trial, actual: Sequence[Named], expected: Sequence[Named], what: str, *, shares: int = 2
) -> None:
    """Both are the kernel's answers to the case, got in different ways: each has its share of the allowance."""
    oracle, gradients = trial.oracle, trial.kernel.vjp is not None

    def spreads(careful: bool) -> list[Array | None]:
        outputs = spread_leaves(oracle, careful)
        return [*outputs, *(cotangent_spread_leaves(oracle, careful) if gradients else ())]

    trial.agree(
        [(f"{what}: {name}", leaf) for name, leaf in actual],
        list(expected),
        spreads,
        exactly=trial.case.exact,
        shares=shares,
    )


def _fits(trial: Trial, output: Tree, cotangents: "Cotangents | None", case: Case, like: Tree) -> None:
    check_alike(output, like)
    if cotangents is None:
        return
    own = (*trial.case.params.values(), *trial.case.inputs)
    known = flat(trial.oracle.cotangents)
    for got, array, mine, cotangent in zip(
        flat(cotangents), (*case.params.values(), *case.inputs), own, known, strict=True
    ):
        # Where the reference differentiates nothing (class indices, class weights) there is no cotangent.
        fixed = mine is not None and cotangent is None
        if (None if got is None else got.shape) != (None if array is None or fixed else array.shape):
            raise NotJudged("a cotangent has the wrong shape")
        if got is not None and got.dtype.kind != "f":
            raise NotJudged("a cotangent has the wrong dtype")

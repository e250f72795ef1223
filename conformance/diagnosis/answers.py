"""What a kernel answers to a case, in a form in which two kernels' answers can be compared."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np

from ..backend import Declaration
from ..case import Case, numbered
from ..comparison import Arithmetic, allowance
from ..kernel import Arguments, CallFault, Kernel, call_forward, call_pullback, call_vjp
from ..law import Law, NotJudged, Violation
from ..laws.memory_layout import LAYOUTS
from ..operation import Kink, Operation, Rejection
from ..oracle import Cotangents, Oracle
from ..tree import Array, Tree, leaves, map_leaves
from ..trial import Answers, Record, Trial, copy_tree

Parts: TypeAlias = tuple[tuple[str, Array | None], ...]
"""Named arrays: the leaves of an output, or all cotangents."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Named arrays, or how the call went wrong: "Raised", "Refused", "Malformed", or a law's complaint."""

    parts: Parts = ()
    fault: str | None = None


@dataclass(frozen=True)
class Facet:
    """A side from which kernels are looked at: what each answers, what is right, and its spread."""

    name: str
    ask: Callable[[Kernel, Oracle], Answer]
    right: Callable[[Oracle], Answer]
    spreads: Callable[[Oracle], list[Array | None]] = lambda _: []
    behaviour: bool = False


def named_output(operation: Operation, tree: Tree) -> Parts:
    """The leaves of an output under the operation's own names for them."""
    found = tuple(leaves(tree))
    if len(found) == len(operation.outputs):
        return tuple((name, leaf) for name, (_, leaf) in zip(operation.outputs, found, strict=True))
    return found


def named_cotangents(operation: Operation, cotangents: Cotangents) -> Parts:
    """The cotangents under the names of params and inputs."""
    names = numbered(operation.inputs, len(cotangents.inputs))
    inputs = zip(names, cotangents.inputs, strict=True)
    pairs = (*cotangents.params.items(), *inputs)
    return tuple((f"cotangent of {name}", leaf) for name, leaf in pairs)


def output_facet(operation: Operation, layout: str | None = None) -> Facet:
    """The output, of arguments that lie in memory as the case's, or in another layout."""

    def ask(kernel: Kernel, oracle: Oracle) -> Answer:
        case = oracle.case if layout is None else laid_out(oracle.case, layout)
        try:
            return Answer(named_output(operation, call_forward(kernel, case, Arguments.of(case))))
        except CallFault as fault:
            return Answer(fault=type(fault).__name__)

    def right(oracle: Oracle) -> Answer:
        try:
            return Answer(named_output(operation, oracle.output))
        except Exception as error:  # whatever torch raises on what is invalid
            return Answer(fault=type(error).__name__)

    name = "output" if layout is None else f"output for {layout} arguments"
    return Facet(name, ask, right, _output_spreads)


def cotangents_facet(operation: Operation) -> Facet:
    """The cotangents of the vjp, for the case's own cotangent."""

    def ask(kernel: Kernel, oracle: Oracle) -> Answer:
        case = oracle.case
        try:
            _, pullback = call_vjp(kernel, case, Arguments.of(case))
            found = Cotangents(*call_pullback(pullback, case, copy_tree(case.cotangent)))
            return Answer(named_cotangents(operation, found))
        except CallFault as fault:
            return Answer(fault=type(fault).__name__)

    def right(oracle: Oracle) -> Answer:
        return Answer(named_cotangents(operation, oracle.cotangents))

    return Facet("cotangents", ask, right, _cotangent_spreads)


def behaviour_facet(operation: Operation, law: Law, entry: Rejection | Kink | None = None) -> Facet:
    """What a law says of the kernel: its complaint without the numbers, or nothing."""
    from ..remarks import wording

    def ask(kernel: Kernel, oracle: Oracle) -> Answer:
        found = complaint(operation, kernel, law, oracle, entry)
        return Answer(fault=None if found is None else " / ".join(map(wording, found)))

    return Facet(f"behaviour under {law.name}", ask, lambda _: Answer(), behaviour=True)


def complaint(
    operation: Operation, kernel: Kernel, law: Law, oracle: Oracle, entry: Rejection | Kink | None = None
) -> tuple[str, str] | None:
    """The kind of a kernel's fault under a law and its message, None where the law is kept."""
    trial = Trial(
        operation=operation,
        oracle=oracle,
        answers=Answers(kernel, oracle.case),
        declaration=Declaration(name=operation.name),
        record=Record(),
        entry=entry,
    )
    try:
        law.check(trial)
    except Violation as violation:
        return violation.kind, str(violation)
    except CallFault as fault:
        return CallFault.PREFIX + type(fault).__name__, ""
    except NotJudged:
        pass
    return None


def laid_out(case: Case, layout: str) -> Case:
    """The case with its arrays in another memory layout."""
    lay = LAYOUTS[layout]
    return replace(
        case,
        params={name: lay(array) for name, array in case.params.items()},
        inputs=tuple(None if array is None else lay(array) for array in case.inputs),
        cotangent=map_leaves(lay, case.cotangent),
    )


def same(
    mine: Answer,
    theirs: Answer,
    facet: Facet,
    oracle: Oracle,
    *,
    shares: int = 2,
    dtypes: bool = False,
    signs: bool = False,
) -> bool:
    """Whether two answers are one: the same fault, or arrays of the same shapes within the allowance.

    `dtypes` compares dtypes too, `signs` the signs of zeros.
    """
    if mine.fault is not None or theirs.fault is not None:
        return mine.fault == theirs.fault
    if [name for name, _ in mine.parts] != [name for name, _ in theirs.parts]:
        return False
    for i, ((_, a), (_, b)) in enumerate(zip(mine.parts, theirs.parts, strict=True)):
        if a is None or b is None:
            if a is not b:
                return False
            continue
        if dtypes and a.dtype != b.dtype:
            return False
        if signs and not np.array_equal(np.signbit(a) & (a == 0), np.signbit(b) & (b == 0)):
            return False
        if not close(
            a, b, partial(spread_of, facet, oracle, i, b, wide=shares > 1), oracle.case.dtype, shares=shares
        ):
            return False
    return True


def close(
    actual: Array, expected: Array, spread: Callable[[], Array | None], dtype: str, *, shares: int = 2
) -> bool:
    """Equal within `shares` of the allowance; integers, NaN and infinities equal.

    Float64 results that are both numbers of float32 were computed there, and have its allowance.
    """
    if actual.shape != expected.shape:
        return False
    if actual.dtype.kind != "f" or expected.dtype.kind != "f":
        return bool(np.array_equal(actual, expected))
    with np.errstate(all="ignore"):
        wanted = expected.astype(dtype).astype(np.float64)
        finite = np.isfinite(wanted)
        if not np.array_equal(actual[~finite], wanted[~finite], equal_nan=True):
            return False
        gap = np.abs(actual[finite].astype(np.float64) - expected[finite])
        if not np.isfinite(gap).all():
            return False
        both = shares > 1 and narrowed(actual) and narrowed(expected)
        arithmetic = Arithmetic(dtype, "float32" if both else "native")
        if (gap <= shares * allowance(expected[finite], None, arithmetic)).all():
            return True
        found = spread()
        return found is not None and bool(
            (gap <= shares * allowance(expected[finite], found[finite], arithmetic)).all()
        )


def narrowed(array: Array) -> bool:
    """Whether all numbers of a wider array are numbers of float32."""
    with np.errstate(all="ignore"):
        return array.dtype.itemsize > 4 and np.array_equal(array, array.astype(np.float32), equal_nan=True)


def spread_of(facet: Facet, oracle: Oracle, index: int, result: Array, *, wide: bool = True) -> Array | None:
    """The spread of a result that stands in the place of a part of the right one; None where that has none.

    What is right at an element says little of the rounding errors of another result there: where `wide`, each
    element has the largest of the right result, larger still where the other result is.
    """
    try:
        spreads, right = facet.spreads(oracle), facet.right(oracle).parts
    except Exception:  # whatever torch raises on what is invalid
        return None
    spread = spreads[index] if index < len(spreads) else None
    wanted = right[index][1] if index < len(right) else None
    if spread is None or wanted is None:
        return None
    if not wide:
        return spread if spread.shape == result.shape else None
    return np.full(result.shape, _size(spread) * max(1.0, _size(result) / (_size(wanted) or 1.0)))


def _size(array: Array) -> float:
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))


def _output_spreads(oracle: Oracle) -> list[Array | None]:
    return [leaf for _, leaf in leaves(oracle.spread.output)]


def _cotangent_spreads(oracle: Oracle) -> list[Array | None]:
    spread = oracle.spread.cotangents
    return [*spread.params.values(), *spread.inputs]

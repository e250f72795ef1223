"""A trial: one case put to one kernel, as a law sees it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .backend import Declaration
from .case import Case, copy_array, numbered
from .comparison import (
    Arithmetic,
    Comparison,
    Spreads,
    compare_exactly,
    compare_together,
    compare_within,
)
from .kernel import (
    Arguments,
    CallFault,
    Kernel,
    call_forward,
    call_pullback,
    call_vjp,
)
from .law import NotJudged, Violation
from .operation import Kink, Operation, Rejection
from .tree import Array, Tree, leaves, map_leaves, structure

if TYPE_CHECKING:
    from .oracle import Cotangents, Oracle


@dataclass
class Record:
    """What one law has counted over its cases."""

    cases: int = 0
    refused: int = 0
    refusals: list[str] = field(default_factory=list)
    ill_conditioned: int = 0
    elements: int = 0
    non_empty: int = 0
    informative: int = 0
    tiers: Counter[str] = field(default_factory=Counter)
    headroom: float | None = None
    worst: str | None = None

    def add(self, comparison: Comparison) -> None:
        """Count one comparison."""
        self.elements += comparison.elements
        self.tiers[comparison.tier] += 1
        if comparison.headroom is not None and comparison.headroom >= (self.headroom or 0.0):
            self.headroom, self.worst = comparison.headroom, comparison.worst


class Answers:
    """What a kernel answers to one case, asked once and shared by the laws."""

    def __init__(self, kernel: Kernel, case: Case) -> None:
        self.kernel, self.case = kernel, case
        self._known: dict[str, Any] = {}

    def once(self, name: str, ask: Callable[[], Any]) -> Any:
        """The remembered answer, or its fault."""
        if name not in self._known:
            try:
                self._known[name] = ask()
            except CallFault as fault:
                self._known[name] = fault
        answer = self._known[name]
        if isinstance(answer, CallFault):
            raise answer
        return answer


class Trial:
    """One case, one kernel, one law: what laws call kernels and compare results with."""

    def __init__(
        self,
        *,
        operation: Operation,
        oracle: "Oracle",
        answers: Answers,
        declaration: Declaration,
        record: Record,
        entry: Rejection | Kink | None = None,
    ) -> None:
        self.operation, self.oracle, self.answers = operation, oracle, answers
        self.declaration, self.record, self.entry = declaration, record, entry
        self.kernel, self.case = answers.kernel, answers.case
        self.compared = self.informed = self.undecided = 0

    @property
    def ill_conditioned(self) -> bool:
        """Whether rounding leaves most of the elements undecided.

        One array may well be zero but for rounding, as the gradient of a bias is whose layer's output is
        normalised: of the others something can be concluded.
        """
        return self.undecided > self.compared

    @property
    def arithmetic(self) -> Arithmetic:
        """What the allowances of this trial depend on."""
        declared = self.declaration
        return Arithmetic(self.case.dtype, declared.accumulates_in, declared.flushes_subnormals)

    # What the kernel answers.

    def forward(self) -> Tree:
        """The kernel's output for the case."""

        def ask() -> Tree:
            return copy_tree(call_forward(self.kernel, self.case, Arguments.of(self.case)))

        output: Tree = self.answers.once("forward", ask)
        return output

    def vjp(self) -> "tuple[Tree, Cotangents]":
        """The kernel's output by its vjp, and the cotangents for the case's cotangent."""

        def ask() -> "tuple[Tree, Cotangents]":
            return self.run_vjp(self.case)

        answer: tuple[Tree, Cotangents] = self.answers.once("vjp", ask)
        return answer

    def run(self, case: Case) -> Tree:
        """The kernel's output for a case, this one or another, nested and shaped as the reference's.

        Raises NotJudged where it is not: its elements cannot be compared and calculated with.
        """
        if case is self.case:
            output = self.forward()
        else:
            output = copy_tree(call_forward(self.kernel, case, Arguments.of(case)))
        check_alike(output, self.oracle_of(case).output)
        return output

    def run_vjp(self, case: Case) -> "tuple[Tree, Cotangents]":
        """The kernel's output and cotangents for another case, which has a cotangent."""
        from .oracle import Cotangents

        output, pullback = call_vjp(self.kernel, case, Arguments.of(case))
        # The copy lies in memory as the case's cotangent does.
        params, inputs = call_pullback(pullback, case, map_leaves(copy_array, case.cotangent))
        # Copies: only `determinism` asks whether a later call writes over what an earlier one returned.
        return copy_tree(output), Cotangents(
            {name: None if g is None else g.copy() for name, g in params.items()},
            tuple(None if g is None else g.copy() for g in inputs),
        )

    def oracle_of(self, case: Case) -> "Oracle":
        """The reference's answers to another case."""
        from .oracle import Oracle

        return self.oracle if case is self.case else Oracle(case)

    # What laws say.

    def require(
        self,
        condition: bool,
        message: str,
        *,
        kind: str = "value",
        expected: object = "",
        actual: object = "",
    ) -> None:
        """Count one assertion; raise Violation where it does not hold."""
        self.record.elements += 1
        self.compared += 1
        if not condition:
            raise Violation(message, kind=kind, expected=str(expected), actual=str(actual))

    def agree(
        self,
        actual: "list[tuple[str, Array | None]]",
        expected: "list[tuple[str, Array | None]]",
        spreads: "Callable[[bool], list[Array | None]]",
        *,
        exactly: bool = False,
        shares: int = 1,
        kind: str = "value",
    ) -> None:
        """Every named array agrees with what was expected; one Violation names all that do not."""
        if self._agree_together(actual, expected, spreads, exactly=exactly, shares=shares):
            return
        right: list[str] = []
        wrong: list[str] = []
        shown: list[tuple[str, Array | None, Array | None]] = []
        for i, ((name, got), (_, want)) in enumerate(zip(actual, expected, strict=True)):
            if got is None or want is None:
                if (got is None) != (want is None):
                    kinds = ("None", "an array") if want is None else ("an array", "None")
                    wrong.append(f"{name}: expected {kinds[0]}, got {kinds[1]}")
                    shown.append((name, got, want))
                continue
            if got.shape != want.shape:
                wrong.append(f"{name}: expected shape {want.shape}, got {got.shape}")
                shown.append((name, got, want))
                continue
            comparison = self._compare(name, got, want, _pick(spreads, i), exactly=exactly, shares=shares)
            self.record.add(comparison)
            self.compared += comparison.elements
            self.informed += comparison.informative
            self.undecided += got.size * comparison.ill_conditioned
            (right if comparison.complaint is None else wrong).append(comparison.complaint or name)
            if comparison.complaint:
                shown.append((name, got, want))
        if wrong:
            remark = "; ".join(wrong) + (f"; right: {', '.join(right)}" if right else "")
            raise Violation(
                remark,
                kind=kind,
                expected="\n".join(f"{name} = {show(want)}" for name, _, want in shown),
                actual="\n".join(f"{name} = {show(got)}" for name, got, _ in shown),
            )

    def agree_with_each_other(
        self, left: Tree, right: Tree, like: Case | None = None, what: str = ""
    ) -> None:
        """Two outputs that both answer `like` (the trial's case) agree: exactly where its sums are exact.

        Both sides are the backend's own, so each has its share of the allowance.
        """
        case = like or self.case
        oracle = self.oracle_of(case)
        named = self.named_output(left)
        prefix = f"{what}: " if what else ""
        self.agree(
            [(prefix + name, leaf) for name, leaf in named],
            [(name, _widened(leaf)) for name, leaf in self.named_output(right)],
            lambda careful: spread_leaves(oracle, careful),
            exactly=case.exact,
            shares=2,
        )

    def named_output(self, tree: Tree) -> list[tuple[str, Array | None]]:
        """The leaves of an output under the operation's own names for them."""
        found = list(leaves(tree))
        if len(found) == len(self.operation.outputs):
            return [(name, leaf) for name, (_, leaf) in zip(self.operation.outputs, found, strict=True)]
        return found

    def named_cotangents(self, cotangents: "Cotangents") -> list[tuple[str, Array | None]]:
        """The cotangents under the names of params and inputs."""
        names = numbered(self.operation.inputs, len(cotangents.inputs))
        inputs = zip(names, cotangents.inputs, strict=True)
        return [
            *((f"cotangent of {name}", leaf) for name, leaf in cotangents.params.items()),
            *((f"cotangent of {name}", leaf) for name, leaf in inputs),
        ]

    def same_structure(self, output: Tree) -> bool:
        """Whether an output is nested and shaped as the reference's, so that elements can be compared."""
        return alike(output, self.oracle.output)

    def same_shapes(self, cotangents: "Cotangents") -> bool:
        """Whether cotangents are shaped as the reference's, so that elements can be compared."""
        expected = self.oracle.cotangents
        return alike(
            (*cotangents.params.values(), *cotangents.inputs), (*expected.params.values(), *expected.inputs)
        )

    def _agree_together(
        self,
        actual: "list[tuple[str, Array | None]]",
        expected: "list[tuple[str, Array | None]]",
        spreads: "Callable[[bool], list[Array | None]]",
        *,
        exactly: bool,
        shares: int,
    ) -> bool:
        """Whether all arrays agree, all floating ones compared at once; then they are counted."""
        places: list[int] = []
        comparisons: list[Comparison] = []
        for i, ((name, got), (_, want)) in enumerate(zip(actual, expected, strict=True)):
            if got is None and want is None:
                continue
            if got is None or want is None or got.shape != want.shape:
                return False
            if got.dtype.kind == "f" and want.dtype.kind == "f":
                places.append(i)
            else:
                comparisons.append(compare_exactly(name, got, want))
        together = compare_together(
            [actual[i][0] for i in places],
            [array for i in places if (array := actual[i][1]) is not None],
            [array for i in places if (array := expected[i][1]) is not None],
            lambda: _at(spreads(False), places),
            self.arithmetic,
            exactly=exactly,
            shares=shares,
        )
        if together is None or any(comparison.complaint for comparison in comparisons):
            return False
        for comparison in (*comparisons, *together):
            self.record.add(comparison)
            self.compared += comparison.elements
            self.informed += comparison.informative
        return True

    def _compare(
        self, name: str, actual: Array, expected: Array, spreads: Spreads, *, exactly: bool, shares: int
    ) -> Comparison:
        if exactly or expected.dtype.kind not in "f" or actual.dtype.kind not in "f":
            return compare_exactly(name, actual, expected)
        return compare_within(
            name,
            actual,
            expected,
            spreads,
            self.arithmetic,
            shares=shares,
        )


def _at(arrays: "list[Array | None]", places: list[int]) -> "list[Array | None]":
    return [arrays[i] for i in places]


def _pick(spreads: "Callable[[bool], list[Array | None]]", index: int) -> Spreads:
    return lambda careful: spreads(careful)[index]


def _widened(leaf: Array | None) -> Array | None:
    return leaf.astype(np.float64) if leaf is not None and leaf.dtype.kind == "f" else leaf


def alike(output: Tree, expected: Tree) -> bool:
    """Whether two trees are nested alike and their arrays have the same shapes."""
    return structure(output) == structure(expected) and all(
        got is want or (got is not None and want is not None and got.shape == want.shape)
        for (_, got), (_, want) in zip(leaves(output), leaves(expected), strict=True)
    )


def check_alike(output: Tree, like: Tree) -> None:
    """Raise NotJudged where the shapes are not those of `like`, or the numbers not of its kind."""
    if not alike(output, like):
        raise NotJudged("the output has the wrong shape")
    for (_, got), (_, want) in zip(leaves(output), leaves(like), strict=True):
        if got is not None and want is not None and (got.dtype.kind == "f") != (want.dtype.kind == "f"):
            raise NotJudged("the output has the wrong dtype")


def spread_leaves(oracle: "Oracle", careful: bool) -> list[Array | None]:
    """The spread of every leaf of the output."""
    spread = oracle.careful_spread if careful else oracle.spread
    return [leaf for _, leaf in leaves(spread.output)]


def cotangent_spread_leaves(oracle: "Oracle", careful: bool) -> list[Array | None]:
    """The spread of every cotangent: of the params, then of the inputs."""
    spread = (oracle.careful_spread if careful else oracle.spread).cotangents
    return [*spread.params.values(), *spread.inputs]


def copy_tree(tree: Tree) -> Tree:
    """Fresh copies of every leaf."""
    if isinstance(tree, tuple):
        return tuple(copy_tree(branch) for branch in tree)
    if isinstance(tree, dict):
        return {key: copy_tree(branch) for key, branch in tree.items()}
    return None if tree is None else tree.copy()


def show(array: Array | None) -> str:
    """An array as text, shortened where it is long."""
    if array is None:
        return "None"
    return np.array2string(array, precision=9, threshold=40, separator=", ")


def arrays_of(*trees: Any) -> Iterator[Array]:
    """Every array in trees, mappings and tuples."""
    for tree in trees:
        if isinstance(tree, np.ndarray):
            yield tree
        elif isinstance(tree, dict):
            yield from arrays_of(*(tree[key] for key in sorted(tree)))
        elif isinstance(tree, (tuple, list)):
            yield from arrays_of(*tree)

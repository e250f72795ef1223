"""The engine: several contents for one structure, shrinking from the failing choices, ill-conditioned cases."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase

from conformance.asking import asked_cases, companions, run_given
from conformance.backend import DTYPES, Declaration
from conformance.comparison import ILL_CONDITIONED, Arithmetic, compare_within
from conformance.eager import eager_kernel
from conformance.engine import judge_case, judge_kernel
from conformance.kernel import Kernel
from conformance.law import Law, Source
from conformance.operation import Operation
from conformance.operations import OPERATIONS
from conformance.oracle import Oracle, _flat
from conformance.selection import choose_laws, choose_operations
from conformance.tree import leaves
from conformance.trial import Trial
from conformance.verdict import Status, Verdict

CONTENTS = 8


def drawn(operation: Operation, dtype: str, examples: int = 10) -> list[Oracle]:
    """The first cases of a stream."""
    found: list[Oracle] = []
    run_given(
        asked_cases(operation, dtype), found.append, seed=3, examples=examples, phases=(Phase.generate,)
    )
    return found


def always(spread: Any) -> Callable[[bool], Any]:
    """A spread that needs no runs."""
    return lambda careful: spread


def arrays(oracle: Oracle) -> list[Any]:
    """Params, inputs and the cotangent of a case."""
    case = oracle.case
    return [*case.params.values(), *case.inputs, *(leaf for _, leaf in leaves(case.cotangent))]


def is_answered(trial: Trial) -> None:
    """There is an output."""
    trial.require(trial.forward() is not None, "nothing came back")


@pytest.mark.parametrize(("of_law", "of_operation", "cases"), [(1, 1, 20), (4, 1, 5), (4, 3, 4), (4, 10, 2)])
def test_rare_cases_and_rare_questions(of_law: int, of_operation: int, cases: int) -> None:
    """Of 20 examples a law that takes long is asked about fewer; where few are drawn, about more of them."""
    (operation,), law = choose_operations(["relu"]), Law(check=is_answered, one_in=of_law)
    rare = replace(operation, one_in=of_operation, laws=(law,))
    declaration = Declaration(name="eager")
    (verdict,) = judge_kernel(
        rare, eager_kernel("relu"), declaration, dtype="float32", laws=[law], examples=20
    )
    assert verdict.cases == cases


def test_half_as_many_cases_have_special_values() -> None:
    """They are drawn apart, and each is asked about."""
    (relu,) = choose_operations(["relu"])
    laws = choose_laws(("agreement", "special_values"))
    agreed, special = judge_kernel(
        relu, eager_kernel("relu"), Declaration(name="eager"), dtype="float32", laws=laws, examples=21
    )
    assert (agreed.cases, special.cases) == (21, 11)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_companions_have_the_structure_and_other_contents(operation: Operation) -> None:
    """Config, shapes and dtypes are the case's own; nearly all floating arrays of some size differ."""
    differing = compared = 0
    for oracle in drawn(operation, "float32"):
        for other in companions(operation, oracle, Source.DRAWN, CONTENTS - 1):
            assert other.case.config == oracle.case.config
            for mine, theirs in zip(arrays(oracle), arrays(other), strict=True):
                assert (mine is None) == (theirs is None)
                if mine is not None:
                    assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
                    counts = mine.size > 3 and mine.dtype.kind == "f"
                    compared += counts
                    differing += counts and not np.array_equal(mine, theirs)
    assert differing >= 0.9 * compared > 0


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_companions_are_answered_as_each_alone(operation: Operation) -> None:
    """One vmap over all contents gives what the reference gives for each, but for roundings."""
    for oracle in drawn(operation, "float64"):
        for other in companions(operation, oracle, Source.DRAWN, 3):
            alone = Oracle(other.case)
            spread = alone.spread
            for left, right, unit in zip(
                _flat(other.output, other.cotangents),
                _flat(alone.output, alone.cotangents),
                _flat(spread.output, spread.cotangents),
                strict=True,
            ):
                assert (left is None) == (right is None)
                if left is None or right is None:
                    continue
                if left.dtype.kind != "f":
                    assert np.array_equal(left, right)
                    continue
                found = compare_within("leaf", left, right, always(unit), Arithmetic("float64"), shares=2)
                assert found.complaint is None


def wrong_for_one_value(params: Any, x: Any) -> Any:
    """relu, wrong where an element is 6.5: in the regime exact, and so in few cases."""
    return np.where(x == 6.5, 0, np.where(x < 0, x * 0, x)).astype(x.dtype)


def judged(kernel: Kernel, **options: Any) -> Verdict:
    """The verdict of `agreement` on a relu, in float64."""
    (operation,) = choose_operations(["relu"])
    (verdict,) = judge_kernel(
        operation, kernel, Declaration(name="k"), dtype="float64", laws=choose_laws(["agreement"]), **options
    )
    return verdict


def test_a_fault_in_other_contents_becomes_a_case_of_its_own_and_is_shrunk() -> None:
    """What only a companion shows is found, shrunk to one or two elements, and replayed."""
    kernel = Kernel("relu", wrong_for_one_value, None)
    verdict = next(
        verdict
        for seed in range(50)
        if judged(kernel, examples=1, seed=seed).status == Status.PASSED
        and (verdict := judged(kernel, examples=1, seed=seed, contents=64)).status == Status.FAILED
    )
    example = verdict.counterexample
    assert example is not None
    assert example.size <= 2
    (operation,) = choose_operations(["relu"])
    again = judge_case(operation, kernel, Declaration(name="k"), choose_laws(["agreement"])[0], example.case)
    assert again.status == Status.FAILED


def test_a_verdict_says_which_case_showed_the_fault() -> None:
    """Counted from 1; None where there is none."""
    calls = 0

    def wrong_from_the_seventh_call(params: Any, x: Any) -> Any:
        nonlocal calls
        calls += 1
        return np.maximum(x, 0) + (calls > 6)

    assert judged(Kernel("relu", wrong_from_the_seventh_call, None), examples=20).found_at == 7
    assert judged(eager_kernel("relu"), examples=20).found_at is None


@pytest.mark.parametrize(("contents", "cases"), [(1, 20), (4, 80)])
def test_every_content_is_a_case(contents: int, cases: int) -> None:
    """A verdict counts what it judged."""
    verdict = judged(eager_kernel("relu"), examples=20, contents=contents)
    assert (verdict.status, verdict.cases) == (Status.PASSED, cases)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_tiers_are_counted(dtype: str) -> None:
    """Cases with exact sums are compared for equality, others in the tier of the dtype."""
    (operation,) = choose_operations(["linear"])
    (verdict,) = judge_kernel(
        operation, eager_kernel("linear"), Declaration(name="k"), dtype=dtype, laws=choose_laws(["agreement"])
    )
    tier = {"float32": "native", "float64": "float64"}[dtype]
    assert set(verdict.tiers) == {"exact", tier}
    assert sum(verdict.tiers.values()) == verdict.cases


class TestIllConditioned:
    """An array whose allowance is as large as its values says nothing, unless it is wrong beyond any doubt."""

    expected = np.array([1.0, -2.0])

    def compared(self, error: float, spread: float) -> Any:
        """Both elements off by `error`, where the noisy runs spread by `spread` units of float32's roundoff."""
        actual = (self.expected + error).astype(np.float32)
        return compare_within("y", actual, self.expected, always(np.full(2, spread)), Arithmetic("float32"))

    def test_it_is_not_compared(self) -> None:
        """Neither elements nor headroom are counted."""
        found = self.compared(1e-3, 2.0**24)
        assert (found.ill_conditioned, found.elements, found.headroom) == (True, 0, None)
        assert found.complaint is None

    def test_a_small_error_is_no_accusation(self) -> None:
        """Up to DOUBT times the allowance, which is only an order of magnitude here."""
        assert self.compared(8 * 6 * 2.0**-8, 2.0**16).complaint is None

    def test_what_is_wrong_beyond_doubt_is_accused(self) -> None:
        """However ill-conditioned."""
        assert self.compared(50.0, 2.0**16).complaint is not None

    def test_below_the_limit_it_is_compared(self) -> None:
        """The limit is a share of the largest element."""
        spread = 0.9 * ILL_CONDITIONED * 2 / 6 * 2.0**24
        assert not self.compared(1e-4, spread).ill_conditioned
        assert self.compared(1e-4, 1.2 * spread).ill_conditioned

    def test_many_of_them_make_a_verdict_vacuous(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """More than a fifth of the cases: with a limit of zero, all that the first check leaves open."""
        monkeypatch.setattr("conformance.comparison.ILL_CONDITIONED", 0.0)
        (operation,) = choose_operations(["softmax"])
        (verdict,) = judge_kernel(
            operation,
            eager_kernel("softmax"),
            Declaration(name="k"),
            dtype="float32",
            laws=choose_laws(["vjp"]),
        )
        assert verdict.status == Status.VACUOUS
        assert verdict.message is not None
        assert "ill-conditioned" in verdict.message


def test_a_kernel_wrong_by_every_law_does_not_cost_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the time for all is spent, faults are reported as they were found, and said to be cut."""
    monkeypatch.setattr("conformance.court.ALL_SHRINK_SECONDS", 0.0)
    (operation,) = choose_operations(["relu"])
    wrong = Kernel("relu", lambda params, x: x + 1, None)
    laws = choose_laws(["agreement", "special_values"])
    verdicts = judge_kernel(operation, wrong, Declaration(name="k"), dtype="float64", laws=laws)
    assert [verdict.status for verdict in verdicts] == [Status.FAILED, Status.FAILED]
    for verdict in verdicts:
        assert verdict.counterexample is not None
        assert verdict.counterexample.shrinking_cut
        assert verdict.diagnosis is None

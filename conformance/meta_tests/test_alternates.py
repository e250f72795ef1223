"""Correct kernels that compute otherwise than PyTorch are not accused; `soak` judges many more of their cases."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

from conformance.asking import asked_cases, run_given
from conformance.backend import DTYPES
from conformance.case import Case
from conformance.case_file import load_case
from conformance.kernel import Arguments, Kernel, call_forward, call_pullback, call_vjp
from conformance.operation import Operation
from conformance.operations import OPERATIONS
from conformance.oracle import Oracle
from conformance.tree import Array
from conformance.trial import alike, arrays_of, copy_tree

from . import soak
from .alternates import ALTERNATES, Alternate
from .alternates._court import Tally, judge_together
from .alternates._sums import ORDERS, product
from .stored_cases.multihead_attention import multihead

EXAMPLES, CONTENTS = 4, 4

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)

EXACT = {"relu", "flatten", "max_pool2d"}
"""Operations that round nothing, or next to nothing: max_pool2d only where cotangents of windows meet."""

EXACT |= {"relu6", "concat"}


def of(operation: Operation) -> list[Alternate]:
    """The alternates of an operation; the first one is PyTorch."""
    return [alternate for alternate in ALTERNATES if alternate.operation == operation.name]


@every_operation
@pytest.mark.parametrize("dtype", DTYPES)
def test_no_alternate_is_accused(operation: Operation, dtype: str) -> None:
    """Whatever the formula and the order of its sums, every law is kept in every regime."""
    tally = judge_together(operation, of(operation), dtype, examples=EXAMPLES, contents=CONTENTS)
    accusations = [f"{a.alternate}, {a.law}: {a.message}; {a.case.config}" for a in tally.accusations]
    assert accusations == []
    assert tally.examples > EXAMPLES * CONTENTS
    assert tally.elements > tally.examples
    assert tally.headroom <= 1


def no_queries(mask: Array) -> Case:
    query, key, value = (np.ones((2, *shape), np.float32) for shape in ((0, 3), (4, 3), (4, 5)))
    return Case(
        operation="scaled_dot_product_attention",
        dtype="float32",
        config={"is_causal": False, "scale": None, "enable_gqa": False},
        inputs=(query, key, value, mask),
        cotangent=np.ones((2, 0, 5), np.float32),
    )


@pytest.mark.parametrize(
    "case",
    [
        no_queries(np.ones((0, 4), np.bool_)),
        no_queries(np.ones((0, 4), np.float32)),
        multihead((0, 2, 4), 3, None, np.ones((0, 3))),
        multihead((2, 3, 4), 0, np.ones((3, 0)), np.ones((2, 0))),
        multihead((2, 3, 4), 0, np.ones((3, 0), np.bool_)),
    ],
)
def test_empty_attention_is_answered(case: Case) -> None:
    """How many heads there are does not show in the size of an empty mask."""
    expected = Oracle(case)
    for alternate in ALTERNATES:
        if alternate.operation == case.operation:
            output, pullback = call_vjp(alternate.kernel, case, Arguments.of(case))
            assert alike(output, expected.output)
            _, found = call_pullback(pullback, case, copy_tree(case.cotangent))
            assert alike(found, expected.cotangents.inputs)


def test_attention_of_a_negative_scale_is_causal() -> None:
    """PyTorch's FlashAttention gives NaN for it."""
    x = np.arange(12, dtype=np.float64).reshape(2, 3, 2) / 8
    config = {"is_causal": True, "scale": -0.5, "enable_gqa": False}
    case = Case(
        operation="scaled_dot_product_attention", dtype="float64", config=config, inputs=(x, x, x, None)
    )
    for alternate in ALTERNATES:
        if alternate.operation == case.operation:
            output, _ = call_vjp(alternate.kernel, case, Arguments.of(case))
            assert isinstance(output, np.ndarray)
            assert np.isfinite(output).all()


@every_operation
def test_an_operation_has_several_alternates(operation: Operation) -> None:
    """PyTorch in the case's dtype, and others; no two of a name."""
    names = [alternate.name for alternate in of(operation)]
    assert names[0] == "torch"
    assert len(names) == len(set(names)) > 1


def answers(kernel: Kernel, oracle: Oracle) -> list[bytes]:
    """The bits of output and cotangents."""
    case = oracle.case
    if kernel.vjp is None:
        return [a.tobytes() for a in arrays_of(call_forward(kernel, case, Arguments.of(case)))]
    output, pullback = call_vjp(kernel, case, Arguments.of(case))
    return [a.tobytes() for a in arrays_of(output, *call_pullback(pullback, case, copy_tree(case.cotangent)))]


@every_operation
def test_alternates_round_otherwise(operation: Operation) -> None:
    """Each one gives other bits than PyTorch somewhere: they are no copies of each other's arithmetic."""
    if operation.name in EXACT:
        pytest.skip("nothing is rounded")
    same = {alternate.name for alternate in of(operation)} - {"torch"}
    torch, *others = of(operation)

    def compare(oracle: Oracle) -> None:
        if oracle.case.regime == "affine":
            expected = answers(torch.kernel, oracle)
            for alternate in others:
                if alternate.name in same and answers(alternate.kernel, oracle) != expected:
                    same.discard(alternate.name)

    run_given(
        asked_cases(operation, "float32"), compare, seed=5, examples=60, phases=(hypothesis.Phase.generate,)
    )
    assert same == set()


@pytest.mark.parametrize("order", ORDERS.values(), ids=lambda order: order.__name__)
@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 33])
def test_orders_sum_everything_once(order: Callable[[Array, int], Array], size: int) -> None:
    """Whole numbers have one sum, in every order, over every axis."""
    terms = np.random.default_rng(size).integers(-9, 9, (2, size, 3)).astype(np.float32)
    for axis, rows in ((1, terms), (0, np.moveaxis(terms, 1, 0))):
        total = order(rows, axis)
        assert total.dtype == np.float32
        np.testing.assert_array_equal(total, terms.sum(1))
    left, right = terms.swapaxes(1, 2), terms
    np.testing.assert_array_equal(product(left, right, order), left @ right)


def spoilt(error: float) -> Kernel:
    """A softmax that is right but for a relative error in its output."""
    right = next(a.kernel for a in ALTERNATES if a.operation == "softmax" and a.name == "sequential")
    assert right.vjp is not None

    def vjp(params: Any, x: Array, **config: Any) -> Any:
        assert right.vjp is not None
        y, pullback = right.vjp(params, x, **config)
        return (y.astype(np.float64) * (1 + error)).astype(y.dtype), pullback

    return Kernel("softmax", None, vjp)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_court_can_accuse(dtype: str) -> None:
    """An error of a few dozen roundings, which the same court does not overlook."""
    (operation,) = (operation for operation in OPERATIONS if operation.name == "softmax")
    wrong = Alternate(operation="softmax", name="spoilt", kernel=spoilt(200 * float(np.finfo(dtype).eps)))
    tally = judge_together(operation, [wrong], dtype, examples=EXAMPLES, contents=CONTENTS)
    assert {a.law for a in tally.accusations} >= {"agreement"}
    assert all(a.alternate == "spoilt" and a.message for a in tally.accusations)


class Pool:
    """Runs in this process what it is handed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        pass

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *details: Any) -> None:
        pass

    def submit(self, function: Callable[..., Tally], *arguments: Any) -> "Future[Tally]":
        """A future that is done."""
        done: Future[Tally] = Future()
        done.set_result(function(*arguments))
        return done


def test_soak_counts_and_exits_with_status_0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A short one prints the examples of each dtype and of all."""
    monkeypatch.setattr(soak, "ProcessPoolExecutor", Pool)
    assert soak.main(["--operations", "flatten", "--judged", "60", "--save", str(tmp_path)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "examples" in line]
    assert {words[0] for words in lines} == {"flatten-float32", "flatten-float64", "all"}
    assert lines[-1][0] == "all"
    assert int(lines[-1][1]) == int(lines[0][1]) + int(lines[1][1]) >= 60
    assert not list(tmp_path.iterdir())


def test_soak_saves_what_is_accused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit status 1, and a case that can be replayed."""
    (operation,) = (operation for operation in OPERATIONS if operation.name == "softmax")
    wrong = Alternate(operation="softmax", name="spoilt", kernel=spoilt(0.01))
    monkeypatch.setattr(soak, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(
        soak, "soak", lambda name, dtype, *rest: judge_together(operation, [wrong], dtype, examples=4)
    )
    assert soak.main(["--operations", "softmax", "--save", str(tmp_path)]) == 1
    assert "spoilt" in capsys.readouterr().out
    case, law = load_case(next(tmp_path.glob("softmax-float64-*.safetensors")))
    assert (case.operation, case.dtype) == ("softmax", "float64")
    assert law is not None

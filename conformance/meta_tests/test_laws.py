"""The laws judged: what they share is right, they hold for right kernels, and none breaks down on a wrong one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conformance.backend import DTYPES, Declaration
from conformance.case import Case
from conformance.eager import eager_kernel
from conformance.engine import judge_kernel
from conformance.kernel import Kernel
from conformance.laws._symmetry import Symmetry, shuffled
from conformance.operation import Operation
from conformance.operations import OPERATIONS
from conformance.oracle import Cotangents
from conformance.selection import laws_of
from conformance.verdict import Status, Verdict

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


def verdicts(
    kernel: Kernel, operation: Operation, dtype: str, examples: int = 8
) -> dict[str | None, Verdict]:
    """The verdicts of all laws, unshrunk and without diagnosis."""
    found = judge_kernel(
        operation,
        kernel,
        Declaration(name="judged"),
        dtype=dtype,
        examples=examples,
        shrink_seconds=0,
        diagnosing=False,
    )
    return {verdict.law: verdict for verdict in found}


def broken(found: dict[str | None, Verdict]) -> dict[str | None, str | None]:
    """The laws that accuse the kernel, with what they say."""
    return {
        law: verdict.message
        for law, verdict in found.items()
        if verdict.status in (Status.FAILED, Status.ERRORED)
    }


@every_operation
@every_dtype
def test_a_kernel_without_gradients_keeps_every_law(operation: Operation, dtype: str) -> None:
    """Laws of outputs and cotangents judge the outputs alone; those of pullbacks say that there is none."""
    found = verdicts(Kernel(operation.name, eager_kernel(operation.name).forward, None), operation, dtype)
    assert broken(found) == {}
    assert {law for law, verdict in found.items() if verdict.status is Status.UNSUPPORTED} == {
        law.name for law in laws_of(operation) if law.needs_vjp
    }


def with_cotangents(change: Callable[[Any], Any]) -> Callable[[Operation], Kernel]:
    """A right forward with its cotangents spoilt."""

    def spoilt(operation: Operation) -> Kernel:
        right = eager_kernel(operation.name)
        vjp = right.vjp
        if vjp is None:
            pytest.skip("it has no cotangents")

        def wrong(*arguments: Any, **config: Any) -> Any:
            output, pullback = vjp(*arguments, **config)

            def pulled(cotangent: Any) -> Any:
                params, inputs = pullback(cotangent)
                return {name: change(g) for name, g in params.items()}, tuple(map(change, inputs))

            return output, pulled

        return Kernel(operation.name, right.forward, wrong)

    return spoilt


def with_outputs(change: Callable[[Any], Any]) -> Callable[[Operation], Kernel]:
    """Outputs spoilt, of forward and of vjp."""

    def spoilt(operation: Operation) -> Kernel:
        right = eager_kernel(operation.name)
        forward, vjp = right.forward, right.vjp
        assert forward is not None

        def all_of(output: Any) -> Any:
            if isinstance(output, dict):
                return {key: all_of(branch) for key, branch in output.items()}
            return tuple(map(all_of, output)) if isinstance(output, tuple) else change(output)

        def wrong(*arguments: Any, **config: Any) -> Any:
            assert vjp is not None
            output, pullback = vjp(*arguments, **config)
            return all_of(output), pullback

        return Kernel(operation.name, lambda *a, **c: all_of(forward(*a, **c)), wrong if vjp else None)

    return spoilt


RUBBISH: dict[str, Callable[[Operation], Kernel]] = {
    "outputs of truth values": with_outputs(lambda array: array > 0),
    "outputs of bytes": with_outputs(lambda array: np.nan_to_num(array).astype(np.int8)),
    "outputs of NaN": with_outputs(lambda array: np.full(array.shape, np.nan)),
    "outputs of infinity": with_outputs(lambda array: np.full(array.shape, np.inf, array.dtype)),
    "outputs without elements": with_outputs(lambda array: array[:0] if array.ndim else array.reshape(1)[:0]),
    "no cotangents": with_cotangents(lambda array: None),
    "cotangents of numbers": with_cotangents(lambda array: np.ones(())),
    "cotangents of truth values": with_cotangents(lambda array: None if array is None else array > 0),
    "cotangents of NaN": with_cotangents(lambda array: None if array is None else np.nan * array),
    "cotangents for everything": with_cotangents(lambda array: np.ones(2) if array is None else array),
}


@every_operation
@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH)
def test_no_law_breaks_down_on_rubbish(operation: Operation, rubbish: Callable[[Operation], Kernel]) -> None:
    """A verdict comes of every law, whatever the kernel returns."""
    found = verdicts(rubbish(operation), operation, "float32", examples=4)
    assert set(found) == {law.name for law in laws_of(operation)}


@pytest.mark.parametrize("size", range(3, 9))
def test_a_reordering_commutes_with_no_mistake(size: int) -> None:
    """Otherwise a kernel that shifts or reverses what is reordered would keep the law."""
    array = np.arange(10, 10 + size)
    order = shuffled(size)
    assert sorted(order) == list(range(size))
    for mistake in (np.arange(size)[::-1], np.roll(np.arange(size), 1)):
        assert array[order][mistake].tolist() != array[mistake][order].tolist()


def test_a_symmetry_can_be_undone() -> None:
    """What is taken from a reordered case lies where it lay before, under the name that it had."""
    params = {"weight": np.arange(6.0).reshape(2, 3), "weight_reverse": np.arange(6.0, 12.0).reshape(2, 3)}
    case = Case(
        operation="linear",
        dtype="float64",
        params=params,
        inputs=(np.arange(12.0).reshape(4, 3), None),
        cotangent=(np.arange(8.0).reshape(4, 2), None),
    )
    symmetry = Symmetry(
        params={"weight": {0: np.array([1, 0])}},
        inputs=({0: shuffled(4), -1: shuffled(3)}, {}),
        outputs=({0: shuffled(4)}, {}),
        renamed={"weight": "weight_reverse", "weight_reverse": "weight"},
    )
    moved = symmetry.of(case)
    assert moved.params["weight"].tolist() == params["weight_reverse"][::-1].tolist()
    output, cotangents = symmetry.undone((moved.cotangent, Cotangents(moved.params, moved.inputs)))
    assert cotangents is not None
    np.testing.assert_array_equal(output[0], case.cotangent[0])  # type: ignore[index]
    np.testing.assert_array_equal(cotangents.inputs[0], case.inputs[0])
    for name, array in params.items():
        np.testing.assert_array_equal(cotangents.params[name], array)


def test_special_values_leave_ordinary_numbers_to_agreement() -> None:
    """A relu that is wrong by its sign on ordinary numbers, and right on special ones, keeps this law."""
    (relu,) = (operation for operation in OPERATIONS if operation.name == "relu")
    forward = eager_kernel("relu").forward
    assert forward is not None
    limits = np.finfo(np.float64)

    def wrong(params: Any, x: Any) -> Any:
        ordinary = (np.abs(x) >= limits.smallest_normal) & (np.abs(x) <= limits.max / 4)
        return forward(params, x) if ordinary.all() else np.where(ordinary, -x, forward(params, x))

    found = verdicts(Kernel("relu", wrong, None), relu, "float64", examples=30)
    assert found["special_values"].status is Status.PASSED


def test_memory_layout_does_not_judge_precision() -> None:
    """A pullback in single precision is not as exact as its allowance: that is what `vjp` says, and it alone."""
    (linear,) = (operation for operation in OPERATIONS if operation.name == "linear")
    right = eager_kernel("linear")
    vjp = right.vjp
    assert vjp is not None

    def narrow(params: Any, x: Any, **config: Any) -> Any:
        output, _ = vjp(params, x, **config)
        # As a sum in another order would be, of numbers that lie otherwise in memory and are no integers.
        other = np.float32(1 + 1e-6 * (not x.flags.c_contiguous and bool(np.any(x % 1))))
        few = {name: array.astype(np.float32) * other for name, array in params.items()}
        _, pullback = vjp(few, x.astype(np.float32), **config)

        def pulled(cotangent: Any) -> Any:
            params_cotangents, inputs = pullback(cotangent.astype(np.float32))
            return {n: g.astype(x.dtype) for n, g in params_cotangents.items()}, (inputs[0].astype(x.dtype),)

        return output, pulled

    found = verdicts(Kernel("linear", right.forward, narrow), linear, "float64", examples=20)
    assert found["vjp"].status is Status.FAILED
    assert found["memory_layout"].status is not Status.FAILED


def test_memory_layout_finds_who_writes_to_an_argument_and_restores_it() -> None:
    """What is read-only cannot be written to, also where nothing has changed in the end."""
    (relu,) = (operation for operation in OPERATIONS if operation.name == "relu")
    right = eager_kernel("relu").forward
    assert right is not None

    def wrong(params: Any, x: Any) -> Any:
        kept = x.copy()
        x[...] = 0
        x[...] = kept
        return right(params, x)

    found = verdicts(Kernel("relu", wrong, None), relu, "float64", examples=20)
    assert {name for name, verdict in found.items() if not verdict.status.conforms} == {"memory_layout"}

"""What a kernel returns may be rubbish of any shape: a verdict on the kernel, never a fault of the judge."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conformance.backend import Backend, Declaration
from conformance.eager import eager_kernel
from conformance.engine import judge_kernel
from conformance.kernel import Kernel
from conformance.models import MODELS
from conformance.operations import OPERATIONS
from conformance.verdict import Status

RUBBISH: dict[str, Callable[[Any], Any]] = {
    "in a tuple": lambda output: (output,),
    "the first part alone": lambda output: output[0] if isinstance(output, tuple) else output[:0],
    "masked": lambda output: np.ma.MaskedArray(np.zeros(3), mask=True),
    "one element more": lambda output: np.zeros((*np.shape(output), 2)),
    "a dictionary": lambda output: {"output": output},
}


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_rubbish_is_the_kernels_fault(operation: Any, rubbish: Callable[[Any], Any]) -> None:
    """Whatever the output is, no law breaks down, and one of them fails."""
    right = eager_kernel(operation.name)
    assert right.forward is not None
    forward, vjp = right.forward, right.vjp
    assert (vjp is not None) == operation.differentiable

    def wrong_vjp(*arguments: Any, **config: Any) -> Any:
        assert vjp is not None
        output, pullback = vjp(*arguments, **config)
        return rubbish(output), pullback

    kernel = Kernel(operation.name, lambda *a, **c: rubbish(forward(*a, **c)), wrong_vjp if vjp else None)
    declaration = Declaration(name="rubbish")
    verdicts = judge_kernel(operation, kernel, declaration, dtype="float64", examples=12, shrink_seconds=0.0)
    assert {verdict.status for verdict in verdicts} & {Status.FAILED, Status.ERRORED}


@pytest.mark.parametrize("name", ["linear_regression", "mlp"])
def test_a_transposed_gradient_is_the_kernels_fault(name: str) -> None:
    """A model on a kernel whose cotangents have the wrong shape is judged to the end, and fails."""
    (model,) = (model for model in MODELS if model.name == name)
    kernels: dict[str, Any] = {part: eager_kernel(part) for part in model.needs}
    vjp = kernels["linear"].vjp

    def transposed(*arguments: Any, **config: Any) -> Any:
        output, pullback = vjp(*arguments, **config)

        def pull(cotangent: Any) -> Any:
            params, inputs = pullback(cotangent)
            return {**params, "weight": params["weight"].T.copy()}, inputs

        return output, pull

    kernels["linear"] = Kernel("linear", kernels["linear"].forward, transposed)
    backend = Backend(declaration=Declaration(name="transposed"), address="transposed", kernels=kernels)
    verdicts = judge_kernel(
        model, model.kernel(backend), backend.declaration, dtype="float64", examples=12, shrink_seconds=0.0
    )
    assert {verdict.law for verdict in verdicts if verdict.status == Status.FAILED} >= {"vjp"}


def one_buffer(operation: str, *, of_output: bool) -> Kernel:
    """A right kernel that hands out the same memory again and again."""
    right = eager_kernel(operation)
    vjp = right.vjp
    assert vjp is not None
    buffers: dict[Any, Any] = {}

    def reused(array: Any) -> Any:
        buffer = buffers.setdefault((array.shape, array.dtype.name), np.empty_like(array))
        buffer[...] = array
        return buffer

    def wrong(*arguments: Any, **config: Any) -> Any:
        output, pullback = vjp(*arguments, **config)
        if of_output:
            return reused(output), pullback
        return output, lambda cotangent: ({}, (reused(pullback(cotangent)[1][0]),))

    return Kernel(operation, right.forward, wrong)


@pytest.mark.parametrize("of_output", [True, False], ids=["vjp", "pullback"])
def test_a_result_is_not_overwritten_by_a_later_call(of_output: bool) -> None:
    """`determinism` looks again at what earlier calls have returned, and it alone finds this."""
    (operation,) = (operation for operation in OPERATIONS if operation.name == "softmax")
    verdicts = judge_kernel(
        operation,
        one_buffer("softmax", of_output=of_output),
        Declaration(name="buffer"),
        dtype="float64",
        shrink_seconds=0.0,
    )
    assert {verdict.law for verdict in verdicts if not verdict.status.conforms} == {"determinism"}


def test_an_output_of_vjp_is_the_same_every_time() -> None:
    """A last bit that changes from call to call is found, and by `determinism` alone."""
    right, random = eager_kernel("softmax"), np.random.default_rng(0)
    vjp = right.vjp
    assert vjp is not None

    def unsteady(*arguments: Any, **config: Any) -> Any:
        output, pullback = vjp(*arguments, **config)
        return np.nextafter(output, 2 * random.random(output.shape), dtype=output.dtype), pullback

    (operation,) = (operation for operation in OPERATIONS if operation.name == "softmax")
    verdicts = judge_kernel(
        operation,
        Kernel("softmax", right.forward, unsteady),
        Declaration(name="unsteady"),
        dtype="float64",
        shrink_seconds=0.0,
    )
    wrong = {verdict.law: verdict.message for verdict in verdicts if not verdict.status.conforms}
    assert wrong == {"determinism": "vjp() gave another output when called again"}

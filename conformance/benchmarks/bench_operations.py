"""Each operation, forward and forward + pullback, on torch and every bundled backend.

Ratios within one run, on the calling thread's CPU clock: with two thread pools in one process wall time is
useless. torch gets what a user gives it: eager float32 tensors, gradients of all inputs and parameters.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.func import functional_call

from conformance.backend import Failure, load
from conformance.case import Case
from conformance.kernel import Kernel
from conformance.operations import OPERATIONS
from conformance.specification import build, differentiated, has_derivative
from conformance.tree import leaves

from .sizes import ORDINARY, SMALL

NAMES = tuple(operation.name for operation in OPERATIONS)
KERNELS = {name: load(name, NAMES, only=NAMES).kernels for name in ("numpy_vectorized", "manual_loops")}


def torch_call(case: Case, backward: bool) -> Callable[[], Any]:
    """One eager evaluation in float32."""
    module = build(case)
    learned = differentiated(module) if backward else ()
    params = {name: torch.tensor(array, requires_grad=name in learned) for name, array in case.params.items()}
    inputs = [
        None if a is None else torch.tensor(a, requires_grad=backward and a.dtype.kind == "f")
        for a in case.inputs
    ]
    cotangents = [torch.tensor(g) for _, g in leaves(case.cotangent) if g is not None]
    wanted = [t for t in (*params.values(), *inputs) if t is not None and t.requires_grad]

    def forward() -> Any:
        if case.mappings:
            return module(params, *case.passed(inputs))
        return functional_call(module, params, tuple(inputs))

    def both() -> Any:
        parts = [tensor for tensor in flat(forward()) if tensor.is_floating_point()]
        heard = [(part, g) for part, g in zip(parts, cotangents, strict=True) if part.requires_grad]
        return torch.autograd.grad([part for part, _ in heard], wanted, [g for _, g in heard])

    return both if backward else forward


def flat(output: Any) -> list[Any]:
    """The tensors of an output, from left to right."""
    return [leaf for branch in output for leaf in flat(branch)] if isinstance(output, tuple) else [output]


def kernel_call(kernel: Kernel, case: Case, backward: bool) -> Callable[[], Any]:
    """One call of a backend's kernel."""
    if not backward:
        assert kernel.forward is not None
        forward = kernel.forward
        passed = case.passed(case.inputs)
        return lambda: forward(case.params, *passed, **case.config)
    assert kernel.vjp is not None
    vjp = kernel.vjp
    return lambda: vjp(case.params, *case.inputs, **case.config)[1](case.cotangent)


@pytest.mark.parametrize("who", ["torch", "numpy_vectorized", "manual_loops"])
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "forward+pullback"])
@pytest.mark.parametrize("size", ["ordinary", "small"])
@pytest.mark.parametrize("name", NAMES)
def test_operation(benchmark: Any, name: str, size: str, backward: bool, who: str) -> None:
    """One operation on one backend."""
    if size == "ordinary" and who == "manual_loops":
        pytest.skip("scalar loops are timed at the small size")
    case = (ORDINARY if size == "ordinary" else SMALL)[name]
    if backward and not has_derivative(name):
        pytest.skip("it has no derivative")
    benchmark.group = f"{name} {size} {'forward+pullback' if backward else 'forward'}"
    benchmark.extra_info["who"] = who
    benchmark._timer = time.thread_time
    if who == "torch":
        call = torch_call(case, backward)
    else:
        kernel = KERNELS[who][name]
        assert not isinstance(kernel, Failure)
        call = kernel_call(kernel, case, backward)
    benchmark.pedantic(call, rounds=30, iterations=_iterations(call), warmup_rounds=2)


def _iterations(call: Callable[[], Any]) -> int:
    """Calls per round, so that a round takes about two milliseconds of CPU time: the clock is coarse."""
    started = time.thread_time()
    call()
    call()
    return max(1, min(200, int(4e-3 / max(time.thread_time() - started, 1e-6))))

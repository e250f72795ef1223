"""Conventions of a backend decide where a case has the numbers of a declared kink, and nowhere else."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pytest

from conformance.backend import Declaration
from conformance.case import Case
from conformance.conventions import honouring, met
from conformance.eager import eager_kernel
from conformance.kernel import Arguments, Kernel, call_forward, call_pullback, call_vjp
from conformance.operations import OPERATIONS
from conformance.oracle import Oracle
from conformance.selection import choose_operations
from conformance.tree import Array, Tree, leaves

INF, NAN = np.inf, np.nan


def asked(
    operation: str, config: Mapping[str, Any], inputs: tuple[Array | None, ...], **kinks: str
) -> tuple[list[int], list[int], dict[str, int]]:
    """Where a kernel that is wrong everywhere counts as right: output, cotangent of x, and what is told of it."""
    (known,) = choose_operations([operation])
    assert inputs[0] is not None
    case = Case(
        operation=operation,
        dtype="float64",
        config=config,
        inputs=inputs,
        cotangent=np.full_like(inputs[0], 2.0),
    )
    declaration = Declaration(name="k", kinks={f"{operation}.{name}": word for name, word in kinks.items()})
    right = eager_kernel(operation)

    def forward(*args: Any, **options: Any) -> Any:
        assert right.forward is not None
        return np.full_like(right.forward(*args, **options), 77.0)

    def vjp(*args: Any, **options: Any) -> Any:
        return forward(*args, **options), lambda g: ({}, (np.full_like(g, 77.0), *(None for _ in inputs[1:])))

    honoured = honouring(known, Kernel(operation, forward, vjp), declaration, case)
    output = call_forward(honoured, case, Arguments.of(case))
    again, pullback = call_vjp(honoured, case, Arguments.of(case))
    _, (dx, *_) = call_pullback(pullback, case, case.cotangent)
    assert output is not None
    np.testing.assert_array_equal(output, again)
    oracle = Oracle(case)
    return (
        equal(output, oracle.output),
        equal(dx, oracle.cotangents.inputs[0]),
        met(known, declaration, case),
    )


def equal(got: Tree, want: Tree) -> list[int]:
    """The places where two vectors are equal, NaN to NaN."""
    assert isinstance(got, np.ndarray) and isinstance(want, np.ndarray)
    return [int(place) for place in np.flatnonzero((got == want) | (np.isnan(got) & np.isnan(want)))]


X = np.array([0.0, -0.0, 6.0, 1.0, NAN, INF, -INF, 3.0, -3.0])

Entry: TypeAlias = tuple[
    str, dict[str, Any], tuple[Array | None, ...], dict[str, str], list[int], list[int], dict[str, int]
]
"""Operation, config, inputs, conventions; where output and cotangent count as right, and what is told of it."""

EXPECTED: tuple[Entry, ...] = (
    ("relu", {}, (X,), {}, [], [], {}),
    ("relu", {}, (X,), {"zero": "one"}, [], [0, 1], {"relu.zero = one": 2}),
    ("relu", {}, (X,), {"negative_zero": "positive_zero"}, [], [], {}),
    (
        "relu",
        {},
        (X,),
        {"zero": "half", "nan": "zero_derivative"},
        [],
        [0, 1, 4],
        {"relu.zero = half": 2, "relu.nan = zero_derivative": 1},
    ),
    ("relu6", {}, (X,), {"six": "one"}, [], [2], {"relu6.six = one": 1}),
    ("hardswish", {}, (X,), {"minus_three": "inner"}, [], [8], {"hardswish.minus_three = inner": 1}),
    ("hardswish", {}, (X,), {"minus_infinity": "limit"}, [6], [], {"hardswish.minus_infinity = limit": 1}),
    ("leaky_relu", {"negative_slope": 0.1}, (X,), {"zero": "one"}, [], [0, 1], {"leaky_relu.zero = one": 2}),
    ("silu", {}, (X,), {"infinity": "limit"}, [6], [5, 6], {"silu.infinity = limit": 2}),
    ("gelu", {"approximate": "none"}, (X,), {"infinity_tanh": "limit"}, [], [], {}),
    (
        "gelu",
        {"approximate": "tanh"},
        (X,),
        {"infinity_tanh": "limit"},
        [6],
        [5, 6],
        {"gelu.infinity_tanh = limit": 2},
    ),
    (
        "dropout",
        {"p": 0.5, "training": True},
        (X, np.arange(9) % 2 == 0),
        {"dropped_infinity": "zero"},
        [5],
        [],
        {"dropout.dropped_infinity = zero": 1},
    ),
    ("dropout", {"p": 0.5, "training": False}, (X, None), {"dropped_infinity": "zero"}, [], [], {}),
)


@pytest.mark.parametrize(
    ("operation", "config", "inputs", "kinks", "values", "slopes", "told"),
    EXPECTED,
    ids=[f"{entry[0]} {' '.join(entry[3]) or 'without'} {number}" for number, entry in enumerate(EXPECTED)],
)
def test_a_convention_decides_at_its_own_numbers(
    operation: str,
    config: dict[str, Any],
    inputs: tuple[Array | None, ...],
    kinks: dict[str, str],
    values: list[int],
    slopes: list[int],
    told: dict[str, int],
) -> None:
    """Of value or of derivative, at zeros of either sign, at NaN, and where the mask is the kink's, too."""
    assert asked(operation, config, inputs, **kinks) == (values, slopes, told)


def test_all_conventions_are_elementwise() -> None:
    """The inputs of every kink that has other conventions are of one shape, and so is what is pinned."""
    for operation in OPERATIONS:
        for kink in (kink for kink in operation.kinks if kink.alternatives):
            pinned = [*kink.inputs, *(kink.inputs_cotangents or ())]
            for output, gradients in ((kink.output, None), *kink.alternatives.values()):
                pinned += [array for _, array in leaves(output)] + list(gradients or ())
            assert len({array.shape for array in pinned if array is not None}) == 1

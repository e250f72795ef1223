"""The errors that correct kernels make, and what is allowed, for every array that they return."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import hypothesis
import numpy as np

from conformance.asking import asked_cases, companions, run_given, stream_seed
from conformance.backend import Declaration, bundled_names, load
from conformance.comparison import ILL_CONDITIONED, Arithmetic, allowance
from conformance.kernel import Arguments, Kernel, call_forward, call_pullback, call_vjp
from conformance.law import Source
from conformance.operation import Operation
from conformance.oracle import Oracle
from conformance.selection import SPECIFICATION
from conformance.tree import Array, leaves
from conformance.trial import copy_tree

from . import ALTERNATES


@dataclass(frozen=True)
class Margin:
    """One array of an answer: per element its error, `floor` (allowed without any noisy run) and `allowed`."""

    where: str
    error: Array
    floor: Array
    allowed: Array

    @property
    def headroom(self) -> float:
        """The largest error / allowed error."""
        return float((self.error / self.allowed).max())

    def deviations(self, multiple: float) -> Array:
        """The errors in root-mean-square deviations of the noisy runs, where these deviate."""
        deviation = (self.allowed - self.floor) / multiple
        spread = deviation > 0
        return self.error[spread] / deviation[spread]


def correct_kernels(operation: str) -> Mapping[str, tuple[Kernel, Declaration]]:
    """The alternates and the bundled backends."""
    found = {
        alternate.name: (alternate.kernel, Declaration(name=alternate.name))
        for alternate in ALTERNATES
        if alternate.operation == operation
    }
    for name in bundled_names():
        backend = load(name, tuple(other.name for other in SPECIFICATION), only=(operation,))
        kernel = backend.kernels[operation]
        assert isinstance(kernel, Kernel)
        found[name] = kernel, backend.declaration
    return found


def margins(
    operation: Operation, dtype: str, *, examples: int, contents: int, careful: bool, seed: int = 0
) -> list[Margin]:
    """Of all correct kernels, on drawn cases whose values are not exact: outputs and cotangents."""
    kernels = correct_kernels(operation.name)
    found: list[Margin] = []

    def compare(first: Oracle) -> None:
        others = companions(operation, first, Source.DRAWN, contents - 1) if contents > 1 else []
        for oracle in (first, *others):
            if not oracle.case.exact:
                for name, (kernel, declaration) in kernels.items():
                    found.extend(
                        _margins(oracle, kernel, declaration, f"{operation.name}/{dtype}/{name}", careful)
                    )

    run_given(
        asked_cases(operation, dtype),
        compare,
        seed=stream_seed(seed, operation.name, dtype, Source.DRAWN),
        examples=examples,
        phases=(hypothesis.Phase.generate,),
    )
    return found


def _margins(
    oracle: Oracle, kernel: Kernel, declaration: Declaration, where: str, careful: bool
) -> Iterator[Margin]:
    case, spread = oracle.case, oracle.careful_spread if careful else oracle.spread
    arithmetic = Arithmetic(case.dtype, declaration.accumulates_in, declaration.flushes_subnormals)
    expected = [*leaves(oracle.output, f"{where}/output")]
    spreads = [leaf for _, leaf in leaves(spread.output)]
    if kernel.vjp is None:
        actual = [leaf for _, leaf in leaves(call_forward(kernel, case, Arguments.of(case)))]
    else:
        output, pullback = call_vjp(kernel, case, Arguments.of(case))
        of_params, of_inputs = call_pullback(pullback, case, copy_tree(case.cotangent))
        actual = [*(leaf for _, leaf in leaves(output)), *of_params.values(), *of_inputs]
        found = oracle.cotangents
        expected += [(f"{where}/cotangent of {name}", leaf) for name, leaf in found.params.items()]
        expected += [(f"{where}/cotangent of input {i}", leaf) for i, leaf in enumerate(found.inputs)]
        spreads += [*spread.cotangents.params.values(), *spread.cotangents.inputs]
    for got, (name, want), deviation in zip(actual, expected, spreads, strict=True):
        if got is None or want is None or want.dtype.kind != "f" or not np.isfinite(want).any():
            continue
        finite = np.isfinite(want.astype(case.dtype))
        floor = allowance(want, None, arithmetic)[finite]
        allowed = allowance(want, deviation, arithmetic)[finite]
        if allowed.max() <= ILL_CONDITIONED * np.abs(want[finite]).max():
            yield Margin(name, np.abs(got.astype(np.float64) - want)[finite], floor, allowed)

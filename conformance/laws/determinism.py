"""Law: the same call gives the same bits, whatever was called in between."""

from collections.abc import Iterable
from itertools import zip_longest

import numpy as np

from ..kernel import Arguments, call_forward, call_pullback, call_vjp
from ..tree import Array, map_leaves
from ..trial import Trial, arrays_of, copy_tree


def determinism(trial: Trial) -> None:
    """Repeating a call, and a pullback in any order, gives the same bits: no state is kept, nothing is random."""
    case, kernel = trial.case, trial.kernel
    first = call_forward(kernel, case, Arguments.of(case))
    kept = [array.tobytes() for array in arrays_of(first)]
    # Of an optimiser's arguments the gradients: counts and averages of squares would not stay valid.
    changed = len(case.mappings[0]) if case.mappings else len(case.inputs)
    other = case.with_inputs(*map(_changed, case.inputs[:changed]), *case.inputs[changed:])
    call_forward(kernel, other, Arguments.of(other))
    _same(trial, arrays_of(first), kept, "a later call changed the output of an earlier one")
    again = call_forward(kernel, case, Arguments.of(case))
    _same(trial, arrays_of(again), kept, "forward() gave another output when called again")
    if kernel.vjp is None:
        return
    output, pullback = call_vjp(kernel, case, Arguments.of(case))
    cotangents = call_pullback(pullback, case, copy_tree(case.cotangent))
    kept = [array.tobytes() for array in arrays_of(cotangents)]
    kept_output = [array.tobytes() for array in arrays_of(output)]
    call_pullback(pullback, case, map_leaves(lambda array: np.asarray(-2 * array), case.cotangent))
    call_vjp(kernel, other, Arguments.of(other))  # a pullback belongs to its own call, not to the latest one
    _same(trial, arrays_of(output), kept_output, "a later call changed the output of an earlier vjp()")
    _same(trial, arrays_of(cotangents), kept, "a later call changed the cotangents of an earlier pullback()")
    repeated = call_pullback(pullback, case, copy_tree(case.cotangent))
    _same(trial, arrays_of(repeated), kept, "pullback() gave other cotangents when called again")
    _, pullback = call_vjp(kernel, case, Arguments.of(case))
    _same(
        trial,
        arrays_of(call_pullback(pullback, case, copy_tree(case.cotangent))),
        kept,
        "vjp() gave other cotangents when called again",
    )


def _same(trial: Trial, arrays: Iterable[Array], kept: list[bytes], message: str) -> None:
    for array, before in zip_longest(arrays, kept):
        trial.require(array is not None and array.tobytes() == before, message, kind=message)


def _changed(array: Array | None) -> Array | None:
    # The case stays valid: shapes stay, and class indices are left alone. Not -x, whose tanh has the same square.
    return np.asarray(1 - array) if array is not None and array.dtype.kind == "f" else array

"""Law: the same call gives the same bits, whatever was called in between."""

from itertools import zip_longest
from typing import Any

import numpy as np

from ..kernel import Arguments, call_forward, call_pullback, call_vjp
from ..tree import Array, map_leaves
from ..trial import Trial, arrays_of, copy_tree


def determinism(trial: Trial) -> None:
    """Repeating a call, and a pullback in any order, gives the same bits: no state is kept, nothing is random."""
    case, kernel = trial.case, trial.kernel
    # Of an optimiser's arguments the gradients: counts and averages of squares would not stay valid.
    changed = len(case.mappings[0]) if case.mappings else len(case.inputs)
    other = case.with_inputs(*map(_changed, case.inputs[:changed]), *case.inputs[changed:])
    before = _bytes(trial.forward())
    earlier = call_forward(kernel, other, Arguments.of(other))
    kept = _bytes(earlier)
    again = call_forward(kernel, case, Arguments.of(case))
    _same(trial, earlier, kept, "a later call changed the output of an earlier one")
    _same(trial, again, before, "forward() gave another output when called again")
    if kernel.vjp is None:
        return
    first, expected = trial.vjp()
    kept, before = _bytes(first), _bytes((expected.params, expected.inputs))
    output, pullback = call_vjp(kernel, case, Arguments.of(case))
    _same(trial, output, kept, "vjp() gave another output when called again")
    cotangents = call_pullback(pullback, case, copy_tree(case.cotangent))
    _same(trial, cotangents, before, "vjp() gave other cotangents when called again")
    call_pullback(pullback, case, map_leaves(lambda array: np.asarray(-2 * array), case.cotangent))
    call_vjp(kernel, other, Arguments.of(other))  # a pullback belongs to its own call, not to the latest one
    _same(trial, output, kept, "a later call changed the output of an earlier vjp()")
    _same(trial, cotangents, before, "a later call changed the cotangents of an earlier pullback()")
    repeated = call_pullback(pullback, case, copy_tree(case.cotangent))
    _same(trial, repeated, before, "pullback() gave other cotangents when called again")


def _bytes(result: Any) -> list[bytes]:
    return [array.tobytes() for array in arrays_of(result)]


def _same(trial: Trial, result: Any, kept: list[bytes], message: str) -> None:
    for now, before in zip_longest(_bytes(result), kept):
        trial.require(now == before, message, kind=message)


def _changed(array: Array | None) -> Array | None:
    # The case stays valid: shapes stay, and class indices are left alone. Not -x, whose tanh has the same square.
    return np.asarray(1 - array) if array is not None and array.dtype.kind == "f" else array

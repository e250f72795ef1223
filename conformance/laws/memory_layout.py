"""Law: a result does not depend on how its arguments lie in memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..kernel import Arguments, call_forward
from ..law import NotJudged, Violation
from ..tree import Array, map_leaves
from ..trial import Record, Trial, cotangent_spread_leaves, spread_leaves
from ._answers import Named, own_answer
from .agreement import agreement
from .vjp import vjp

if TYPE_CHECKING:
    from ..oracle import Oracle


def memory_layout(trial: Trial) -> None:
    """Read-only arguments, Fortran-ordered or strided, give what writable C-ordered ones give."""
    case, kernel = trial.case, trial.kernel
    plain, pulled = trial.run(trial.case), own_answer(trial)[1]
    for name, lay in LAYOUTS.items():
        # A case keeps its arrays' layout through copying, so this is what the kernel receives.
        laid = replace(
            case,
            params={key: lay(array) for key, array in case.params.items()},
            inputs=tuple(None if array is None else lay(array) for array in case.inputs),
            cotangent=map_leaves(lay, case.cotangent),
        )
        output = call_forward(kernel, laid, Arguments.of(laid))
        if not trial.same_structure(output):
            raise Violation(f"the output for {name} arguments has another shape", kind="layout")
        _same(trial, name, trial.named_output(output), trial.named_output(plain), agreement, spread_leaves)
        if pulled is not None:
            _, cotangents = trial.run_vjp(laid)
            found, kept = trial.named_cotangents(cotangents), trial.named_cotangents(pulled)
            _same(trial, name, found, kept, vjp, cotangent_spread_leaves)


def _same(
    trial: Trial,
    name: str,
    laid: list[Named],
    plain: list[Named],
    law: Callable[[Trial], None],
    spreads: "Callable[[Oracle, bool], list[Array | None]]",
) -> None:
    try:
        trial.agree(
            [(f"{leaf} for {name} arguments", got) for leaf, got in laid],
            plain,
            lambda careful: spreads(trial.oracle, careful),
            exactly=trial.case.exact,
            shares=2,
            kind="layout",
        )
    except Violation as violation:
        # How far two orders of a sum may differ is known of right results alone.
        try:
            law(_apart(trial))
        except Violation as fault:
            raise NotJudged(f"{law.__name__}: {fault}") from violation
        raise


def _apart(trial: Trial) -> Trial:
    """The same trial with a record of its own, so that what another law finds is not counted here."""
    return Trial(
        operation=trial.operation,
        oracle=trial.oracle,
        answers=trial.answers,
        declaration=trial.declaration,
        record=Record(),
        entry=trial.entry,
    )


def _fortran(array: Array) -> Array:
    return _read_only(array.copy(order="F"))


def _strided(array: Array) -> Array:
    """Every second element of a buffer whose other elements are garbage."""
    if array.ndim == 0:
        return _read_only(array.copy())
    buffer = np.full([2 * size for size in array.shape], -99, dtype=array.dtype)
    view = buffer[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return _read_only(view)


def _read_only(array: Array) -> Array:
    array.flags.writeable = False
    return array


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "read-only, Fortran-ordered": _fortran,
    "read-only, strided": _strided,
}

"""Law: a result does not depend on how its arguments lie in memory."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..kernel import Arguments, call_forward
from ..law import NotJudged, Violation
from ..tree import Array, leaves, map_leaves
from ..trial import Trial, cotangent_spread_leaves, spread_leaves


def memory_layout(trial: Trial) -> None:
    """Fortran-ordered, strided and read-only arguments give what C-ordered ones give."""
    case, kernel = trial.case, trial.kernel
    plain = call_forward(kernel, case, Arguments.of(case))
    if not trial.same_structure(plain):
        raise NotJudged("the output has the wrong shape")
    pulled = trial.run_vjp(case)[1] if kernel.vjp is not None else None
    if pulled is not None and not trial.same_shapes(pulled):
        raise NotJudged("a cotangent has the wrong shape")
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
        trial.agree(
            [(f"{leaf} for {name} arguments", got) for leaf, got in trial.named_output(output)],
            list(leaves(map_leaves(_widened, plain))),
            lambda careful: spread_leaves(trial.oracle, careful),
            exactly=case.exact,
            shares=2,
            kind="layout",
        )
        if pulled is None:
            continue
        _, cotangents = trial.run_vjp(laid)
        trial.agree(
            [(f"{leaf} for {name} arguments", got) for leaf, got in trial.named_cotangents(cotangents)],
            [(leaf, None if got is None else _widened(got)) for leaf, got in trial.named_cotangents(pulled)],
            lambda careful: cotangent_spread_leaves(trial.oracle, careful),
            exactly=case.exact,
            shares=2,
            kind="layout",
        )


def _widened(array: Array) -> Array:
    return array.astype(np.float64) if array.dtype.kind == "f" else array


def _fortran(array: Array) -> Array:
    return np.asfortranarray(array) if array.ndim else array.copy()


def _strided(array: Array) -> Array:
    """Every second element of a buffer whose other elements are garbage."""
    if array.ndim == 0:
        return array.copy()
    buffer = np.full([2 * size for size in array.shape], -99, dtype=array.dtype)
    view = buffer[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def _read_only(array: Array) -> Array:
    fresh = array.copy()
    fresh.flags.writeable = False
    return fresh


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "Fortran-ordered": _fortran,
    "strided": _strided,
    "read-only": _read_only,
}

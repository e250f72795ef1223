"""Law: a kernel changes none of its arguments and returns no memory of theirs."""

import numpy as np

from ..kernel import Arguments, call_forward, call_pullback, call_vjp
from ..trial import Trial, arrays_of, copy_tree


def purity(trial: Trial) -> None:
    """A kernel changes no argument and returns nothing that shares memory with one."""
    case = trial.case
    arguments = Arguments.of(case)
    output = call_forward(trial.kernel, case, arguments)
    _untouched(trial, arguments, "forward()")
    _unshared(trial, output, arguments, "output")
    if trial.kernel.vjp is None:
        return
    arguments = Arguments.of(case)
    cotangent = copy_tree(case.cotangent)
    output, pullback = call_vjp(trial.kernel, case, arguments)
    cotangents = call_pullback(pullback, case, cotangent)
    _untouched(trial, arguments, "vjp()")
    _unshared(trial, (output, cotangents), (arguments, cotangent), "result of vjp()")
    for given, kept in zip(arrays_of(cotangent), arrays_of(case.cotangent), strict=True):
        trial.require(_same_bytes(given, kept), "pullback() changed its cotangent", kind="cotangent changed")


def _untouched(trial: Trial, arguments: Arguments, what: str) -> None:
    case = trial.case
    names = case.input_names(trial.operation.inputs)
    given = (*arguments.params.items(), *zip(names, arguments.inputs, strict=True))
    kept = (*case.params.values(), *case.inputs)
    trial.require(
        set(arguments.params) == set(case.params), f"{what} changed the keys of params", kind="keys changed"
    )
    if case.mappings:
        mappings = zip(trial.operation.inputs, arguments.passed, case.passed(arguments.inputs), strict=True)
        for name, mapping, mine in mappings:
            kept_all = mapping.keys() == mine.keys() and all(mapping[key] is mine[key] for key in mine)
            trial.require(kept_all, f"{what} changed the entries of {name}", kind="keys changed")
    for (name, now), before in zip(given, kept, strict=True):
        if now is None or before is None:
            continue
        trial.require(
            _same_bytes(now, before),
            f"{what} changed {name}",
            kind="argument changed",
            expected=before,
            actual=now,
        )


def _unshared(trial: Trial, result: object, passed: object, what: str) -> None:
    if isinstance(passed, Arguments):
        passed = (passed.params, passed.inputs)
    elif isinstance(passed, tuple):
        passed = tuple((p.params, p.inputs) if isinstance(p, Arguments) else p for p in passed)
    for mine in arrays_of(result):
        for theirs in arrays_of(passed):
            trial.require(
                not np.may_share_memory(mine, theirs) or not np.shares_memory(mine, theirs),
                f"the {what} shares memory with an argument",
                kind="shared memory",
            )


def _same_bytes(now: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", before: object) -> bool:
    assert isinstance(before, np.ndarray)
    return now.shape == before.shape and now.dtype == before.dtype and now.tobytes() == before.tobytes()

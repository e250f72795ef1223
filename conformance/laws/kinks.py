"""Law: where value or derivative is a convention, it is PyTorch's, or the one that the backend declares."""

import numpy as np

from ..law import NotJudged, Violation
from ..operation import Kink
from ..tree import Array, leaves
from ..trial import Trial, show


def kinks(trial: Trial) -> None:
    """Ties, corners and signed zeros come out as pinned, or as the backend declares."""
    entry = trial.entry
    assert isinstance(entry, Kink)
    output, inputs_cotangents = entry.output, entry.inputs_cotangents
    declared = trial.declaration.kinks.get(f"{trial.operation.name}.{entry.name}")
    if declared is not None:
        output, inputs_cotangents = entry.alternatives[declared]
    if output is not None:
        given = trial.forward()
        if not trial.same_structure(given):
            raise NotJudged("the output has the wrong shape")
        for (name, got), (_, want) in zip(trial.named_output(given), leaves(output), strict=True):
            _identical(trial, entry.name, name, got, want)
    if inputs_cotangents is None or trial.kernel.vjp is None:
        return
    _, cotangents = trial.vjp()
    names = trial.case.input_names(trial.operation.inputs)
    for name, got, want in zip(names, cotangents.inputs, inputs_cotangents, strict=True):
        _identical(trial, entry.name, f"cotangent of {name}", got, want)


def _identical(trial: Trial, point: str, name: str, got: Array | None, want: Array | None) -> None:
    if want is None:
        return
    if got is None or got.shape != want.shape:
        raise Violation(f"{point}: {name} has the wrong shape", kind="shape")
    same = np.array_equal(got, want, equal_nan=got.dtype.kind == "f")
    # NaN has no sign worth comparing; zeros do.
    signs = got.dtype.kind != "f" or np.array_equal(
        np.signbit(got)[~np.isnan(got)], np.signbit(want)[~np.isnan(got)]
    )
    trial.require(
        bool(same and signs),
        f"{point}: {name} is {show(got)}, expected {show(want.astype(got.dtype))}",
        kind=f"kink: {point}",
        expected=show(want.astype(got.dtype)),
        actual=show(got),
    )

"""What the laws of clipping ask: gradients in mappings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..case import Case
from ..law import NotJudged
from ..tree import Array
from ..trial import Trial


def clipped(trial: Trial, case: Case | None = None) -> tuple[dict[str, Any], Any]:
    """The kernel's (gradients, total_norm) for a case, by default the trial's."""
    output: Any = trial.run(trial.case if case is None else case)
    gradients, total_norm = output
    return gradients, total_norm


def given(case: Case) -> dict[str, Array]:
    """The gradients of a case by name."""
    (gradients,) = case.passed(case.inputs)
    return dict(gradients)


def with_gradients(case: Case, gradients: Mapping[str, Array], **options: Any) -> Case:
    """The case with other gradients, and some options changed."""
    if not gradients:
        raise NotJudged("there are no gradients")
    changed = replace(case, inputs=tuple(gradients.values()), mappings=(tuple(gradients),))
    return changed.with_config(**options) if options else changed

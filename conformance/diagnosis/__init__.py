"""Diagnosis: the known defect that fails as a kernel does, or else what its wrong results look like.

A defect of the catalogue is named where it answers as the kernel does, on the smallest case and on others of
the same stream, and is wrong on one of them. Where none does, the wrong results are explained one by one.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..case_file import same_case
from ..kernel import Kernel
from ..law import Law, Source
from ..operation import Operation, listed_case
from ..oracle import Oracle
from .answers import complaint
from .catalogue import Question, Suspect, matching_defects
from .clock import Clock
from .explanations import explanation

MATCHES = "matches "
"""What the words of a diagnosis begin with where it names a defect."""

SECONDS = 2.0
"""The time that one diagnosis takes at most, but for a call of the kernel that is under way."""


@dataclass(frozen=True)
class Diagnosis:
    """`defects` are the names of those that fail alike, the best match first; `text` says it in words."""

    defects: tuple[str, ...]
    text: str


def diagnose(
    operation: Operation,
    kernel: Kernel,
    dtype: str,
    smallest: Oracle,
    others: Sequence[Oracle],
    law: Law,
    *,
    exclude: Collection[str] = (),
    seconds: float = SECONDS,
) -> Diagnosis | None:
    """What is wrong with a kernel that breaks `law` on `smallest`; None where nothing is to be said.

    `others` are cases of the same stream, passing or failing. Defects named in `exclude` are not thought of.
    Raises nothing, whatever the kernel does.
    """
    clock = Clock(seconds)
    of = {
        source: [Oracle(listed_case(operation.name, entry, dtype)) for entry in entries]
        for source, entries in ((Source.REJECTS, operation.rejects), (Source.KINKS, operation.kinks))
    }
    entry = _entry(operation, law, smallest, of)
    if law.source in of:
        cases, more = [smallest, *of[law.source]], others
    else:
        cases, more = [smallest, *others], of[Source.KINKS]
    found = complaint(operation, kernel, law, smallest, entry)
    question = Question(
        operation, Suspect(kernel), law, found[0] if found else "", cases, more, of[Source.REJECTS], clock
    )
    defects = matching_defects(question, exclude)
    if defects:
        return Diagnosis(tuple(defect.name for defect in defects), in_words(defects))
    told = explanation(question, Clock(seconds / 2))
    return None if told is None else Diagnosis((), told)


def _entry(operation, law, smallest, of):
    entries = {Source.REJECTS: operation.rejects, Source.KINKS: operation.kinks}.get(law.source, ())
    return next(
        (
            entry
            for entry, oracle in zip(entries, of.get(law.source, ()), strict=False)
            if same_case(oracle.case, smallest.case)
        ),
        None,
    )


def named_in(text: str) -> tuple[str, ...]:
    """The names of the defects that a diagnosis in words names, in its order."""
    return tuple(re.findall(r"`([^`]+)`", text)) if text.startswith(MATCHES) else ()


def in_words(defects) -> str:
    """`matches `rnn.bias_ignored`: the bias is never added`; or also two that cannot be told apart."""
    told = [
        f"`{defect.name}`: {defect.sentence[:1].lower()}{defect.sentence[1:].rstrip('.')}"
        for defect in defects
    ]
    return MATCHES + ", or ".join(told)

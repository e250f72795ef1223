"""Diagnosis: the known defect that fails as a kernel does, or else what its wrong results look like.

A defect of the catalogue is named where it answers as the kernel does, on the smallest case and on others of
the same stream, and is wrong on one of them. Where none does, the wrong results are explained one by one.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..case_file import same_case
from ..defects import Defect
from ..kernel import Kernel, Refused
from ..law import Law, Source
from ..operation import Kink, Operation, Rejection, listed_case
from ..oracle import Oracle
from .answers import complaint, output_facet
from .catalogue import Question, Suspect, matching_defects
from .clock import Clock
from .explanations import explanation

MATCHES = "matches "
"""What the words of a diagnosis begin with where it names a defect."""

FAILED = "no diagnosis: it broke off with "
"""What they begin with where the fault is the diagnosis's own."""

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
    try:
        return _diagnosed(operation, kernel, dtype, smallest, others, law, exclude, seconds)
    except Exception as error:  # a verdict must not be lost over what is said about it
        return Diagnosis((), f"{FAILED}{type(error).__name__}: {error}")


def _diagnosed(
    operation: Operation,
    kernel: Kernel,
    dtype: str,
    smallest: Oracle,
    others: Sequence[Oracle],
    law: Law,
    exclude: Collection[str],
    seconds: float,
) -> Diagnosis | None:
    written: dict[Source, tuple[Rejection | Kink, ...]] = {
        Source.REJECTS: operation.rejects,
        Source.KINKS: operation.kinks,
    }
    listed = {
        source: [(entry, Oracle(listed_case(operation.name, entry, dtype))) for entry in entries]
        for source, entries in written.items()
    }
    rejects, kinks = ([oracle for _, oracle in listed[source]] for source in written)
    own = listed.get(law.source, [])
    entry = next((entry for entry, oracle in own if same_case(oracle.case, smallest.case)), None)
    found = complaint(operation, kernel, law, smallest, entry)
    suspect, output, first = Suspect(kernel), output_facet(operation), Clock(seconds / 4)
    # What a kernel refuses says nothing of what is wrong with the rest.
    others = [
        oracle
        for oracle in others
        if first.goes_on and suspect.answer(output, oracle).fault != Refused.__name__
    ]
    question = Question(
        operation=operation,
        suspect=suspect,
        law=law,
        kind=found[0] if found else "",
        cases=[smallest, *([oracle for _, oracle in own] or others)],
        more=others if own else kinks,
        rejects=rejects,
        clock=Clock(seconds),
    )
    defects = matching_defects(question, exclude)
    if defects:
        return Diagnosis(tuple(defect.name for defect in defects), in_words(defects))
    if law.source == Source.REJECTS:
        told = _accepted(question, [entry.name for entry in operation.rejects])
    else:
        told = explanation(question, seconds / 4)
    return None if told is None else Diagnosis((), told)


def _accepted(question: Question, names: Sequence[str]) -> str | None:
    """Which invalid calls are answered, where it is more than the one that the verdict tells."""
    (facet,) = question.facets()
    found = [
        name
        for name, oracle in zip(names, question.rejects, strict=True)
        if question.clock.goes_on and question.wrong(facet, oracle)
    ]
    return (
        f"{len(found)} of {len(names)} invalid calls are answered: {', '.join(found)}" if found[1:] else None
    )


def named_in(text: str) -> tuple[str, ...]:
    """The names of the defects that a diagnosis in words names, in its order."""
    return tuple(re.findall(r"`([^`]+)`", text)) if text.startswith(MATCHES) else ()


def in_words(defects: Sequence[Defect]) -> str:
    """`matches `rnn.bias_ignored`: the bias is never added`; or also two that cannot be told apart."""
    told = [
        f"`{defect.name}`: {defect.sentence[:1].lower()}{defect.sentence[1:].rstrip('.')}"
        for defect in defects
    ]
    return MATCHES + ", or ".join(told)

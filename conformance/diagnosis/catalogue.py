"""Which defects of the catalogue fail as a kernel does."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from ..defects import DEFECTS, Defect
from ..kernel import CallFault, Kernel
from ..law import Law, Source
from ..laws.memory_layout import LAYOUTS
from ..operation import Operation
from ..oracle import Oracle
from ..selection import laws_of
from .answers import (
    Answer,
    Facet,
    behaviour_facet,
    complaint,
    cotangents_facet,
    output_facet,
    same,
)
from .clock import Clock

VALUES = {"value", "output", "cotangent", "layout"}
"""Kinds of violation that say no more than that numbers differ."""

TASTES = 3
"""Cases on which defects that answer alike are put before every law."""


@dataclass(eq=False)
class Suspect:
    """A kernel and what it has answered, each question asked once."""

    kernel: Kernel
    _known: dict[tuple[str, int], Answer] = field(default_factory=dict)

    def answer(self, facet: Facet, oracle: Oracle) -> Answer:
        """The kernel's answer, seen from one side."""
        key = (facet.name, id(oracle))
        if key not in self._known:
            self._known[key] = facet.ask(self.kernel, oracle)
        return self._known[key]


@dataclass(frozen=True, eq=False)
class Question:
    """What matching needs to know: who is suspected of what, on which cases, and how long it may take.

    `cases` begins with the smallest one; `more` are of another stream, `rejects` must be refused: they tell
    apart what answers alike on all the cases.
    """

    operation: Operation
    suspect: Suspect
    law: Law
    kind: str
    cases: Sequence[Oracle]
    more: Sequence[Oracle]
    rejects: Sequence[Oracle]
    clock: Clock

    @property
    def listed(self) -> bool:
        """Whether the law's cases are written down, each with something of its own to say."""
        return self.law.source in (Source.REJECTS, Source.KINKS)

    def value_facet(self) -> Facet | None:
        """The side from which results are wrong, None where all of them are right."""
        if self.law.source == Source.REJECTS:
            return None
        found = self.facets()[0]
        return None if found.name.startswith("behaviour") else found

    def facets(self) -> list[Facet]:
        """The sides from which the fault may show, the most telling first."""
        output, cotangents = output_facet(self.operation), cotangents_facet(self.operation)
        behaviour = behaviour_facet(self.operation, self.law)
        if self.law.needs_determinism:
            return [behaviour]
        if self.law.source == Source.REJECTS:
            return [output]
        has_vjp = self.suspect.kernel.vjp is not None
        if has_vjp and (self.law.needs_vjp or self.kind == "cotangent"):
            return [cotangents]
        # What every call gives is told before what a change of layout does to it.
        sides = [output, *([cotangents] if has_vjp else [])]
        sides += [output_facet(self.operation, layout) for layout in LAYOUTS]
        cases = self.cases[:1] if self.listed else self.cases
        wrong = next((facet for facet in sides if self.wrong_somewhere(facet, cases)), None)
        found = [] if wrong is None else [wrong]
        if self.kind not in VALUES and not self.kind.startswith(("kink", CallFault.PREFIX)):
            found.append(behaviour)
        return found

    def wrong(self, facet: Facet, oracle: Oracle, suspect: Suspect | None = None) -> bool:
        """Whether a kernel's answer is not the right one."""
        mine = (suspect or self.suspect).answer(facet, oracle)
        right = facet.right(oracle)
        if right.fault is not None:  # what the reference refuses may be refused with any exception
            return mine.fault is None
        return not same(mine, right, facet, oracle, shares=1, signs=self.listed)

    def wrong_somewhere(self, facet: Facet, cases: Sequence[Oracle]) -> bool:
        """Whether the suspect is wrong on one of the cases."""
        return any(self.wrong(facet, oracle) for oracle in cases if self.clock.goes_on)

    def wrong_dtype(self, facet: Facet, oracle: Oracle) -> bool:
        """Whether the suspect's answer has a wrong dtype: then that of a defect counts as well."""
        pairs = zip(self.suspect.answer(facet, oracle).parts, facet.right(oracle).parts, strict=False)
        return any(
            a is not None and b is not None and a.dtype.name not in (b.dtype.name, oracle.case.dtype)
            for (_, a), (_, b) in pairs
        )


def matching_defects(question: Question, exclude: Collection[str] = ()) -> tuple[Defect, ...]:
    """The defects that answer as the suspect does on every case, those that agree in more respects first.

    Defects that agree in fewer respects than another one are left out. On cases that are written down, a
    defect need agree on the first only; how far it agrees on the others is a respect like any other.
    """
    candidates = [
        (Suspect(defect.kernel), defect)
        for defect in DEFECTS
        if defect.operation == question.operation.name and defect.name not in exclude
    ]
    for facet in question.facets():
        matching = [
            (suspect, defect)
            for suspect, defect in candidates
            if question.clock.goes_on and _matches(question, facet, suspect)
        ]
        if len(matching) == 1:
            return (matching[0][1],)
        if matching:
            counts = [_disagreements(question, facet, suspect) for suspect, _ in matching]
            return tuple(
                defect for count, (_, defect) in zip(counts, matching, strict=True) if count == min(counts)
            )
    return ()


def _matches(question: Question, facet: Facet, suspect: Suspect) -> bool:
    if facet.name == "cotangents" and suspect.kernel.vjp is None:
        return False
    if question.law.needs_determinism:
        return bool(_complaints(question, facet, question.suspect) & _complaints(question, facet, suspect))
    first, *others = question.cases
    if not _alike(question, facet, suspect, first):
        return False
    if question.listed:
        return question.wrong(facet, first, suspect)
    wrong = question.wrong(facet, first, suspect)
    for oracle in others:
        if not question.clock.goes_on:
            break
        if not _alike(question, facet, suspect, oracle):
            return False
        wrong = wrong or question.wrong(facet, oracle, suspect)
    return wrong and _breaks(question, suspect.kernel)


def _complaints(question: Question, facet: Facet, suspect: Suspect) -> set[str]:
    """All that a law has to say: a random kernel is seen to be one on some cases only."""
    return {
        fault
        for oracle in question.cases
        if question.clock.goes_on and (fault := suspect.answer(facet, oracle).fault) is not None
    }


def _alike(question: Question, facet: Facet, suspect: Suspect, oracle: Oracle) -> bool:
    mine, theirs = question.suspect.answer(facet, oracle), suspect.answer(facet, oracle)
    dtypes = question.wrong_dtype(facet, oracle)
    return same(mine, theirs, facet, oracle, dtypes=dtypes, signs=question.listed)


def _breaks(question: Question, kernel: Kernel) -> bool:
    """Whether the law rejects a kernel on one of the cases."""
    return any(
        complaint(question.operation, kernel, question.law, oracle) is not None
        for oracle in question.cases
        if question.clock.goes_on
    )


def _disagreements(question: Question, facet: Facet, suspect: Suspect) -> int:
    """How often a defect answers differently when it is looked at from the other sides."""
    count = 0
    for other, oracle in _other_questions(question, facet, suspect):
        if not question.clock.goes_on:
            break
        count += not _alike(question, other, suspect, oracle)
    return count


def _other_questions(question: Question, facet: Facet, suspect: Suspect) -> Iterator[tuple[Facet, Oracle]]:
    output, cotangents = output_facet(question.operation), cotangents_facet(question.operation)
    refusal = question.law.source == Source.REJECTS
    if question.listed or facet.name != "output":
        yield from ((output, oracle) for oracle in question.cases)
    more = (*([] if refusal else question.cases), *question.more)
    if None not in (question.suspect.kernel.vjp, suspect.kernel.vjp):
        yield from ((cotangents, oracle) for oracle in more if oracle.case.cotangent is not None)
    yield from ((output, oracle) for oracle in (*question.rejects, *question.more))
    broken = [law for law in laws_of(question.operation) if law.source == Source.DRAWN and not law.needs_vjp]
    for law in broken:
        behaviour = behaviour_facet(question.operation, law)
        yield from ((behaviour, oracle) for oracle in (*more, *question.more)[:TASTES])

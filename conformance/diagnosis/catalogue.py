"""Which defects of the catalogue fail as a kernel does."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from ..case import numbered
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

VALUES = {"", "value", "output", "cotangent", "layout", "structure", "shape", "dtype"}
"""Kinds of violation that say no more than that results differ; none where the fault does not show again."""

TASTES = 3
"""Cases without which two kernels are not said to answer alike, and on which such are put before every law."""

CASES_OF_CHANCE = 8
"""Cases on which a kernel may show that it keeps state, or is random."""


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

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs, where their number varies as many as any case has."""
        most = max((len(oracle.case.inputs) for oracle in self.cases), default=0)
        return numbered(self.operation.inputs, most)

    @property
    def of_values(self) -> bool:
        """Whether the fault is that results are wrong, or missing, and not that something else is done."""
        values = self.kind in VALUES or self.kind.startswith(("kink", CallFault.PREFIX))
        return values and not self.law.needs_determinism and self.law.source != Source.REJECTS

    def facets(self) -> list[Facet]:
        """The sides from which the fault may show, the most telling first."""
        output, cotangents = output_facet(self.operation), cotangents_facet(self.operation)
        behaviour = behaviour_facet(self.operation, self.law)
        if self.law.needs_determinism:
            return [behaviour]
        if self.law.source == Source.REJECTS:
            return [output]
        sides = [output, *([] if self.suspect.kernel.vjp is None else [cotangents])]
        if self.law.needs_vjp or self.kind == "cotangent":
            sides.reverse()
        # What every call gives is told before what a change of layout does to it.
        sides += [output_facet(self.operation, layout) for layout in LAYOUTS]
        cases = self.cases[:1] if self.listed else self.cases
        found = [next((facet for facet in sides if self.wrong_somewhere(facet, cases)), behaviour)]
        return found if self.of_values else [*found, behaviour]

    def wrong(self, facet: Facet, oracle: Oracle, suspect: Suspect | None = None) -> bool:
        """Whether a kernel's answer is not the right one."""
        suspect = suspect or self.suspect
        mine, right = suspect.answer(facet, oracle), facet.right(oracle)
        if right.fault is not None:  # what the reference refuses may be refused with any exception
            return mine.fault is None
        if self.kind == "dtype" and wrong_dtype(mine, right, oracle):
            return True
        return not same(mine, right, facet, oracle, shares=1, signs=self.listed)

    def wrong_somewhere(self, facet: Facet, cases: Sequence[Oracle]) -> bool:
        """Whether the suspect is wrong on one of the cases."""
        return any(self.wrong(facet, oracle) for oracle in cases if self.clock.goes_on)


def wrong_dtype(mine: Answer, right: Answer, oracle: Oracle) -> bool:
    """Whether an array has neither the right answer's dtype nor, where that is floating, the case's."""
    return any(
        a is not None and b is not None and a.dtype != (oracle.case.dtype if b.dtype.kind == "f" else b.dtype)
        for (_, a), (_, b) in zip(mine.parts, right.parts, strict=False)
    )


def matching_defects(question: Question, exclude: Collection[str] = ()) -> tuple[Defect, ...]:
    """The defects that answer as the suspect does on every case, those that agree in more respects first.

    Defects that agree in fewer respects than another one are left out. On cases that are written down, a
    defect need agree on the first only; how far it agrees on the others is a respect like any other.
    """
    of_operation = [defect for defect in DEFECTS if defect.operation == question.operation.name]
    # Where time runs out, those have been looked at that are known for breaking the law.
    of_operation.sort(key=lambda defect: defect.law != question.law.name)
    candidates = [(Suspect(defect.kernel), defect) for defect in of_operation if defect.name not in exclude]
    for facet in question.facets():
        matching = [
            (suspect, defect)
            for suspect, defect in candidates
            if question.clock.goes_on and _matches(question, facet, suspect)
        ]
        if len(matching) == 1:
            return (matching[0][1],)
        if matching:
            counts = _disagreements(question, facet, [suspect for suspect, _ in matching])
            return tuple(
                defect for count, (_, defect) in zip(counts, matching, strict=True) if count == min(counts)
            )
    return ()


def _matches(question: Question, facet: Facet, suspect: Suspect) -> bool:
    if suspect.kernel.vjp is None and (facet.name == "cotangents" or question.law.needs_vjp):
        return False
    if question.law.needs_determinism:
        mine = _complaints(question, facet, question.suspect)
        return bool(mine & _complaints(question, facet, suspect))
    first, *others = question.cases
    if not _alike(question, facet, suspect, first):
        return False
    if question.listed:
        return question.wrong(facet, first, suspect)
    wrong = question.wrong(facet, first, suspect)
    for count, oracle in enumerate(others):
        if not question.clock.goes_on:
            if count < TASTES:
                return False  # so few would be an accident
            break
        if not _alike(question, facet, suspect, oracle):
            return False
        wrong = wrong or question.wrong(facet, oracle, suspect)
    return wrong and _breaks(question, suspect.kernel)


def _complaints(question: Question, facet: Facet, suspect: Suspect) -> set[str]:
    """What a law has to say, on the first of the cases: a random kernel is seen to be one on some only."""
    found: set[str] = set()
    for oracle in question.cases[:CASES_OF_CHANCE]:
        fault = suspect.answer(facet, oracle).fault
        if fault is not None:
            found.add(fault)
        if len(found) == TASTES or not question.clock.goes_on:
            break
    return found


def _alike(question: Question, facet: Facet, suspect: Suspect, oracle: Oracle) -> bool:
    mine, theirs = question.suspect.answer(facet, oracle), suspect.answer(facet, oracle)
    # Where the suspect's dtype is wrong, that of a defect counts as well.
    dtypes = wrong_dtype(mine, facet.right(oracle), oracle)
    return same(mine, theirs, facet, oracle, dtypes=dtypes, signs=question.listed)


def _breaks(question: Question, kernel: Kernel) -> bool:
    """Whether the law rejects a kernel on one of the cases."""
    return any(
        complaint(question.operation, kernel, question.law, oracle) is not None
        for oracle in question.cases
        if question.clock.goes_on
    )


def _disagreements(question: Question, facet: Facet, suspects: Sequence[Suspect]) -> list[int]:
    """How often each defect answers differently when it is looked at from the other sides."""
    counts = [0] * len(suspects)
    for other, oracle in _other_questions(question, facet):
        if not question.clock.goes_on:
            break
        for i, suspect in enumerate(suspects):
            # Without gradients nothing is said of them.
            if other.name != "cotangents" or suspect.kernel.vjp is not None:
                counts[i] += not _alike(question, other, suspect, oracle)
    return counts


def _other_questions(question: Question, facet: Facet) -> Iterator[tuple[Facet, Oracle]]:
    output, cotangents = output_facet(question.operation), cotangents_facet(question.operation)
    refusal = question.law.source == Source.REJECTS
    cases = [*([] if refusal else question.cases), *question.more]
    if question.listed or facet.name != "output":
        yield from ((output, oracle) for oracle in question.cases)
    if question.suspect.kernel.vjp is not None:
        yield from ((cotangents, oracle) for oracle in cases if oracle.case.cotangent is not None)
    yield from ((output, oracle) for oracle in (*question.rejects, *question.more))
    for law in laws_of(question.operation):
        if law.source == Source.DRAWN and not law.needs_vjp:
            behaviour = behaviour_facet(question.operation, law)
            yield from ((behaviour, oracle) for oracle in cases[:TASTES])

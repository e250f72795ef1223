"""Judging many correct kernels by the same cases: the reference answers each of them once."""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import hypothesis

from conformance.asking import asked_cases, companions, run_given, stream_seed
from conformance.backend import Declaration
from conformance.case import Case
from conformance.kernel import CallFault
from conformance.law import Law, NotJudged, Source, Violation
from conformance.operation import Kink, Operation, Rejection, listed_case
from conformance.oracle import Oracle
from conformance.selection import laws_of
from conformance.trial import Answers, Record, Trial

from ._alternate import Alternate


@dataclass(frozen=True)
class Accusation:
    """A law that a correct kernel is said to break, and the case."""

    alternate: str
    law: str
    case: Case
    message: str


@dataclass
class Tally:
    """What a court has come to. An example is a case put to one kernel, whatever the number of laws."""

    examples: int = 0
    checks: int = 0
    elements: int = 0
    ill_conditioned: int = 0
    headroom: float = 0.0
    worst: str = "nowhere"
    regimes: Counter[str] = field(default_factory=Counter)
    accusations: list[Accusation] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count what another court has judged."""
        self.examples += other.examples
        self.checks += other.checks
        self.elements += other.elements
        self.ill_conditioned += other.ill_conditioned
        self.regimes += other.regimes
        self.accusations += other.accusations
        if other.headroom > self.headroom:
            self.headroom, self.worst = other.headroom, other.worst


def judge_together(
    operation: Operation,
    alternates: Sequence[Alternate],
    dtype: str,
    *,
    examples: int,
    contents: int = 1,
    seed: int = 0,
) -> Tally:
    """Put `examples` drawn cases, each with several `contents`, and all listed ones to every kernel and law."""
    tally = Tally()
    laws = laws_of(operation)

    def ask(oracle: Oracle, asked: Sequence[Law], entry: Rejection | Kink | None = None) -> None:
        for alternate in alternates:
            tally.examples += 1
            tally.regimes[oracle.case.regime] += 1
            answers = Answers(alternate.kernel, oracle.case)
            for law in asked:
                _ask(tally, operation, alternate, law, oracle, answers, entry)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for oracle, entry in _listed(operation, dtype):
            source = Source.KINKS if isinstance(entry, Kink) else Source.REJECTS
            ask(oracle, [law for law in laws if law.source == source], entry)
        for source in (Source.DRAWN, Source.SPECIAL):
            asked = [law for law in laws if law.source == source]

            def judge(oracle: Oracle, asked: Sequence[Law] = asked, source: Source = source) -> None:
                ask(oracle, asked)
                curious = [law for law in asked if law.every_content]
                if contents > 1 and curious:
                    for other in companions(operation, oracle, source, contents - 1):
                        ask(other, curious)

            if asked:
                run_given(
                    asked_cases(operation, dtype, source),
                    judge,
                    seed=stream_seed(seed, operation.name, dtype, source),
                    # The special ones are fewer: special values leave little to vary.
                    examples=examples if source == Source.DRAWN else max(examples // 4, 1),
                    phases=(hypothesis.Phase.generate,),
                )
    return tally


def _listed(operation: Operation, dtype: str) -> Iterator[tuple[Oracle, Rejection | Kink]]:
    entries: tuple[Rejection | Kink, ...] = (*operation.rejects, *operation.kinks)
    for entry in entries:
        yield Oracle(listed_case(operation.name, entry, dtype)), entry


def _ask(
    tally: Tally,
    operation: Operation,
    alternate: Alternate,
    law: Law,
    oracle: Oracle,
    answers: Answers,
    entry: Rejection | Kink | None,
) -> None:
    record = Record()
    trial = Trial(
        operation=operation,
        oracle=oracle,
        answers=answers,
        declaration=Declaration(name=alternate.name),
        record=record,
        entry=entry,
    )
    complaint = None
    try:
        law.check(trial)
    except NotJudged:
        pass
    except (Violation, CallFault) as fault:
        complaint = str(fault)
    tally.checks += 1
    tally.elements += record.elements
    tally.ill_conditioned += trial.ill_conditioned
    if record.headroom is not None and record.headroom > tally.headroom:
        tally.headroom = record.headroom
        kind = f"{operation.name}/{law.name}/{oracle.case.dtype}/{oracle.case.regime}"
        tally.worst = f"{kind} {alternate.name}: {record.worst}"
    if complaint is not None:
        tally.accusations.append(Accusation(alternate.name, law.name, oracle.case, complaint))

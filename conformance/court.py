"""The court: one kernel before the laws of one operation in one dtype.

A pass over the drawn cases asks all laws at once and shrinks nothing. The choices that made a failing case are
then handed to Hypothesis, which shrinks them for a bounded time. The stream of cases depends on seed, operation
and dtype alone, so every backend is asked the same questions.
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import hypothesis
from hypothesis.errors import Flaky

from .asking import asked_cases, companions, run_given, stream_seed
from .backend import Declaration
from .case import Case
from .diagnosis import diagnose
from .drawing import Choice
from .kernel import CallFault, Kernel, Malformed, Raised, Refused
from .law import Law, NotJudged, Source, Violation
from .operation import Kink, Operation, Rejection, listed_case
from .oracle import Oracle
from .trial import Answers, Record, Trial
from .verdict import Status

SHRINK_SECONDS = 8.0
"""Time to shrink one fault; a fault that takes longer is reported as cut."""

ALL_SHRINK_SECONDS = 40.0
"""Time to shrink and diagnose all faults of a kernel in one dtype: one wrong by every law must not cost minutes.
The faults of later laws are then reported as they were found."""

OTHERS = 30
"""Cases kept beside the failing one, for the diagnosis: that a defect fails alike there is no accident."""

Progress = Callable[[Law, str, int, int], None]
"""Called with (law, "judging" | "shrinking" | "diagnosing", the number of the example, that of its contents)."""


class _Found(Exception):
    """Raised inside Hypothesis to say: this case shows the fault."""


class _OutOfTime(BaseException):
    """Leaves Hypothesis when shrinking took too long; no Exception, so that Hypothesis lets it through."""


class _Settled(BaseException):
    """Leaves Hypothesis when every law asked has found a fault; no Exception, for the same reason."""


@dataclass(frozen=True)
class Fault:
    """How a law was broken by a case."""

    status: Status
    kind: str
    message: str
    expected: str = ""
    actual: str = ""


@dataclass
class State:
    """What one law has come to while the cases go by."""

    law: Law
    record: Record = field(default_factory=Record)
    fault: Fault | None = None
    case: Case | None = None
    choices: tuple[Choice, ...] = ()
    found_at: int | None = None
    not_judged: str | None = None
    seconds: float = 0.0
    cut: bool = False
    diagnosis: str | None = None


@dataclass
class Court:
    """A kernel, how it is judged, and what has been charged so far."""

    operation: Operation
    kernel: Kernel
    declaration: Declaration
    dtype: str
    examples: int = 1
    contents: int = 1
    seed: int = 0
    progress: Progress | None = None
    shrink_seconds: float = 0.0
    diagnosing: bool = False
    charged: dict[str, str] = field(default_factory=dict)
    """Kinds of faults of a call, and the first law that met each: the others do not judge such a case."""
    patience: float = field(default_factory=lambda: ALL_SHRINK_SECONDS)
    """What is left of the time for shrinking and diagnosing."""

    def judge(self, source: Source, states: list[State]) -> None:
        if not states:
            return
        if source in (Source.REJECTS, Source.KINKS):
            entries: tuple[Rejection | Kink, ...] = (
                self.operation.rejects if source == Source.REJECTS else self.operation.kinks
            )
            for count, entry in enumerate(entries, 1):
                for state in states:
                    self._report(state.law, count)
                    case = listed_case(self.operation.name, entry, self.dtype)
                    self.ask(state, Oracle(case), count, entry=entry)
            self._diagnose(states, ())
            return
        count = 0
        kept: list[Oracle] = []

        def ask_all(oracle: Oracle) -> None:
            nonlocal count
            count += 1
            if len(kept) < OTHERS:
                kept.append(oracle)
            self._ask_together(states, oracle, count)
            curious = [state for state in states if state.law.every_content and state.fault is None]
            if self.contents > 1 and curious:
                for content, other in enumerate(
                    companions(self.operation, oracle, source, self.contents - 1), 1
                ):
                    self._ask_together(curious, other, count, content)
            enough = len(kept) == OTHERS or not self.diagnosing
            if enough and all(state.fault is not None for state in states):
                raise _Settled

        with contextlib.suppress(_Settled):
            self._search(source, ask_all, phases=(hypothesis.Phase.generate,))
        for state in states:
            if state.fault is not None and self.shrink_seconds > 0:
                self._shrink(source, state)
        self._diagnose(states, kept)

    def _ask_together(self, states: list[State], oracle: Oracle, count: int, content: int = 0) -> None:
        """Ask every law that has found no fault yet; they share what the kernel answers."""
        answers = Answers(self.kernel, oracle.case)
        for state in states:
            if state.fault is None and (count - 1) % self.operation.every(state.law) == 0:
                self._report(state.law, count, content)
                self.ask(state, oracle, count, answers)

    def _diagnose(self, states: list[State], others: Sequence[Oracle]) -> None:
        """Say what the faults look like: known defects, or a simple relation to what is right."""
        for state in states:
            if not self.diagnosing or state.fault is None or state.case is None or self.patience <= 0:
                continue
            self._report(state.law, doing="diagnosing")
            started = time.monotonic()
            found = diagnose(self.operation, self.kernel, self.dtype, Oracle(state.case), others, state.law)
            self.patience -= time.monotonic() - started
            state.diagnosis = None if found is None else found.text

    def ask(
        self,
        state: State,
        oracle: Oracle,
        count: int,
        answers: Answers | None = None,
        entry: Rejection | Kink | None = None,
    ) -> None:
        started = time.perf_counter()
        record = state.record
        record.cases += 1
        elements, unjudged = record.elements, None
        trial = Trial(
            operation=self.operation,
            oracle=oracle,
            answers=answers or Answers(self.kernel, oracle.case),
            declaration=self.declaration,
            record=record,
            entry=entry,
        )
        try:
            fault = self._check(state, trial)
        except NotJudged as reason:
            unjudged, fault = str(reason), None
        if fault is not None and fault.kind.startswith(CallFault.PREFIX):
            first = self.charged.setdefault(fault.kind, state.law.name)
            if first != state.law.name:
                unjudged, fault = f"charged to {first}: {fault.message}", None
        if unjudged is not None:
            state.not_judged, record.elements = unjudged, elements
        state.seconds += time.perf_counter() - started
        if fault is not None and state.fault is None:
            state.fault, state.case, state.choices = fault, oracle.case, oracle.choices
            state.found_at = count
        record.non_empty += trial.compared > 0
        record.informative += trial.informed > 0
        record.ill_conditioned += trial.ill_conditioned

    def _check(self, state: State, trial: Trial) -> Fault | None:
        try:
            state.law.check(trial)
        except Refused as refusal:
            record = trial.record
            record.refused += 1
            if str(refusal) not in record.refusals and len(record.refusals) < 5:
                record.refusals.append(str(refusal))
        except Violation as violation:
            return Fault(Status.FAILED, violation.kind, str(violation), violation.expected, violation.actual)
        except Malformed as fault:
            return Fault(Status.FAILED, fault.kind, str(fault))
        except (Raised, CallFault) as fault:
            return Fault(Status.ERRORED, fault.kind, f"raised {fault}", actual=str(fault))
        return None

    def _shrink(self, source: Source, state: State) -> None:
        """Find the smallest case with the same kind of fault; the last one found is the smallest."""
        assert state.fault is not None
        kind = (state.fault.status, state.fault.kind)
        started = time.monotonic()
        deadline = started + min(self.shrink_seconds, self.patience)

        def ask_again(oracle: Oracle) -> None:
            if time.monotonic() > deadline:
                raise _OutOfTime
            self._report(state.law, doing="shrinking")
            probe = State(state.law)
            self.ask(probe, oracle, 0)
            if probe.fault is not None and (probe.fault.status, probe.fault.kind) == kind:
                state.fault, state.case = probe.fault, oracle.case
                raise _Found

        try:
            self._search(
                source,
                ask_again,
                phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
                start=state.choices,
            )
        except _OutOfTime:
            state.cut = True
        except _Found:
            pass
        except Flaky:
            pass  # a random kernel: the last case that showed the fault stands
        seconds = time.monotonic() - started
        self.patience -= seconds
        state.seconds += seconds

    def _search(
        self,
        source: Source,
        body: Callable[[Oracle], None],
        phases: Iterable[hypothesis.Phase],
        start: Sequence[Choice] | None = None,
    ) -> None:
        run_given(
            asked_cases(self.operation, self.dtype, source),
            body,
            seed=stream_seed(self.seed, self.operation.name, self.dtype, source),
            # From a start on: the simplest case, which Hypothesis always tries first, and the start.
            examples=self.operation.examples(self.examples, source) if start is None else 2,
            phases=phases,
            start=start or (),
        )

    def _report(self, law: Law, count: int = 0, content: int = 0, doing: str = "judging") -> None:
        if self.progress is not None:
            self.progress(law, doing, count, content)

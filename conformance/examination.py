"""A defect examined: the judge meets it as a backend it does not know, and says what is wrong with it."""

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .defects import Defect
    from .verdict import Verdict

SHRINK_SECONDS = 1.0
"""Time to shrink the case that is shown."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One law's answer on a defect: how many cases it judged, and what came out."""

    law: str
    status: str
    cases: int
    elements: int
    message: str = ""

    @property
    def rejects(self) -> bool:
        """Whether the law found a fault."""
        return self.status in ("failed", "errored")


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What became of one defect in one dtype.

    `overlooked` are the dtypes in which the law that the defect names finds nothing; `found_at` and `size` are
    of the first law that rejects it: the number of the example, and the elements of the smallest case; `named`
    are the defects that the diagnosis names there, the best match first, and `diagnosis` is all that it says.
    """

    defect: str
    operation: str
    dtype: str
    law: str
    asked: tuple[Asked, ...]
    overlooked: tuple[str, ...] = ()
    found_at: int | None = None
    size: int | None = None
    named: tuple[str, ...] = ()
    diagnosis: str = ""
    seconds: float = 0.0

    @property
    def killed_by(self) -> tuple[str, ...]:
        """The laws that reject it."""
        return tuple(asked.law for asked in self.asked if asked.rejects)

    @property
    def survives(self) -> bool:
        """Whether no law rejects it, or in some dtype not the one that it names."""
        return not self.killed_by or bool(self.overlooked)

    @property
    def recognised(self) -> bool:
        """Whether the diagnosis names it, and before any other."""
        return self.named[:1] == (self.defect,)


def examine(
    defect: "Defect",
    *,
    examples: int,
    seed: int,
    others: int | None = None,
    shrink_seconds: float = SHRINK_SECONDS,
) -> Examination:
    """Put a defect before the law that it names, in each of its dtypes, and before all others in the last one.

    The others see fewer cases, a quarter unless it is said how many: one that finds nothing takes far longer than
    one that does. The first law that rejects the defect, in the report's order, is asked again for the smallest
    case and the diagnosis.
    """
    from .diagnosis import named_in

    started = time.process_time()
    court = _Court(defect, seed)
    last = defect.dtypes[-1]
    named = {dtype: court.asked(dtype, examples, {defect.law}) for dtype in defect.dtypes}
    further = court.asked(last, others or math.ceil(examples / 4), court.laws - {defect.law})
    answers = {answer.law: answer for answer in (*named[last], *further)}
    asked = tuple(answers[law] for law in court.order if law in answers)
    first = next((answer.law for answer in asked if answer.rejects), None)
    shown = None
    if first is not None:
        (shown,) = court.judged(last, examples, {first}, shrink_seconds)
    example = None if shown is None else shown.counterexample
    diagnosis = (shown and shown.diagnosis) or ""
    return Examination(
        defect=defect.name,
        operation=defect.operation,
        dtype=last,
        law=defect.law,
        asked=asked,
        overlooked=tuple(d for d, answers in named.items() if not any(a.rejects for a in answers)),
        found_at=None if shown is None else shown.found_at,
        size=None if example is None else example.size,
        named=named_in(diagnosis),
        diagnosis=diagnosis,
        seconds=time.process_time() - started,
    )


class _Court:
    """One defect before the laws of its operation."""

    def __init__(self, defect: "Defect", seed: int) -> None:
        from .backend import Declaration
        from .selection import choose_operations, laws_of

        (self._operation,) = choose_operations([defect.operation])
        self._kernel, self._declaration, self._seed = defect.kernel, Declaration(name=defect.name), seed
        self.order = tuple(law.name for law in laws_of(self._operation))
        self.laws = set(self.order)

    def judged(
        self, dtype: str, examples: int, laws: set[str], shrink_seconds: float | None = None
    ) -> "tuple[Verdict, ...]":
        """The verdicts of some laws; with a time for shrinking, a diagnosis too."""
        from .engine import judge_kernel
        from .selection import laws_of

        return judge_kernel(
            self._operation,
            self._kernel,
            self._declaration,
            dtype=dtype,
            laws=[law for law in laws_of(self._operation) if law.name in laws],
            examples=examples,
            seed=self._seed,
            shrink_seconds=shrink_seconds or 0.0,
            diagnosing=shrink_seconds is not None,
        )

    def asked(self, dtype: str, examples: int, laws: set[str]) -> tuple[Asked, ...]:
        """What some laws say, unshrunk."""
        return tuple(
            Asked(
                law=verdict.law or "",
                status=verdict.status.value,
                cases=verdict.cases,
                elements=verdict.elements,
                message=verdict.message or "",
            )
            for verdict in self.judged(dtype, examples, laws)
        )

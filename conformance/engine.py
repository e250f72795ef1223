"""The engine: one kernel of one operation, judged by its laws, and a verdict for each of them."""

import warnings
from collections.abc import Sequence
from dataclasses import replace

from .backend import Declaration, Failure
from .case import Case
from .court import SHRINK_SECONDS, Court, Progress, State
from .kernel import Kernel
from .law import Law, Source
from .operation import Kink, Operation, Rejection
from .oracle import Oracle
from .selection import laws_of
from .verdict import Counterexample, Status, Verdict


def judge_kernel(
    operation: Operation,
    kernel: Kernel | Failure | None,
    declaration: Declaration,
    *,
    dtype: str,
    laws: Sequence[Law] | None = None,
    examples: int = 100,
    seed: int = 0,
    progress: Progress | None = None,
    shrink_seconds: float = SHRINK_SECONDS,
    charged: dict[str, str] | None = None,
    contents: int = 1,
    diagnosing: bool = True,
) -> tuple[Verdict, ...]:
    """Judge one kernel by all laws (or those given) in one dtype: a verdict for each law that applies.

    `contents` are drawn for the structure of each example; `diagnosing` a fault takes a second or two.
    `charged` shares among several judgements which law has met which fault of a call: the others do not judge it.
    """
    chosen = tuple(law for law in laws_of(operation) if laws is None or law in laws)
    states = {law.name: State(law) for law in chosen}

    def verdict(law: Law, status: Status, message: str | None = None) -> Verdict:
        return Verdict(
            backend=declaration.name,
            operation=operation.name,
            law=law.name,
            dtype=dtype,
            status=status,
            message=message,
        )

    if kernel is None:
        return tuple(verdict(law, Status.UNSUPPORTED, "no kernel of that name") for law in chosen)
    if isinstance(kernel, Failure):
        return tuple(verdict(law, Status.ERRORED, kernel.reason) for law in chosen)
    if dtype not in declaration.dtypes:
        return tuple(verdict(law, Status.UNSUPPORTED, f"{dtype} is not declared") for law in chosen)

    asked = [
        states[law.name]
        for law in chosen
        if not (law.needs_vjp and kernel.vjp is None)
        and not (law.needs_determinism and not declaration.bitwise_deterministic)
    ]
    court = Court(
        operation,
        kernel,
        declaration,
        dtype,
        examples=examples,
        contents=contents,
        seed=seed,
        progress=progress,
        shrink_seconds=shrink_seconds,
        diagnosing=diagnosing,
        charged={} if charged is None else charged,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in Source:
            court.judge(source, [state for state in asked if state.law.source == source])
    names = {state.law.name for state in asked}
    return tuple(
        _verdict(operation, declaration, dtype, states[law.name])
        if law.name in names
        else verdict(
            law,
            Status.UNSUPPORTED,
            "no vjp" if law.needs_vjp else "declared not bitwise deterministic",
        )
        for law in chosen
    )


def judge_case(
    operation: Operation,
    kernel: Kernel | Failure | None,
    declaration: Declaration,
    law: Law,
    case: Case,
    entry: Rejection | Kink | None = None,
    charged: dict[str, str] | None = None,
) -> Verdict:
    """Judge one stored case by one law: no search, no shrinking. `entry` is the listed one that the case is.

    `charged` as in `judge_kernel`.
    """
    if (
        not isinstance(kernel, Kernel)
        or case.dtype not in declaration.dtypes
        or (law.needs_vjp and kernel.vjp is None)
        or (law.needs_determinism and not declaration.bitwise_deterministic)
    ):
        # Nothing is asked here either: the verdict says why.
        return judge_kernel(operation, kernel, declaration, dtype=case.dtype, laws=[law])[0]
    # How many of the cases are informative is a question about many.
    state = State(replace(law, counts_informative=False))
    court = Court(operation, kernel, declaration, case.dtype, charged={} if charged is None else charged)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        court.ask(state, Oracle(case), 1, entry=entry)
    return _verdict(operation, declaration, case.dtype, state)


def _verdict(operation: Operation, declaration: Declaration, dtype: str, state: State) -> Verdict:
    record, law, fault = state.record, state.law, state.fault
    judged = record.cases - record.refused
    message: str | None = None
    counterexample = None
    if fault is not None:
        assert state.case is not None
        status, message = fault.status, fault.message
        counterexample = Counterexample(
            case=state.case,
            expected=fault.expected,
            actual=fault.actual,
            size=sum(a.size for a in (*state.case.params.values(), *state.case.inputs) if a is not None),
            shrinking_cut=state.cut,
        )
    elif record.refused and not (judged and record.elements):
        status, message = Status.UNSUPPORTED, "; ".join(record.refusals)
    elif 5 * record.ill_conditioned > judged:
        status = Status.VACUOUS
        message = (
            f"{record.ill_conditioned} of {judged} cases are so ill-conditioned that nothing can be concluded"
        )
    elif law.counts_informative and 2 * record.informative < max(record.non_empty, 1):
        status = Status.VACUOUS
        message = state.not_judged or (
            f"only {record.informative} of {record.non_empty} non-empty cases compare an informative element"
        )
    elif not record.elements:
        status, message = Status.VACUOUS, state.not_judged or "nothing was compared"
    else:
        status = Status.PASSED
    return Verdict(
        backend=declaration.name,
        operation=operation.name,
        law=law.name,
        dtype=dtype,
        status=status,
        cases=record.cases,
        refused=record.refused,
        refusals=tuple(record.refusals),
        ill_conditioned=record.ill_conditioned,
        elements=record.elements,
        tiers=dict(record.tiers),
        headroom=record.headroom,
        worst=record.worst,
        seconds=round(state.seconds, 4),
        message=message,
        counterexample=counterexample,
        found_at=state.found_at,
        diagnosis=state.diagnosis,
    )

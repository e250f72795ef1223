"""Inside a worker process: judge what arrives on standard input, one operation of one backend at a time.

The kernel's process is not the judge's: it may abort, hang or print without disturbing anybody. What it
prints goes to a file of the parent's, beside the stack that faulthandler writes when it dies.
"""

import faulthandler
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from .case import Case
from .verdict import Counterexample, Verdict

if TYPE_CHECKING:
    from .backend import Backend
    from .expectations import Expectation
    from .law import Law
    from .operation import Operation
    from .oracle import Oracle


@dataclass(frozen=True, kw_only=True)
class Task:
    """One operation of one backend, by all its laws (or those named) in the dtypes named.

    `expectations` are the operation's, for any law and dtype. Where there is a `case`, it is judged and none is
    drawn; a fault that it shows is diagnosed if `diagnosing`. Without laws it is only seen whether the kernel can
    be loaded.
    """

    backend: str
    address: str
    operation: str
    laws: tuple[str, ...] | None
    dtypes: tuple[str, ...]
    examples: int
    seed: int
    contents: int = 1
    expectations: "tuple[Expectation, ...]" = ()
    case: Case | None = None
    diagnosing: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a worker has come in its task: the `count`-th case of a law.

    `doing` is "judging", "shrinking" or "diagnosing" a fault of the law, or judging its "witness" or a case
    that was "given".
    """

    dtype: str
    law: str
    count: int = 0
    content: int = 0
    doing: str = "judging"

    def written(self) -> bytes:
        """As a worker writes it down: at the beginning of a file, over what was there."""
        words = f"{self.dtype} {self.law} {self.count} {self.content} {self.doing}"
        return words.encode().ljust(PLACE_BYTES)

    @classmethod
    def read(cls, written: bytes) -> "Place | None":
        """What was written down; None where it is nothing, or only half of it."""
        match written.decode().split():
            case [dtype, law, count, content, doing]:
                return cls(dtype=dtype, law=law, count=int(count), content=int(content), doing=doing)
        return None


PLACE_BYTES = 256


@dataclass(frozen=True)
class Recall:
    """Draw again the case that a dead worker was at; no kernel is asked."""

    task: Task
    place: Place


@dataclass(frozen=True)
class Ready:
    """The worker has imported what it needs: the time limit counts from here."""


@dataclass(frozen=True)
class Judged:
    """The verdicts of one dtype; of a case that was given, one after the other."""

    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Done:
    """The task is finished; for a Recall with the case it asked for."""

    counterexample: Counterexample | None = None


@dataclass(frozen=True)
class Broken:
    """The task ended in an exception, and `whose`: "usage" (the user's), "judge" or "kernel"."""

    whose: str
    message: str
    stack: str


Message: TypeAlias = Ready | Judged | Done | Broken


class _Recalled(BaseException):
    """Leaves Hypothesis with the case that was asked for; no Exception, so that Hypothesis lets it through."""

    def __init__(self, oracle: "Oracle") -> None:
        self.oracle = oracle


def main() -> None:
    """Answer each (task, seconds) from standard input with messages on standard output, until the input ends."""
    given, answers = _take_over_streams()
    places = os.fdopen(os.open(sys.argv[2], os.O_WRONLY), "wb", buffering=0)

    def answer(message: Message | Place) -> None:
        # A place is read when this process is dead, or somebody watches: there are too many to be sent.
        if isinstance(message, (Place, Judged)):
            places.seek(0)
            places.write(message.written() if isinstance(message, Place) else b" " * PLACE_BYTES)
        if not isinstance(message, Place):
            pickle.dump(message, answers)
            answers.flush()

    tasks: queue.SimpleQueue[tuple[Task | Recall, float]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(given, tasks), daemon=True).start()

    from . import engine as _  # noqa: F401, the slow import, before the clock starts
    from .shadowing import check_names

    with _reported(answer):
        check_names()
        answer(Ready())
    while True:
        task, seconds = tasks.get()
        _forget_output()
        faulthandler.dump_traceback_later(seconds, exit=True)
        with _reported(answer):
            if isinstance(task, Recall):
                answer(Done(recall(task)))
            else:
                for verdicts in _verdicts(task, answer):
                    answer(Judged(verdicts))
                answer(Done())
        faulthandler.cancel_dump_traceback_later()


def recall(wanted: Recall) -> Counterexample | None:
    """The case that a worker died at, with what was expected; None while a fault was shrunk or diagnosed."""
    from .law import Source
    from .operation import listed_case
    from .oracle import Oracle
    from .selection import choose_operations, laws_of
    from .tree import leaves
    from .trial import show

    task, place = wanted.task, wanted.place
    (operation,) = choose_operations([task.operation])
    (law,) = (law for law in laws_of(operation) if law.name == place.law)
    if place.doing in ("shrinking", "diagnosing"):
        return None
    if place.doing == "witness":
        (oracle,) = (
            Oracle(expectation.case)
            for expectation in task.expectations
            if (expectation.entry.law, expectation.entry.dtype) == (place.law, place.dtype)
        )
    elif law.source in (Source.REJECTS, Source.KINKS):
        entries = operation.rejects if law.source == Source.REJECTS else operation.kinks
        oracle = Oracle(listed_case(operation.name, entries[place.count - 1], place.dtype))
    else:
        oracle = _drawn(operation, law, wanted)
    if law.source == Source.REJECTS:
        expected = "ValueError"
    else:
        expected = "\n".join(f"{name} = {show(leaf)}" for name, leaf in leaves(oracle.output))
    case = oracle.case
    size = sum(array.size for array in (*case.params.values(), *case.inputs) if array is not None)
    return Counterexample(case=case, expected=expected, actual="nothing", size=size, shrinking_cut=True)


def _drawn(operation: "Operation", law: "Law", wanted: Recall) -> "Oracle":
    import hypothesis

    from .asking import asked_cases, companions, run_given, stream_seed

    task, place = wanted.task, wanted.place
    count = 0

    def stop_there(oracle: "Oracle") -> None:
        nonlocal count
        count += 1
        if count == place.count and place.content:
            raise _Recalled(companions(operation, oracle, law.source, place.content)[-1])
        if count == place.count:
            raise _Recalled(oracle)

    try:
        run_given(
            asked_cases(operation, place.dtype, law.source),
            stop_there,
            seed=stream_seed(task.seed, operation.name, place.dtype, law.source),
            examples=operation.examples(task.examples, law.source),
            phases=(hypothesis.Phase.generate,),
        )
    except _Recalled as found:
        return found.oracle
    raise LookupError(f"{operation.name} has no case {place.count}")


def _verdicts(task: Task, answer: Any) -> Iterator[tuple[Verdict, ...]]:
    if task.case is not None:
        yield from ((verdict,) for verdict in _judge_given(task, task.case, answer))
    elif task.laws == ():
        yield _unusable(task)
    else:
        yield from (_judge(task, dtype, answer) for dtype in task.dtypes)


def _unusable(task: Task) -> tuple[Verdict, ...]:
    """Why there is no kernel to judge; nothing where there is one."""
    from .backend import Failure
    from .selection import choose_operations, load_for
    from .verdict import Status

    (operation,) = choose_operations([task.operation])
    kernel = load_for(task.address, operation).kernels.get(task.operation)
    if kernel is not None and not isinstance(kernel, Failure):
        return ()
    status, reason = (Status.UNSUPPORTED, "") if kernel is None else (Status.ERRORED, kernel.reason)
    return (
        Verdict(
            backend=task.backend,
            operation=task.operation,
            law=None,
            dtype=None,
            status=status,
            message=reason,
        ),
    )


def _judge_given(task: Task, case: Case, answer: Any) -> Iterator[Verdict]:
    """The verdict of every law on the case itself, whose numbers may lie where conventions decide."""
    from .conventions import honouring
    from .diagnosis import diagnose
    from .engine import judge_case
    from .kernel import Kernel
    from .oracle import Oracle
    from .selection import choose_laws, choose_operations, laws_of, load_for

    (operation,) = choose_operations([task.operation])
    backend = load_for(task.address, operation)
    asked, charged = choose_laws(task.laws or ()), dict[str, str]()
    kernel = backend.kernels.get(task.operation)
    if isinstance(kernel, Kernel):
        kernel = honouring(operation, kernel, backend.declaration, case)
    for law in laws_of(operation):
        if law not in asked:
            continue
        answer(Place(dtype=case.dtype, law=law.name, doing="given"))
        verdict = judge_case(operation, kernel, backend.declaration, law, case, charged=charged)
        if task.diagnosing and isinstance(kernel, Kernel) and verdict.counterexample is not None:
            answer(Place(dtype=case.dtype, law=law.name, doing="diagnosing"))
            said = diagnose(operation, kernel, case.dtype, Oracle(case), (), law)
            verdict = replace(verdict, diagnosis=None if said is None else said.text)
        yield verdict


def _judge(task: Task, dtype: str, answer: Any) -> tuple[Verdict, ...]:
    from .engine import judge_kernel
    from .selection import choose_laws, choose_operations, laws_of, load_for

    (operation,) = choose_operations([task.operation])
    backend = load_for(task.address, operation)
    asked = laws_of(operation) if task.laws is None else choose_laws(task.laws)
    laws = tuple(law for law in laws_of(operation) if law in asked)

    def progress(law: "Law", doing: str, count: int, content: int) -> None:
        answer(Place(dtype=dtype, law=law.name, count=count, content=content, doing=doing))

    charged: dict[str, str] = {}
    verdicts: dict[str | None, Verdict] = {}
    for expectation in task.expectations:
        law = next((law for law in laws if law.name == expectation.entry.law), None)
        if law is not None and expectation.entry.dtype == dtype:
            answer(Place(dtype=dtype, law=law.name, doing="witness"))
            verdicts[law.name] = _witnessed(operation, backend, law, expectation, charged)
    searched = judge_kernel(
        operation,
        backend.kernels.get(task.operation),
        backend.declaration,
        dtype=dtype,
        laws=[law for law in laws if law.name not in verdicts],
        examples=task.examples,
        contents=task.contents,
        seed=task.seed,
        progress=progress,
        charged=charged,
    )
    verdicts.update((verdict.law, verdict) for verdict in searched)
    return tuple(verdicts[law.name] for law in laws)


def _witnessed(
    operation: "Operation",
    backend: "Backend",
    law: "Law",
    expectation: "Expectation",
    charged: dict[str, str],
) -> Verdict:
    """The verdict of a law that has an expectation: its witness decides."""
    from .engine import judge_case
    from .errors import UsageError
    from .expectations import decide
    from .replay import listed_entry

    case = expectation.case
    try:
        verdict = judge_case(
            operation,
            backend.kernels.get(operation.name),
            backend.declaration,
            law,
            case,
            listed_entry(operation, law, case),
            charged,
        )
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        # The kernel's exceptions are in the verdict: this one is the reference's.
        raise UsageError(
            f"the witness of {expectation.entry.place} is no case of {operation.name}: {error}"
        ) from error
    return decide(expectation, verdict)


def _take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """The parent's pipes, out of the kernel's reach: it reads nothing, and prints to standard error's file."""
    given, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    faulthandler.enable()
    return given, answers


def _listen(given: BinaryIO, tasks: "queue.SimpleQueue[tuple[Task | Recall, float]]") -> None:
    """Hand on tasks; when the input ends the parent is gone, and this process goes with all its children."""
    try:
        while True:
            tasks.put(pickle.load(given))
    except (EOFError, OSError):
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(0)


def _forget_output() -> None:
    """Empty the file of what was printed, so that what it holds is about the task at hand."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    try:
        os.ftruncate(2, 0)
        os.lseek(2, 0, os.SEEK_SET)
    except OSError:
        pass  # standard error is no file


@contextmanager
def _reported(answer: Any) -> Iterator[None]:
    """Turn an exception into a message; the process lives on."""
    from .errors import UsageError

    try:
        yield
    except UsageError as error:
        answer(Broken("usage", str(error), ""))
    except Exception as error:
        answer(Broken("judge", f"{type(error).__name__}: {error}", traceback.format_exc()))
    except BaseException as error:
        # Nobody else raises one here: Ctrl-C does not reach this process.
        answer(
            Broken("kernel", f"raised {type(error).__name__}: {error}".rstrip(": "), traceback.format_exc())
        )

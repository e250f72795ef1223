"""The pool: worker processes that judge, each with one numeric thread; one that dies or hangs is replaced.

A worker serves one backend, so that what a kernel does to its process touches no other backend. It leads a
process group of its own: Ctrl-C does not reach it, and it is killed together with its children.
"""

import json
import os
import pickle
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from .backend import find_folder
from .errors import JudgeError, UsageError
from .verdict import Status, Verdict
from .worker import Broken, Done, Judged, Message, Place, Ready, Recall, Task

START_SECONDS = 180.0
"""Time for a worker to import torch; the clock of a task starts afterwards."""

GRACE_SECONDS = 5.0
"""A worker ends itself when its time is up, and says where it was; it is killed where it did not."""

RECALL_SECONDS = 60.0
"""Time to draw again the case that a worker died on."""

LOOK_SECONDS = 0.1
"""How often the clocks are looked at."""

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)

# Hypothesis keeps the constants it harvests in a folder; below the null device there is no place for one.
NO_STORAGE = {"HYPOTHESIS_STORAGE_DIRECTORY": os.path.join(os.devnull, "hypothesis")}  # noqa: PTH118

# The parent's sys.path, torchstone's own home last; -P keeps the working directory away from the first place.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from conformance.worker import main; main()"
)

_FRAME = re.compile(r'^ *File "(?P<file>.+)", line (?P<line>\d+),? in (?P<name>\S+)', re.MULTILINE)

Watch = Callable[[Task, Place], None]
"""Called with what is being judged, many times a second."""


class Pool:
    """At most `jobs` workers; a task that takes longer than `seconds` is `timed_out`."""

    def __init__(self, jobs: int, seconds: float) -> None:
        self._jobs, self._seconds = jobs, seconds
        self._workers: list[_Worker] = []
        self._inbox: queue.SimpleQueue[tuple[_Worker, Message | None]] = queue.SimpleQueue()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill every worker and its children."""
        for worker in self._workers:
            worker.kill()
        while self._workers:
            self._workers.pop().bury()

    def judge(
        self, tasks: Iterable[Task], watch: Watch | None = None
    ) -> Iterator[tuple[Task, tuple[Verdict, ...]]]:
        """Yield the verdicts of each task as it ends, whatever its kernel did to its process.

        Raises UsageError for a backend that cannot be loaded, JudgeError for a fault of the judge's own.
        """
        pending, looked = deque(tasks), 0.0
        while pending or any(worker.busy for worker in self._workers):
            self._hand_out(pending)
            if time.monotonic() > looked + LOOK_SECONDS:
                for worker in self._workers:
                    worker.kill_if_overdue()
                    worker.look()
                    if watch is not None and isinstance(worker.job, Task) and worker.place is not None:
                        watch(worker.job, worker.place)
                looked = time.monotonic()
            try:
                worker, message = self._inbox.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue
            if worker in self._workers:
                ended = self._hear(worker, message)
                if ended is not None:
                    yield ended

    def _hand_out(self, pending: deque[Task]) -> None:
        """Give every idle worker a task of its backend; a worker whose backend is done makes way."""
        for worker in [worker for worker in self._workers if not worker.busy]:
            task = next((task for task in pending if task.address == worker.address), None)
            if task is not None:
                pending.remove(task)
                worker.give(task)
            elif pending:
                self._remove(worker)
        while pending and len(self._workers) < self._jobs:
            self._start(pending.popleft())

    def _start(self, job: Task | Recall, verdicts: tuple[Verdict, ...] = ()) -> None:
        worker = _Worker(_task_of(job).address, self._seconds, self._inbox)
        self._workers.append(worker)
        worker.give(job, verdicts)

    def _remove(self, worker: "_Worker") -> None:
        self._workers.remove(worker)
        worker.kill()
        worker.bury()

    def _hear(self, worker: "_Worker", message: Message | None) -> tuple[Task, tuple[Verdict, ...]] | None:
        job = worker.job
        if isinstance(message, Ready):
            worker.ready()
        elif isinstance(message, Judged):
            worker.verdicts += message.verdicts
        elif isinstance(message, Done) and job is not None:
            found = message.counterexample
            verdicts = worker.verdicts
            if found is not None:
                verdicts = (*verdicts[:-1], replace(verdicts[-1], counterexample=found))
            worker.rest()
            return _task_of(job), verdicts
        elif message is None or isinstance(message, Broken):
            return self._lost(worker, message)
        return None

    def _lost(self, worker: "_Worker", broken: Broken | None) -> tuple[Task, tuple[Verdict, ...]] | None:
        """A worker died, or its task broke off; an idle one was nobody's loss."""
        self._remove(worker)
        job = worker.job
        if broken is not None and broken.whose == "usage":
            raise UsageError(broken.message)
        if isinstance(job, Recall):  # the verdict stands without its case
            return job.task, worker.verdicts
        if worker.started is None or (broken is not None and broken.whose == "judge"):
            message = "a worker did not start" if broken is None else broken.message
            raise JudgeError(message) from _WorkerTraceback(
                worker.printed if broken is None else broken.stack
            )
        if job is None:
            return None
        verdict = worker.verdict_on_death(job, broken)
        if worker.place is None or job.case is not None:
            return job, (*worker.verdicts, verdict)
        self._start(Recall(job, worker.place), (*worker.verdicts, verdict))
        return None


class _WorkerTraceback(Exception):
    """The cause of a JudgeError, as the worker wrote it."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


class _Worker:
    """One process: its pipes, its time, and what it has said about its task."""

    def __init__(
        self, address: str, seconds: float, inbox: "queue.SimpleQueue[tuple[_Worker, Message | None]]"
    ) -> None:
        self.address, self._seconds = address, seconds
        self.job: Task | Recall | None = None
        self.place: Place | None = None
        self.verdicts: tuple[Verdict, ...] = ()
        self.started: float | None = None
        self._is_ready = self._overdue = False
        self._born = time.monotonic()
        self._died: float | None = None
        self.printed = ""
        self._print = tempfile.TemporaryFile()  # noqa: SIM115, closed when the worker is buried
        # Both have it open: it needs its name until the worker has started.
        file, self._name = tempfile.mkstemp(prefix="torchstone-")
        self._places = os.fdopen(file, "rb", buffering=0)
        home = str(Path(__file__).resolve().parent.parent)
        path = [*sys.path, *([] if home in sys.path else [home])]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, json.dumps(path), self._name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._print,
            env={**os.environ, **ONE_THREAD, **NO_STORAGE},
            start_new_session=True,
        )
        self._inbox = inbox
        self._ear = threading.Thread(target=_listen, args=(self, self._process.stdout, inbox), daemon=True)
        self._ear.start()

    @property
    def busy(self) -> bool:
        return self.job is not None

    @property
    def _limit(self) -> float:
        # Drawing a case again is not the kernel's time.
        return max(self._seconds, RECALL_SECONDS) if isinstance(self.job, Recall) else self._seconds

    def give(self, job: Task | Recall, verdicts: tuple[Verdict, ...] = ()) -> None:
        """Send a task, with the verdicts already known."""
        self.job, self.verdicts, self.place = job, verdicts, None
        assert self._process.stdin is not None
        # A kernel may change the worker's directory: it gets the folder itself.
        task = replace(_task_of(job), address=str(find_folder(self.address)))
        sent = task if isinstance(job, Task) else replace(job, task=task)
        try:
            pickle.dump((sent, self._limit), self._process.stdin)
            self._process.stdin.flush()
        except OSError:
            pass  # it died while idle; its end is heard in a moment
        self.started = time.monotonic() if self._is_ready else None

    def ready(self) -> None:
        """Start the clock."""
        self._is_ready, self.started = True, time.monotonic()
        self._forget_name()

    def rest(self) -> None:
        """Forget the task."""
        self.job, self.verdicts, self.place = None, (), None

    def look(self) -> None:
        """Read where it is, or where it was when it died."""
        self._places.seek(0)
        self.place = Place.read(self._places.read())

    def _forget_name(self) -> None:
        with suppress(OSError):  # it has none any more, or this is a system that keeps names of open files
            os.unlink(self._name)  # noqa: PTH108

    def kill_if_overdue(self) -> None:
        """Kill the process where its time is up, and the children that keep a dead one's pipe open."""
        now = time.monotonic()
        if self._process.poll() is not None:
            self._died = self._died or now
            self.kill()
            if now - self._died > GRACE_SECONDS:  # a child in a group of its own has the pipe
                self._inbox.put((self, None))
        elif self.started is None:
            if now - self._born > START_SECONDS:
                self.kill()
        elif self.busy and now - self.started > self._limit + GRACE_SECONDS:
            self.kill()

    def kill(self) -> None:
        """Kill the process and its children."""
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        except (ProcessLookupError, PermissionError):
            pass  # nobody is left

    def bury(self) -> None:
        """Wait for the killed process, keep the end of what it printed, and let its pipes go."""
        self._process.wait()
        length = self._print.seek(0, os.SEEK_END)
        self._print.seek(max(0, length - 20_000))
        self.printed = self._print.read().decode(errors="replace").strip()
        self._print.close()
        self.look()
        self._places.close()
        self._forget_name()
        self._ear.join(timeout=2)
        assert self._process.stdin is not None
        with suppress(OSError):  # what could not be sent
            self._process.stdin.close()
        if not self._ear.is_alive():
            assert self._process.stdout is not None
            self._process.stdout.close()

    def verdict_on_death(self, task: Task, broken: Broken | None) -> Verdict:
        """`crashed` or `timed_out`, in words: how the process ended, where it was and what it last printed."""
        assert self.started is not None
        seconds = time.monotonic() - self.started
        status = Status.CRASHED
        place = self.place
        frames = list(_FRAME.finditer(self.printed))
        if broken is not None:
            how, frames = broken.message, list(_FRAME.finditer(broken.stack))[::-1]
        elif seconds >= self._seconds:
            status, how = Status.TIMED_OUT, f"not finished after {self._seconds:g} s"
        else:
            how = _ending(self._process.returncode)
        words = how + _where(frames, task.address)
        if place is not None:
            words += {
                "shrinking": f", while a fault of {place.law} was shrunk",
                "diagnosing": f", while a fault of {place.law} was diagnosed",
                "witness": ", at the witness of its expectation",
                "given": "",
            }.get(place.doing, f", at case {place.count}")
        return Verdict(
            backend=task.backend,
            operation=task.operation,
            law=None if place is None else place.law,
            dtype=None if place is None else place.dtype,
            status=status,
            seconds=round(seconds, 4),
            message=words,
        )


def _listen(
    worker: _Worker, answers: Any, inbox: "queue.SimpleQueue[tuple[_Worker, Message | None]]"
) -> None:
    """Pass on what a worker says; None when it has ended."""
    try:
        while True:
            inbox.put((worker, pickle.load(answers)))
    except Exception:  # cut off in mid-sentence
        inbox.put((worker, None))


def _task_of(job: Task | Recall) -> Task:
    return job.task if isinstance(job, Recall) else job


def _ending(status: int) -> str:
    if status >= 0:
        return f"the process ended with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")


def _where(frames: Iterable["re.Match[str]"], address: str) -> str:
    """The first of the frames, innermost first, that is in the backend's own files."""
    folder = find_folder(address)
    for frame in frames:
        file = Path(frame["file"])
        if folder in file.parents:
            return f" in {file.relative_to(folder)}, line {frame['line']}, {frame['name']}()"
    return ""

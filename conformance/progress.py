"""How far a run is: a bar on a terminal, a line for each finished operation elsewhere."""

from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from .verdict import Verdict
from .worker import Place, Task


class Progress(Protocol):
    """What a run tells while it goes on."""

    def __enter__(self) -> "Progress": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def at(self, task: Task, place: Place) -> None:
        """A worker asks a case."""

    def ended(self, task: Task, verdicts: Sequence[Verdict]) -> None:
        """A task has its verdicts."""


def progress(tasks: int, console: Console) -> Progress:
    """A bar where `console` is a terminal that can have one and is not under NO_COLOR; else lines."""
    if console.is_terminal and not console.is_dumb_terminal and not console.no_color:
        return _Bar(tasks, console)
    return _Lines(tasks, console)


class _Lines:
    def __init__(self, tasks: int, console: Console) -> None:
        self._tasks, self._console, self._done = tasks, console, 0

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def at(self, task: Task, place: Place) -> None:
        pass

    def ended(self, task: Task, verdicts: Sequence[Verdict]) -> None:
        self._done += 1
        counts = Counter(verdict.status.value.replace("_", " ") for verdict in verdicts)
        told = ", ".join(f"{count} {status}" for status, count in counts.items())
        self._console.print(
            f"[{self._done:{len(str(self._tasks))}}/{self._tasks}] {task.backend} {task.operation}: {told}",
            soft_wrap=True,
        )


class _Bar:
    def __init__(self, tasks: int, console: Console) -> None:
        self._bar = RichProgress(
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
        )
        self._row = self._bar.add_task("starting", total=tasks)

    def __enter__(self) -> "_Bar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def at(self, task: Task, place: Place) -> None:
        what = place.law if place.doing == "judging" else f"{place.doing} {place.law}"
        self._bar.update(self._row, description=f"{task.backend} {task.operation}: {what}")

    def ended(self, task: Task, verdicts: Sequence[Verdict]) -> None:
        self._bar.advance(self._row)

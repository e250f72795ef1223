"""torchstone selftest: every defect of the catalogue before the judge, as a backend that it does not know."""

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

from .examination import Examination
from .run import cores, names

if TYPE_CHECKING:
    from rich.console import Console

    from .defects import Defect

RECOGNISED = 0.95
"""The share of the defects that the diagnosis must name first."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone selftest`."""
    parser.add_argument(
        "--operations", type=names, metavar="A,B", help="only the defects of these operations"
    )
    parser.add_argument(
        "--examples",
        type=int,
        default=100,
        metavar="N",
        help="cases for the law that a defect names (default: 100)",
    )
    parser.add_argument(
        "--others", type=int, metavar="N", help="cases for the other laws (default: a quarter)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which cases are drawn (default: 0)")
    parser.add_argument("-j", "--jobs", type=int, metavar="N", help="worker processes (default: a core each)")


def run(args: argparse.Namespace) -> int:
    """Examine and print; 0 where every defect is rejected and enough of them are named, else 1."""
    from rich.console import Console

    from .remarks import console
    from .selection import natural, not_negative

    natural("examples", args.examples)
    if args.others is not None:
        natural("others", args.others)
    not_negative("seed", args.seed)
    jobs = natural("-j", cores() if args.jobs is None else args.jobs)
    chosen = catalogue(args.operations)
    found = []
    with _Shown(len(chosen), Console(stderr=True, highlight=False, markup=False)) as shown:
        for examination in examinations(chosen, args.examples, args.others, args.seed, jobs):
            found.append(examination)
            shown.ended(examination)
    order = {defect.name: place for place, defect in enumerate(chosen)}
    found.sort(key=lambda examination: order[examination.defect])
    out = console()
    others = "" if args.others is None else f", {args.others} for laws that are not named"
    out.print(f"torchstone selftest: seed {args.seed}, {args.examples} examples{others}")
    for line in told(found):
        out.print(line, soft_wrap=True)
    return 0 if passes(found) else 1


def catalogue(operations: Sequence[str] | None) -> "tuple[Defect, ...]":
    """The defects of the operations named, or all; raises UsageError where there are none."""
    from .defects import DEFECTS
    from .errors import UsageError
    from .selection import choose_operations

    if operations is None:
        return DEFECTS
    wanted = {operation.name for operation in choose_operations(operations)}
    found = tuple(defect for defect in DEFECTS if defect.operation in wanted)
    if not found:
        raise UsageError(
            f"no defects of {', '.join(sorted(wanted))}; expected operations of the profile core"
        )
    return found


def examinations(
    defects: "Sequence[Defect]", examples: int, others: int | None, seed: int, jobs: int
) -> Iterator[Examination]:
    """Each defect's examination as it ends, in worker processes, where Hypothesis finds no place for a folder."""
    import multiprocessing

    with ExitStack() as stack:
        pool = stack.enter_context(
            ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_prepare)
        )
        # The costly operations come last in the catalogue, and would leave one worker alone at the end.
        stack.callback(pool.shutdown, cancel_futures=True)
        tasks = [pool.submit(_examine, defect.name, examples, others, seed) for defect in reversed(defects)]
        yield from (task.result() for task in as_completed(tasks))


REMEMBERED = 400
"""Cases whose answers a worker keeps: those that all defects of an operation are asked, and their shrunk ones."""


def _prepare() -> None:
    from .asking import MEMORY
    from .workers import NO_STORAGE, ONE_THREAD

    os.environ |= {**ONE_THREAD, **NO_STORAGE}
    MEMORY.size = REMEMBERED


def _examine(name: str, examples: int, others: int | None, seed: int) -> Examination:
    from .defects import DEFECTS
    from .examination import examine

    (defect,) = (defect for defect in DEFECTS if defect.name == name)
    return examine(defect, examples=examples, others=others, seed=seed)


def passes(found: Sequence[Examination]) -> bool:
    """Whether every defect is rejected, and the diagnosis names enough of them first."""
    recognised = sum(examination.recognised for examination in found)
    return not any(examination.survives for examination in found) and recognised >= RECOGNISED * len(found)


def told(found: Sequence[Examination]) -> Iterator[str]:
    """The result in lines."""
    yield from _operations(found)
    yield ""
    yield from _laws(found)
    confused = [examination for examination in found if examination.killed_by and not examination.recognised]
    if confused:
        yield ""
        yield "not named first:"
        for examination in confused:
            taken = ", ".join(examination.named) or examination.diagnosis or "nothing is said"
            yield f"  {examination.defect}: {taken} (by {examination.killed_by[0]}, {examination.dtype})"
    survivors = [examination for examination in found if examination.survives]
    if survivors:
        yield ""
        yield "survivors:"
        for examination in survivors:
            yield from _survivor(examination)
    yield ""
    killed, recognised = len(found) - len(survivors), sum(examination.recognised for examination in found)
    yield f"{killed} of {len(found)} defects rejected"
    yield f"{recognised} of {len(found)} named first ({recognised / len(found):.1%}, required {RECOGNISED:.0%})"
    rejected = [examination for examination in found if examination.found_at is not None]
    if rejected:
        detection = median(examination.found_at or 0 for examination in rejected)
        size = median(examination.size or 0 for examination in rejected)
        yield f"median examples to detection {detection:g}, median size of the smallest case {size:g} elements"


def _operations(found: Sequence[Examination]) -> Iterator[str]:
    """How many defects of each operation are rejected and named, and how many laws were asked."""
    rows = [("operation", "rejected", "named first", "laws asked", "CPU s")]
    for operation in dict.fromkeys(examination.operation for examination in found):
        own = [examination for examination in found if examination.operation == operation]
        asked = {len([asked for asked in examination.asked if asked.cases]) for examination in own}
        rows.append(
            (
                operation,
                f"{sum(not examination.survives for examination in own)} / {len(own)}",
                f"{sum(examination.recognised for examination in own)} / {len(own)}",
                "-".join(map(str, sorted({min(asked), max(asked)}))),
                f"{sum(examination.seconds for examination in own):.1f}",
            )
        )
    yield from _columns(rows)


def _laws(found: Sequence[Examination]) -> Iterator[str]:
    """How many defects each law rejects, and how many it alone; last those that alone reject none."""
    kills = Counter(law for examination in found for law in examination.killed_by)
    alone = Counter(examination.killed_by[0] for examination in found if len(examination.killed_by) == 1)
    laws = list(dict.fromkeys(asked.law for examination in found for asked in examination.asked))
    yield from _columns(
        [("law", "rejects", "alone"), *((law, str(kills[law]), str(alone[law])) for law in laws)]
    )
    idle = [law for law in laws if not alone[law]]
    if idle:
        yield f"alone reject nothing: {', '.join(idle)}"


def _survivor(examination: Examination) -> Iterator[str]:
    """Why a defect survives: what each law came to, or which law overlooks it."""
    if examination.overlooked:
        dtypes = ", ".join(examination.overlooked)
        yield f"  {examination.defect}: {examination.law}, the law it names, overlooks it in {dtypes}"
    else:
        yield f"  {examination.defect}: no law rejects it"
    for asked in examination.asked:
        if not asked.rejects:
            reason = f": {asked.message}" if asked.message else ""
            yield f"    {asked.law}: {asked.status}, {asked.cases} cases, {asked.elements} checks{reason}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for first, *others in rows:
        numbers = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *numbers))


class _Shown:
    """A bar on a terminal, a line for each twentieth elsewhere."""

    def __init__(self, total: int, console: "Console") -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._total, self._done, self._console = total, 0, console
        self._is_bar = console.is_terminal and not console.is_dumb_terminal and not console.no_color
        self._bar = Progress(
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not self._is_bar,
        )
        self._row = self._bar.add_task("starting", total=total)

    def __enter__(self) -> "_Shown":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def ended(self, examination: Examination) -> None:
        """A defect has been examined."""
        self._done += 1
        self._bar.update(self._row, advance=1, description=examination.defect)
        if not self._is_bar and (self._done == self._total or self._done % max(self._total // 20, 1) == 0):
            self._console.print(f"[{self._done}/{self._total}] {examination.defect}", soft_wrap=True)

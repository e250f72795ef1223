"""torchstone run: judge backends, print the matrix, write the report."""

import argparse
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import JudgeError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from .backend import Declaration
    from .plan import Plan
    from .verdict import Verdict
    from .worker import Task

SECONDS_AN_EXAMPLE = 3.0
"""What one operation of one backend may take for each example: some ten times what scalar loops take."""

LEAST_SECONDS = 300.0
"""A kernel wrong by every law takes minutes to shrink, however few the examples."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone run`."""
    parser.add_argument(
        "backends",
        nargs="*",
        metavar="BACKEND",
        help="a bundled backend, a folder or a package; none: all bundled ones",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--operations", type=names, metavar="A,B", help="only these operations")
    which.add_argument("--profile", metavar="NAME", help="only the operations of this profile")
    parser.add_argument("--laws", type=names, metavar="A,B", help="only these laws")
    parser.add_argument("--dtypes", type=names, metavar="A,B", help="only these dtypes")
    parser.add_argument(
        "--examples",
        type=int,
        default=100,
        metavar="N",
        help="cases for each law and dtype, fewer where one takes long (default: 100)",
    )
    parser.add_argument(
        "--contents",
        type=int,
        default=1,
        metavar="N",
        help="contents drawn for the structure of each case, of which agreement and vjp judge all (default: 1)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which cases are drawn (default: 0)")
    parser.add_argument("-j", "--jobs", type=int, metavar="N", help="worker processes (default: a core each)")
    parser.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help=f"time for one operation of one backend (default: {LEAST_SECONDS:g}, beyond 100 examples more)",
    )
    parser.add_argument(
        "--headroom",
        action="store_true",
        help="print the largest error of every cell, in percent of what is allowed",
    )
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write report.jsonl and the cases of faults there"
    )


def names(text: str) -> tuple[str, ...]:
    """A comma-separated list."""
    found = tuple(name.strip() for name in text.split(",") if name.strip())
    if not found:
        raise argparse.ArgumentTypeError("expected names separated by commas")
    return found


def run(args: argparse.Namespace) -> int:
    """Judge, print and write; the exit status of `status_of`, or 130 where the run was interrupted."""
    from . import matrix, report
    from .plan import make_plan
    from .remarks import console
    from .selection import natural

    plan = make_plan(
        backends=args.backends,
        operations=args.operations,
        profile=args.profile,
        laws=args.laws,
        dtypes=args.dtypes,
        examples=args.examples,
        contents=args.contents,
        seed=args.seed,
    )
    jobs = natural("-j", cores() if args.jobs is None else args.jobs)
    seconds = time_limit(args.examples * args.contents, args.timeout)
    addresses = {backend.name: backend.address for backend in plan.backends}
    declarations = [backend.declaration for backend in plan.backends]
    header = report.header(
        args.seed, args.examples, args.profile, declarations, addresses, contents=args.contents
    )
    if args.report is not None:
        report.prepare(args.report)

    out = console()
    _print_head(out, header, declarations)
    done: dict[Task, tuple[Verdict, ...]] = {}
    broken: JudgeError | None = None
    complete = False
    try:
        _judge(plan, jobs, seconds, done)
        complete = True
    except KeyboardInterrupt:
        pass
    except JudgeError as error:
        broken = error  # what was judged so far is told first
    verdicts = tuple(verdict for task in plan.tasks() for verdict in done.get(task, ()))

    if args.report is not None:
        report.write(args.report, report.Report(header, verdicts, complete))

    def replay(verdict: "Verdict") -> str:
        return report.replay_command(
            verdict,
            args.report,
            args.seed,
            args.examples,
            addresses.get(verdict.backend),
            contents=args.contents,
        )

    if verdicts:
        matrix.render(verdicts, out, complete=complete)
        if args.headroom:
            matrix.headroom(verdicts, out)
        matrix.failures(verdicts, out, replay)
    else:
        out.print("partial: the run was interrupted before anything was judged")
    if args.report is not None:
        out.print(f"\nreport: {args.report / report.FILE}", soft_wrap=True)
    if broken is not None:
        raise broken
    return status_of(verdicts) if complete else 130


def status_of(verdicts: "Sequence[Verdict]") -> int:
    """0 where every verdict conforms, 1 where one does not; raises UsageError where nothing was decided."""
    from .verdict import Status

    if not all(verdict.status.conforms for verdict in verdicts):
        return 1
    if all(verdict.status == Status.UNSUPPORTED for verdict in verdicts):
        raise UsageError("nothing was decided: all that was asked for is unsupported")
    return 0


def time_limit(examples: int, said: float | None = None) -> float:
    """The seconds that one operation of one backend may take: what the user has said, or enough."""
    if said is None:
        return max(LEAST_SECONDS, SECONDS_AN_EXAMPLE * examples)
    if not 0.01 <= said <= 1e8:
        raise UsageError(f"--timeout {said:g}: expected a number of seconds, 0.01 or more")
    return said


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _judge(plan: "Plan", jobs: int, seconds: float, done: "dict[Task, tuple[Verdict, ...]]") -> None:
    from rich.console import Console

    from .progress import progress
    from .workers import Pool

    tasks = plan.tasks()
    with (
        terminated_as_interrupted(),
        Pool(jobs, seconds) as pool,
        progress(len(tasks), Console(stderr=True, highlight=False, markup=False)) as shown,
    ):
        for task, verdicts in pool.judge(tasks, shown.at):
            done[task] = verdicts
            shown.ended(task, verdicts)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: the workers go first, and what was judged is told."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _print_head(out: "Console", header: "dict[str, Any]", declarations: "Sequence[Declaration]") -> None:
    out.print(
        f"torchstone, specification {header['specification']}: seed {header['seed']}, "
        f"{header['examples']} examples a law and dtype"
        + (f", {header['contents']} contents each" if header["contents"] > 1 else ""),
        soft_wrap=True,
    )
    for declaration in declarations:
        bends = bending(declaration)
        if bends:
            out.print(f"{declaration.name} declares {', '.join(bends)}", soft_wrap=True)
    out.print()


def bending(declaration: "Declaration") -> list[str]:
    """What a backend declares that differs from the default: all that bends a judgement."""
    fields = type(declaration).__dataclass_fields__
    return [
        f"{name} = {value}"
        for name, field in fields.items()
        if name not in ("name", "description", "kinks")
        and (value := getattr(declaration, name)) != field.default
    ] + [f"{point} = {convention}" for point, convention in declaration.kinks.items()]

"""torchstone diff: what two reports say of the same verdicts, and which of them got worse."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .verdict import Status, Verdict

if TYPE_CHECKING:
    from .recorded import Line, Recorded

ORDER = (
    Status.PASSED,
    Status.UNSUPPORTED,
    Status.EXPECTED_FAILURE,
    Status.UNEXPECTED_PASS,
    Status.VACUOUS,
    Status.FAILED,
    Status.ERRORED,
    Status.TIMED_OUT,
    Status.CRASHED,
)
"""From the best to the worst: to refuse is better than to be wrong, a wrong answer better than none."""

GROWTH, NOTABLE = 2, 0.1
"""Headroom has grown where it is more than twice what it was and above a tenth of what is allowed."""

FATAL = (Status.TIMED_OUT, Status.CRASHED)
"""Outcomes that take the verdicts of the operation's other laws with them."""

SHOWN = 20
"""Rows printed under one heading before they are only counted."""


@dataclass(frozen=True)
class Change:
    """A verdict in both reports."""

    old: "Line"
    new: "Line"

    @property
    def verdict(self) -> Verdict:
        """The new one."""
        return self.new.verdict

    @property
    def worse(self) -> bool:
        """Whether its status got worse; a failure that is expected for a reason is none."""
        new = self.verdict.status
        return new != Status.EXPECTED_FAILURE and ORDER.index(new) > ORDER.index(self.old.verdict.status)

    @property
    def excused(self) -> bool:
        """Whether a fault of the kernel is expected, for a reason, from now on."""
        return self.old.verdict.status != self.verdict.status == Status.EXPECTED_FAILURE

    @property
    def better(self) -> bool:
        """Whether its status got better; a fault that has found an excuse has not."""
        new = self.verdict.status
        return not self.excused and ORDER.index(new) < ORDER.index(self.old.verdict.status)

    @property
    def tighter(self) -> bool:
        """Whether it still passes, with a headroom that has grown."""
        old, new = self.old.verdict, self.verdict
        if new.headroom is None or {old.status, new.status} != {Status.PASSED}:
            return False
        return new.headroom > NOTABLE and new.headroom > GROWTH * (old.headroom or 0.0)


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What became of every verdict of two reports; a verdict that a crash took away is not `removed`."""

    both: tuple[Change, ...]
    added: tuple["Line", ...]
    removed: tuple["Line", ...]


def compare(old: "Recorded", new: "Recorded") -> Differences:
    """Match two reports, verdict by verdict."""
    dead, lived = _dead(new.lines), {(v.backend, v.operation) for v in new.verdicts}
    return Differences(
        both=tuple(Change(old.lines[name], line) for name, line in new.lines.items() if name in old.lines),
        added=tuple(line for name, line in new.lines.items() if name not in old.lines),
        removed=tuple(
            line
            for name, line in old.lines.items()
            if name not in new.lines
            and _operation(line) not in dead
            # A crash as such is no law that could be missed.
            and not (line.verdict.status in FATAL and _operation(line) in lived)
        ),
    )


def _dead(lines: "Mapping[str, Line]") -> set[tuple[str, str]]:
    return {_operation(line) for line in lines.values() if line.verdict.status in FATAL}


def _operation(line: "Line") -> tuple[str, str]:
    return line.verdict.backend, line.verdict.operation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone diff`."""
    parser.add_argument("old", metavar="OLD", type=Path, help="a report: its folder or its file")
    parser.add_argument("new", metavar="NEW", type=Path, help="a later one")


def run(args: argparse.Namespace) -> int:
    """Print what changed; 1 where a verdict got worse."""
    from .recorded import read_back
    from .remarks import console, say

    old, new = read_back(args.old), read_back(args.new)
    out = console()
    for recorded in (old, new):
        if recorded.partial:
            say(out, f"{recorded.file} is partial: {recorded.partial}", "bold yellow")
    for line in settings(old, new):
        say(out, line)
    found = compare(old, new)
    for title, rows in _sections(found):
        if rows:
            say(out, f"{title} ({len(rows)})", "bold")
        for row in rows[:SHOWN]:
            say(out, f"  {row}")
        if len(rows) > SHOWN:
            say(out, f"  and {len(rows) - SHOWN} more")
    same = sum(change.old.verdict.status == change.verdict.status for change in found.both)
    say(out, f"{same} of {len(new.lines)} verdicts as before")
    return int(any(change.worse for change in found.both))


def _sections(found: Differences) -> Iterator[tuple[str, list[str]]]:
    def became(change: Change) -> str:
        return (
            f"{change.verdict.id}  {_word(change.old.verdict)} -> {_word(change.verdict)}{said(change.new)}"
        )

    yield "regressed", [became(change) for change in found.both if change.worse]
    yield "expected to fail from now on", [became(change) for change in found.both if change.excused]
    yield "improved", [became(change) for change in found.both if change.better]
    yield "added", [f"{line.verdict.id}  {_word(line.verdict)}{said(line)}" for line in found.added]
    yield "removed", [f"{line.verdict.id}  was {_word(line.verdict)}" for line in found.removed]
    yield (
        "headroom grown",
        [
            f"{change.verdict.id}  {change.old.verdict.headroom or 0:.2g} -> {change.verdict.headroom:.2g}"
            for change in found.both
            if change.tighter
        ],
    )


def settings(old: "Recorded", new: "Recorded") -> Iterator[str]:
    """What two runs did not have in common, as far as it can change a verdict."""
    for name in ("seed", "examples", "profile"):
        if old.header[name] != new.header[name]:
            yield f"{name}: {old.header[name]} -> {new.header[name]}"
    versions = {**old.header["versions"], **new.header["versions"]}
    for name in versions:
        before, after = (recorded.header["versions"].get(name) for recorded in (old, new))
        if before != after:
            yield f"{name} {before} -> {after}"
    for name in dict.fromkeys(verdict.backend for verdict in new.verdicts):
        before, after = (_declared(recorded, name) for recorded in (old, new))
        if before is not None and after is not None and before != after:
            changed = [key for key in after if before.get(key) != after[key]]
            yield f"{name} declares " + ", ".join(
                f"{key} = {after[key]} (was {before.get(key)})" for key in changed
            )


def _declared(recorded: "Recorded", backend: str) -> "Mapping[str, object] | None":
    named = [table for table in recorded.header["backends"] if table.get("name") == backend]
    return {k: v for k, v in named[0].items() if k not in ("address", "description")} if named else None


def said(line: "Line") -> str:
    """A verdict's message, shortened to fit beside its name."""
    words = " ".join((line.verdict.message or "").split())
    return f": {words[:120]}{'...' if len(words) > 120 else ''}" if words else ""


def _word(verdict: Verdict) -> str:
    return verdict.status.value.replace("_", " ")

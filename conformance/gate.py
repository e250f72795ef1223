"""torchstone gate: red where a report is worse than the baseline, on one screen that names the lines."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .diff import Change, compare
from .verdict import Status, Verdict

if TYPE_CHECKING:
    from .recorded import Line, Recorded

PARTIAL, STALE, WORSE = "partial", "stale expectation", "worse than the baseline"
FEWER, MISSING = "fewer checks", "missing"
"""The kinds of findings."""

SHOWN = 6
"""Findings of one kind that are told in full before they are only counted: all of it fits on a screen."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason to be red: its kind, the verdicts concerned, what is wrong, and the lines it is about."""

    kind: str
    about: str
    told: tuple[str, ...]
    places: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone gate`."""
    parser.add_argument(
        "--baseline", metavar="FILE", type=Path, required=True, help="the report.jsonl that is good enough"
    )
    parser.add_argument("report", metavar="REPORT", type=Path, help="a report: its folder or its file")


def run(args: argparse.Namespace) -> int:
    """Print what the report is worse in: 0 nothing, 1 something."""
    from .diff import settings
    from .recorded import read_back
    from .remarks import console, say

    baseline, report = read_back(args.baseline), read_back(args.report)
    found = findings(baseline, report)
    out = console()
    say(out, f"gate: {'red' if found else 'green'}", "bold red" if found else "bold green")
    for kind in dict.fromkeys(finding.kind for finding in found):
        rows = [finding for finding in found if finding.kind == kind]
        say(out, "")
        say(out, kind, "bold")
        for finding in rows[:SHOWN]:
            say(out, f"  {finding.about}", "red")
            for line in (*finding.told, *finding.places):
                say(out, f"    {line}")
        if len(rows) > SHOWN:
            say(out, f"  and {len(rows) - SHOWN} more: torchstone diff {baseline.file} {report.file}")
    say(out, "")
    kinds = {finding.kind for finding in found}
    if WORSE in kinds:
        say(out, "To keep a fault, give it a reason: torchstone expectations update REPORT DIR")
    if kinds - {STALE, PARTIAL}:
        say(out, f"To accept all that the report says: cp {report.file} {baseline.file}")
    if PARTIAL not in kinds:
        for line in (*settings(baseline, report), *_notes(baseline, report)):
            say(out, line)
    return int(bool(found))


def findings(baseline: "Recorded", report: "Recorded") -> tuple[Finding, ...]:
    """Everything in which the report is worse than the baseline."""
    partial = [recorded for recorded in (baseline, report) if recorded.partial]
    if partial:
        return tuple(
            Finding(kind=PARTIAL, about=str(r.file), told=(f"{r.partial}: run it again",), places=())
            for r in partial
        )
    return (
        *_stale(report),
        *_worse(baseline, report),
        *_fewer(baseline, report),
        *_missing(baseline, report),
    )


def _stale(report: "Recorded") -> Iterator[Finding]:
    for line in report.lines.values():
        verdict = line.verdict
        if verdict.status == Status.UNEXPECTED_PASS:
            yield Finding(
                kind=STALE,
                about=f"{_entry(report, verdict)}  {verdict.id}",
                told=(verdict.message or "",),
                places=(),
            )


def _worse(baseline: "Recorded", report: "Recorded") -> Iterator[Finding]:
    from .remarks import grouped

    differences = compare(baseline, report)
    changed = {change.verdict.id: change for change in differences.both if change.worse}
    fresh = {line.verdict.id for line in differences.added if not line.verdict.status.conforms}
    worse = [
        verdict
        for verdict in report.with_cases()
        if (verdict.id in changed or verdict.id in fresh) and verdict.status != Status.UNEXPECTED_PASS
    ]
    for group in grouped(worse):
        first = group[0]
        before = dict.fromkeys(
            changed[v.id].old.verdict.status.value if v.id in changed else "not judged" for v in group
        )
        lines = [report.lines[verdict.id] for verdict in group]
        replay = next((line.replay for line in lines if line.replay), None)
        yield Finding(
            kind=WORSE,
            about=f"{_about(group)}  {', '.join(before)} -> {first.status}".replace("_", " "),
            told=tuple(_short(text) for text in (first.message, first.diagnosis) if text)
            + ((f"replay: {replay}",) if replay else ()),
            places=(_lines(report, lines),),
        )


def _fewer(baseline: "Recorded", report: "Recorded") -> Iterator[Finding]:
    """Less was asked, or less was answered, of what passed and still passes."""
    before, now = baseline.header["examples"], report.header["examples"]
    if now < before:
        yield Finding(
            kind=FEWER,
            about=f"{now} examples a law and dtype, {before} in the baseline",
            told=(f"run it with --examples {before}",),
            places=(f"{report.file}:1",),
        )
    groups: dict[str, list[Line]] = {}
    for change in compare(baseline, report).both:
        if change.old.verdict.status == change.verdict.status == Status.PASSED:
            for text in _drops(change, now >= before):
                groups.setdefault(f"{change.verdict.backend}: {text}", []).append(change.new)
    for text, lines in groups.items():
        yield Finding(
            kind=FEWER,
            about=_about([line.verdict for line in lines]),
            told=(text.partition(": ")[2],),
            places=(_lines(report, lines),),
        )


def _drops(change: Change, comparable: bool) -> Iterator[str]:
    old, new = change.old.verdict, change.verdict
    if comparable and new.cases < old.cases:
        yield f"{new.cases} cases, {old.cases} in the baseline"
    if new.refused > old.refused:
        reasons = [reason for reason in new.refusals if reason not in old.refusals]
        because = f" (new: {'; '.join(reasons)})" if reasons else ""
        yield f"{new.refused} cases refused, {old.refused} in the baseline{because}"


def _missing(baseline: "Recorded", report: "Recorded") -> Iterator[Finding]:
    removed = compare(baseline, report).removed
    for backend in dict.fromkeys(line.verdict.backend for line in removed):
        lines = [line for line in removed if line.verdict.backend == backend]
        yield Finding(
            kind=MISSING,
            about=_about([line.verdict for line in lines]),
            told=("in the baseline, and not judged any more",),
            places=(_lines(baseline, lines),),
        )


def _notes(baseline: "Recorded", report: "Recorded") -> Iterator[str]:
    """What a green light does not mean."""
    for change in compare(baseline, report).both:
        if change.excused:
            verdict = change.verdict
            yield f"expected from now on: {verdict.id} ({verdict.message}; {_entry(report, verdict)})"
    expected = sum(verdict.status == Status.EXPECTED_FAILURE for verdict in report.verdicts)
    failing = sum(not verdict.status.conforms for verdict in report.verdicts)
    yield f"{len(report.verdicts)} verdicts, {expected} expected failures, {failing} that do not conform"


def _about(group: Sequence[Verdict]) -> str:
    from .remarks import listed

    parts = [
        group[0].backend,
        listed([verdict.operation for verdict in group], "operations"),
        listed([verdict.law for verdict in group if verdict.law], "laws"),
    ]
    dtypes = dict.fromkeys(verdict.dtype for verdict in group if verdict.dtype)
    return f"{' / '.join(part for part in parts if part)}  {', '.join(dtypes)}".rstrip()


def _lines(recorded: "Recorded", lines: Sequence["Line"]) -> str:
    """file:line, with the numbers of a few more lines."""
    numbers = [str(line.number) for line in lines]
    more = f" and {len(numbers) - 4} more" if len(numbers) > 4 else ""
    return f"{recorded.file}:{', '.join(numbers[:4])}{more}"


def _entry(report: "Recorded", verdict: Verdict) -> str:
    """The entry that decided a verdict, as the user names its folder."""
    for table in report.header["backends"]:
        address = str(table.get("address", ""))
        if table.get("name") == verdict.backend and "/" in address:
            return f"{address.rstrip('/')}/{verdict.expectation}"
    return f"{verdict.expectation} of {verdict.backend}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 150 else f"{words[:150]}..."

"""A report as Markdown, for the summary page of a CI run."""

import html
import io
import re
from collections.abc import Iterator, Sequence

from rich.console import Console

from . import matrix
from .recorded import Recorded
from .remarks import grouped, heading, write_remark
from .verdict import Status, Verdict

FAULTS = 30
"""Faults told in full before they are only counted: a summary page has a limit."""


def markdown(recorded: Recorded) -> str:
    """A verdict in one line, a table for each backend, and every fault folded away under its heading."""
    verdicts = recorded.with_cases()
    bad = [verdict for verdict in verdicts if not verdict.status.conforms]
    head = "everything conforms" if not bad else f"{len(bad)} of {len(verdicts)} verdicts do not conform"
    lines = [f"## torchstone: {head}", ""]
    if recorded.partial:
        lines += [f"**The report is partial: {recorded.partial}.**", ""]
    for backend in dict.fromkeys(verdict.backend for verdict in verdicts):
        lines += [*_table(backend, [verdict for verdict in verdicts if verdict.backend == backend]), ""]
    lines += [_legend(verdicts), ""]
    groups = grouped(bad)
    for group in groups[:FAULTS]:
        lines += [*_fault(group, recorded), ""]
    if len(groups) > FAULTS:
        lines += [f"and {len(groups) - FAULTS} more faults: `torchstone report` shows them all", ""]
    lines += [*_expected(verdicts), *_settings(recorded)]
    return "\n".join(lines) + "\n"


def _table(backend: str, verdicts: Sequence[Verdict]) -> Iterator[str]:
    columns = matrix.columns_of(verdicts)
    yield f"### {_text(backend)}"
    yield ""
    yield f"| | {' | '.join(_text(law) for law in columns)} |"
    yield f"| --- |{' :-: |' * len(columns)}"
    folded = []
    for operation in dict.fromkeys(verdict.operation for verdict in verdicts):
        row = [verdict for verdict in verdicts if verdict.operation == operation]
        if matrix.is_unsupported(row):
            folded.append(matrix.lacking(operation, row))
        else:
            symbols = [matrix.symbol_of(judged) for judged in matrix.cells(row, columns)]
            yield f"| {_text(operation)} | {' | '.join(_bold(symbol) for symbol in symbols)} |"
    if folded:
        yield ""
        yield f"unsupported: {_text(', '.join(folded))}"


def _bold(symbol: str) -> str:
    """What does not conform stands out."""
    loud = {matrix.SYMBOLS[status] for status in Status if not status.conforms}
    return f"**{symbol}**" if symbol in loud else symbol.replace("~", "\\~")


def _legend(verdicts: Sequence[Verdict]) -> str:
    counts = {status: sum(verdict.status == status for verdict in verdicts) for status in matrix.SYMBOLS}
    told = [
        f"{matrix.SYMBOLS[status]} {count} {status.value.replace('_', ' ')}"
        for status, count in counts.items()
        if count
    ]
    return f"{', '.join(told)}; {sum(verdict.elements for verdict in verdicts):,} elements compared"


def _fault(group: Sequence[Verdict], recorded: Recorded) -> Iterator[str]:
    """A fault as `torchstone run` prints it, under a heading that unfolds it."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=100, highlight=False, markup=False, emoji=False)
    write_remark(console, group, replay=lambda verdict: recorded.lines[verdict.id].replay or "")
    body = buffer.getvalue().strip("\n")
    # A fence is longer than any run of backticks inside.
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", body)), 0)
    # Here Markdown is not read, only HTML.
    yield f"<details><summary>{html.escape(heading(group).plain, quote=False)}</summary>"
    yield ""
    yield f"{fence}text"
    yield body
    yield fence
    yield ""
    yield "</details>"


def _expected(verdicts: Sequence[Verdict]) -> Iterator[str]:
    expected = [verdict for verdict in verdicts if verdict.status == Status.EXPECTED_FAILURE]
    if expected:
        yield f"<details><summary>{len(expected)} expected failures</summary>"
        yield ""
        for verdict in expected:
            yield f"- {_text(f'{verdict.id}: {verdict.message} ({verdict.expectation})')}"
        yield ""
        yield "</details>"
        yield ""


def _settings(recorded: Recorded) -> Iterator[str]:
    header = recorded.header
    versions = ", ".join(f"{name} {version}" for name, version in header["versions"].items())
    yield _text(f"seed {header['seed']}, {header['examples']} examples a law and dtype; {versions}")


def _text(words: str) -> str:
    """Words that neither HTML nor Markdown reads as its own."""
    visible = "".join(c if c.isprintable() else " " for c in words)
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", html.escape(visible, quote=False))

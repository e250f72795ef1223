"""The matrix: backend by operation by law, as a pure function of verdicts."""

from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from . import remarks
from .laws import LAWS
from .remarks import STYLES
from .verdict import Status, Verdict

SYMBOLS = {
    Status.CRASHED: "C",
    Status.TIMED_OUT: "T",
    Status.ERRORED: "E",
    Status.FAILED: "F",
    Status.UNEXPECTED_PASS: "X",
    Status.VACUOUS: "V",
    Status.EXPECTED_FAILURE: "x",
    Status.PASSED: "✓",
    Status.UNSUPPORTED: "-",
}
"""One character a status, the worst first: a cell of several verdicts shows the worst."""

HALF = "~"
"""A cell that passed in one dtype and is unsupported in the other."""

OWN = "its own laws"
"""The last column: the laws that only one operation has."""


def render(verdicts: Sequence[Verdict], console: Console, *, complete: bool = True) -> None:
    """Print the matrix, its legend and the totals; `complete` is False for an interrupted run."""
    columns = _columns(verdicts)
    margin = max((len(verdict.operation) for verdict in verdicts), default=0) + 4
    for position, law in enumerate(columns):
        _line(console, " " * margin + _bar(console) * position + law, "dim")
    backends = dict.fromkeys(verdict.backend for verdict in verdicts)
    used: Counter[str] = Counter()
    for backend in backends:
        _line(console, backend, "bold")
        folded = []
        mine = [verdict for verdict in verdicts if verdict.backend == backend]
        for operation in dict.fromkeys(verdict.operation for verdict in mine):
            row = [verdict for verdict in mine if verdict.operation == operation]
            if all(verdict.status == Status.UNSUPPORTED for verdict in row):
                folded.append(operation)
                continue
            text = Text(f"  {operation}".ljust(margin))
            # A worker that died took the operation's other laws with it.
            fatal = [v for v in row if v.law is None or v.status in (Status.CRASHED, Status.TIMED_OUT)]
            for law in columns:
                symbol, style = _cell([*fatal, *(v for v in row if v.law and _column(v.law) == law)])
                used[symbol] += 1
                text.append(f"{_spelled(symbol, console)} ", style=style)
            text.rstrip()
            _print(console, text)
        if folded:
            _line(console, _fold(folded, console.width), "dim")
    console.print()
    _phrases(console, [(words, "dim") for words in _legend(used, console)], "   ")
    if not complete:
        _line(
            console, "partial: the run was interrupted, and what is not shown was not judged", "bold yellow"
        )
    _phrases(console, _totals(verdicts), ", ")
    for words in _extent(verdicts):
        _line(console, words, "")


def failures(verdicts: Sequence[Verdict], console: Console, replay: Callable[[Verdict], str]) -> None:
    """Print a remark on every fault: what is wrong, the smallest case, and the command that replays it."""
    remarks.failures(verdicts, console, replay)


def _columns(verdicts: Sequence[Verdict]) -> list[str]:
    found = {_column(verdict.law) for verdict in verdicts if verdict.law is not None}
    everywhere = [law.name for law in LAWS]
    # An operation that crashed as a whole has a cell under every law.
    return [name for name in (*everywhere, OWN) if name in found] or everywhere


def _column(law: str) -> str:
    return law if any(law == general.name for general in LAWS) else OWN


def _cell(verdicts: Sequence[Verdict]) -> tuple[str, str]:
    statuses = {verdict.status for verdict in verdicts}
    if statuses == {Status.PASSED, Status.UNSUPPORTED}:
        return HALF, STYLES[Status.PASSED]
    for status, symbol in SYMBOLS.items():
        if status in statuses:
            return symbol, STYLES[status]
    return " ", ""


def _fold(operations: Sequence[str], width: int) -> str:
    """The operations without any verdict but `unsupported`, on one line."""
    text = "  unsupported: "
    for position, operation in enumerate(operations):
        rest = len(operations) - position - 1
        after = f", and {rest} more" if rest else ""
        if position and len(text) + len(operation) + 2 + len(after) > width:
            return f"{text}, and {rest + 1} more"
        text += operation if not position else f", {operation}"
    return text


def _legend(used: Counter[str], console: Console) -> list[str]:
    words = [
        f"{_spelled(symbol, console)} {status.value.replace('_', ' ')}"
        for status, symbol in SYMBOLS.items()
        if used[symbol]
    ]
    words += [f"{HALF} passed in one dtype, unsupported in the other"] if used[HALF] else []
    words += ["blank: does not apply"] if used[" "] else []
    return words


def _totals(verdicts: Sequence[Verdict]) -> list[tuple[str, str]]:
    counts = Counter(verdict.status for verdict in verdicts)
    order = (Status.PASSED, *(status for status in SYMBOLS if status != Status.PASSED))
    return [
        (f"{counts[status]} {status.value.replace('_', ' ')}", STYLES[status])
        for status in order
        if counts[status] or status == Status.PASSED
    ]


def _extent(verdicts: Sequence[Verdict]) -> list[str]:
    words = [f"{sum(verdict.elements for verdict in verdicts):,} elements compared"]
    sound = [v for v in verdicts if v.headroom is not None and v.status == Status.PASSED]
    if sound:
        tightest = max(sound, key=lambda verdict: verdict.headroom or 0.0)
        words.append(f"largest headroom {tightest.headroom:.2g} ({tightest.id})")
    return words


def _spelled(symbol: str, console: Console) -> str:
    return "+" if symbol == "✓" and not console.encoding.startswith("utf") else symbol


def _bar(console: Console) -> str:
    return "│ " if console.encoding.startswith("utf") else "| "


def _phrases(console: Console, phrases: Sequence[tuple[str, str]], separator: str) -> None:
    """Print styled phrases side by side, as many on a line as fit."""
    line = Text()
    for words, style in phrases:
        if line and len(line) + len(separator) + len(words) >= console.width:
            line.append(separator.rstrip())
            _print(console, line)
            line = Text()
        line.append(separator if line else "").append(words, style=style)
    _print(console, line)


def _line(console: Console, text: str, style: str) -> None:
    _print(console, Text(text, style=style))


def _print(console: Console, text: Text) -> None:
    console.print(text, no_wrap=True, crop=False, overflow="ignore")

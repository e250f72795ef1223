"""The matrix: backend by operation by law, as a pure function of verdicts; and that of the largest headroom."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from . import remarks
from .diff import NOTABLE
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
"""A cell that passed in part: in one dtype, or by some of an operation's own laws; the rest is unsupported."""

_STYLES_OF = {HALF: STYLES[Status.PASSED], **{symbol: STYLES[status] for status, symbol in SYMBOLS.items()}}

OWN = "its own laws"
"""The last column: the laws that only one operation has."""


def render(verdicts: Sequence[Verdict], console: Console, *, complete: bool = True) -> None:
    """Print the matrix, its legend and the totals; `complete` is False for an interrupted run."""
    used: Counter[str] = Counter()

    def outcome(judged: Sequence[Verdict]) -> tuple[str, str]:
        symbol = symbol_of(judged)
        used[symbol] += 1
        return _spelled(symbol, console), _STYLES_OF.get(symbol, "")

    _grid(verdicts, console, outcome)
    console.print()
    _phrases(console, [(words, "dim") for words in _legend(used, console)], "   ")
    if not complete:
        _line(
            console, "partial: the run was interrupted, and what is not shown was not judged", "bold yellow"
        )
    _phrases(console, _totals(verdicts), ", ")
    for words in _extent(verdicts):
        _line(console, words, "")


def headroom(verdicts: Sequence[Verdict], console: Console) -> None:
    """Print the largest headroom of every cell in percent of what is allowed, so that slack is visible."""

    def percent(judged: Sequence[Verdict]) -> tuple[str, str]:
        found = [v.headroom for v in judged if v.headroom is not None and v.status == Status.PASSED]
        largest = max(found, default=None)
        # Never rounded up: what passed is within its allowance.
        text = (
            "" if largest is None else "<1" if 0 < largest < 0.01 else f"{min(99, math.floor(100 * largest))}"
        )
        return text.rjust(2), "bold" if largest is not None and largest > NOTABLE else "dim"

    console.print()
    _grid(verdicts, console, percent, 2)
    console.print()
    _line(console, "largest error, in percent of what is allowed where a comparison passed", "")
    _line(console, "blank: equal by an exact comparison, or nothing compared within an allowance", "dim")


def failures(verdicts: Sequence[Verdict], console: Console, replay: Callable[[Verdict], str]) -> None:
    """Print a remark on every fault: what is wrong, the smallest case, and the command that replays it."""
    remarks.failures(verdicts, console, replay)


def columns_of(verdicts: Sequence[Verdict]) -> list[str]:
    """The laws that stand over the columns; the laws that single operations have share the last one."""
    found = {_column(verdict.law) for verdict in verdicts if verdict.law is not None}
    everywhere = [law.name for law in LAWS]
    # An operation that crashed as a whole has a cell under every law.
    return [name for name in (*everywhere, OWN) if name in found] or everywhere


def cells(row: Sequence[Verdict], columns: Sequence[str]) -> Iterator[list[Verdict]]:
    """The verdicts on one operation that each column shows."""
    # A worker that died took the operation's other laws with it.
    fatal = [v for v in row if v.law is None or v.status in (Status.CRASHED, Status.TIMED_OUT)]
    for law in columns:
        yield [*fatal, *(v for v in row if v.law and _column(v.law) == law)]


def symbol_of(verdicts: Sequence[Verdict]) -> str:
    """One character for the verdicts of a cell."""
    statuses = {verdict.status for verdict in verdicts}
    if statuses == {Status.PASSED, Status.UNSUPPORTED}:
        return HALF
    return next((symbol for status, symbol in SYMBOLS.items() if status in statuses), " ")


def is_unsupported(row: Sequence[Verdict]) -> bool:
    """Whether nothing of an operation was judged: it is named below the others."""
    return all(verdict.status == Status.UNSUPPORTED for verdict in row)


def lacking(operation: str, row: Sequence[Verdict]) -> str:
    """The name of an unsupported operation; of a model with what it is composed of and the backend lacks."""
    needs = f"{operation} needs "
    said = next((v.message for v in row if v.message and v.message.startswith(needs)), None)
    return operation if said is None else f"{operation} (needs {said.removeprefix(needs).partition(':')[0]})"


def _grid(
    verdicts: Sequence[Verdict],
    console: Console,
    show: Callable[[Sequence[Verdict]], tuple[str, str]],
    width: int = 1,
) -> None:
    """Print rows of cells under their laws; `show` gives a cell's text, `width` wide, and its style."""
    columns = columns_of(verdicts)
    margin = max((len(verdict.operation) for verdict in verdicts), default=0) + 4
    for position, law in enumerate(columns):
        _line(console, " " * margin + _bar(console, width) * position + " " * (width - 1) + law, "dim")
    for backend in dict.fromkeys(verdict.backend for verdict in verdicts):
        _line(console, backend, "bold")
        folded = []
        mine = [verdict for verdict in verdicts if verdict.backend == backend]
        for operation in dict.fromkeys(verdict.operation for verdict in mine):
            row = [verdict for verdict in mine if verdict.operation == operation]
            if is_unsupported(row):
                folded.append(lacking(operation, row))
                continue
            text = Text(f"  {operation}".ljust(margin))
            for judged in cells(row, columns):
                shown, style = show(judged)
                text.append(f"{shown} ", style=style)
            text.rstrip()
            _print(console, text)
        if folded:
            _line(console, _fold(folded, console.width), "dim")


def _column(law: str) -> str:
    return law if any(law == general.name for general in LAWS) else OWN


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
    words += [f"{HALF} passed in part, the rest unsupported"] if used[HALF] else []
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


def _bar(console: Console, width: int) -> str:
    return ("│" if console.encoding.startswith("utf") else "|").rjust(width) + " "


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

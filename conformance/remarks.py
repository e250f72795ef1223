"""How a verdict reads: what is wrong in words, the smallest case, and the command that replays it."""

import os
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.text import Text

from .case import Case
from .errors import UsageError
from .tree import Array, leaves
from .verdict import Counterexample, Status, Verdict

STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "bold red",
    Status.ERRORED: "bold red",
    Status.UNSUPPORTED: "dim",
    Status.VACUOUS: "yellow",
    Status.CRASHED: "bold magenta",
    Status.TIMED_OUT: "bold magenta",
    Status.EXPECTED_FAILURE: "cyan",
    Status.UNEXPECTED_PASS: "bold yellow",
}

NAMES_SHOWN = 4
"""Operations or laws listed in a heading before they are only counted."""


def console() -> Console:
    """Standard output: styled on a terminal, plain in a pipe or under NO_COLOR."""
    # Rich itself leaves bold and dim to NO_COLOR.
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(highlight=False, markup=False, emoji=False, color_system=None if plain else "auto")


def failures(verdicts: Sequence[Verdict], console: Console, replay: Callable[[Verdict], str]) -> None:
    """Every verdict that does not conform, those with one and the same fault as one remark."""
    for group in grouped([verdict for verdict in verdicts if not verdict.status.conforms]):
        console.print()
        write_remark(console, group, replay=replay)


def grouped(verdicts: Sequence[Verdict]) -> list[list[Verdict]]:
    """The verdicts of one fault together: of several laws and dtypes; without a case, of several operations."""
    groups: dict[tuple[object, ...], list[Verdict]] = {}
    for verdict in verdicts:
        place = verdict.operation if verdict.counterexample is not None else None
        # What was expected is mended entry by entry.
        told = wording(verdict.message or ""), wording(verdict.diagnosis or "")
        fault = (verdict.status, verdict.expectation, *told)
        key = (verdict.backend, place, *fault)
        groups.setdefault(key, []).append(verdict)
    return list(groups.values())


def wording(message: str) -> str:
    """A message without what differs from case to case: how many elements, which, and the numbers."""
    message = re.sub(r"\d+ of \d+ elements are wrong, worst", "it is wrong", message)
    message = re.sub(r"it is wrong at \[[\d, ]*\]", "it is wrong", message)
    message = re.sub(r" \(error \S+, allowed \S+\)", "", message)
    message = re.sub(r"\bfloat(32|64)\b", "float", message)
    return re.sub(r"(?<!\w)[-+]?(\d+(\.\d*)?(e[-+]?\d+)?|inf|nan)\b", "#", message)


def write_remark(
    console: Console, group: Sequence[Verdict], *, replay: Callable[[Verdict], str] | None = None
) -> None:
    """Print one remark on verdicts that share a fault; the smallest of their cases speaks for all."""
    verdict = min(group, key=lambda verdict: verdict.counterexample.size if verdict.counterexample else 0)
    example = verdict.counterexample
    console.print(heading(group), soft_wrap=True)
    told = [verdict.message or _tally(verdict)]
    if verdict.diagnosis:
        told.append(verdict.diagnosis)
    write_rows(console, [("", text) for text in told], indent=2)
    if example is not None:
        cut = ", not shrunk to the end" if example.shrinking_cut else ""
        write_case(
            console, example.case, f"smallest case ({example.case.dtype}, {example.case.regime}{cut}):"
        )
        write_answers(console, verdict, example)
    if replay is not None:
        say(console, f"  replay: {replay(verdict)}")


def write_case(console: Console, case: Case, title: str) -> None:
    """Print a case under its title."""
    write_rows(console, [("", title)], indent=2)
    write_rows(console, list(case_rows(case, max(console.width - 30, 30))), indent=4)


def write_answers(console: Console, verdict: Verdict, example: Counterexample) -> None:
    """Print what was expected and what was given, unless the message says both already."""
    answers = {"expected": example.expected, "actual": example.actual}
    if not all(text in (verdict.message or "") for text in answers.values()):
        write_rows(console, [(label, text) for label, text in answers.items() if text], indent=2)


def printable(text: str, console: Console) -> str:
    """`text` without control characters and without what the console's encoding does not have."""
    visible = "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape", "backslashreplace").decode("ascii")
        for c in text
    )
    return visible.encode(console.encoding, "backslashreplace").decode(console.encoding)


def say(console: Console, text: str, style: str = "") -> None:
    """Print one line, never wrapped: a command is there to be copied."""
    console.print(Text(printable(text, console), style=style), soft_wrap=True)


def heading(group: Sequence[Verdict]) -> Text:
    """`failed  my_backend / linear / agreement, vjp  float32`."""
    first = group[0]
    parts = [
        first.backend,
        listed([verdict.operation for verdict in group], "operations"),
        listed([verdict.law for verdict in group if verdict.law], "laws"),
    ]
    dtypes = dict.fromkeys(verdict.dtype for verdict in group if verdict.dtype)
    text = Text(first.status.value.replace("_", " "), style=STYLES[first.status])
    text.append("  " + " / ".join(part for part in parts if part), style="bold")
    text.append(f"  {', '.join(dtypes)}" if dtypes else "", style="not bold")
    return text


def listed(names: Sequence[str], what: str) -> str:
    """A few distinct names, or how many there are."""
    distinct = list(dict.fromkeys(names))
    return ", ".join(distinct) if len(distinct) <= NAMES_SHOWN else f"{len(distinct)} {what}"


def _tally(verdict: Verdict) -> str:
    text = f"{verdict.elements} check{'s' * (verdict.elements != 1)} made"
    return text if verdict.headroom is None else f"{text}, largest headroom {verdict.headroom:.2g}"


def case_rows(case: Case, width: int) -> Iterator[tuple[str, str]]:
    """A case as rows of (name, what it is): config, params, inputs, cotangent."""
    if case.config:
        yield "config", ", ".join(f"{option}={value!r}" for option, value in case.config.items())
    for name, array in case.params.items():
        yield name, shown(array, width)
    for name, given in zip(input_names(case), case.inputs, strict=True):
        yield name, shown(given, width)
    for path, leaf in leaves(case.cotangent, "cotangent"):
        if leaf is not None:
            yield path, shown(leaf, width)


def input_names(case: Case) -> tuple[str, ...]:
    """What the operation calls its inputs; plain numbers where it is not known."""
    from .selection import choose_operations

    try:
        names = choose_operations([case.operation])[0].inputs
    except UsageError:
        names = ()
    if not case.mappings or len(names) == len(case.mappings):
        names = case.input_names(names)
    return names if len(names) == len(case.inputs) else tuple(f"input {i}" for i in range(len(case.inputs)))


def shown(array: Array | None, width: int) -> str:
    """An array with its shape, on one line where it fits."""
    if array is None:
        return "None"
    kind = f"{array.dtype} " if array.dtype.kind != "f" else ""
    text = np.array2string(
        array, precision=9, threshold=40, edgeitems=2, separator=", ", max_line_width=max(width, 20)
    )
    line = " ".join(text.split())
    head = f"{kind}{array.shape}"
    return f"{head} {line}" if len(line) <= width else f"{head}\n{text}"


def write_rows(console: Console, rows: Sequence[tuple[str, str]], indent: int) -> None:
    """Print rows of (label, text), the text wrapped beside its label."""
    widest = max((len(label) for label, _ in rows), default=0)
    margin = widest + 2 if widest else 0
    for label, text in rows:
        beside = label
        for line in printable(text, console).split("\n"):
            for piece in textwrap.wrap(
                line, max(console.width - indent - margin, 30), break_on_hyphens=False
            ):
                start = (" " * indent + beside).ljust(indent + margin)
                console.print(
                    Text.assemble((start, "cyan"), piece), no_wrap=True, crop=False, overflow="ignore"
                )
                beside = ""

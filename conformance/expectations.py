"""expectations.toml beside a backend's kernels: its known deviations, each with a reason and a stored witness.

    [[expect]]
    id = "rnn/agreement/float32"    # operation/law/dtype; the file lies beside the kernels it is about
    status = "failed"               # or "errored"
    reason = "the reverse direction comes out in the order of computation; mended in 2.1"
    witness = "expectations/rnn-agreement-float32.safetensors"

A law with an expectation is decided by its witness alone, never by a search: a fault that one random search finds
and the next one does not would turn a strict expectation red by chance.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .backend import DTYPES
from .case import Case
from .case_file import load_case
from .errors import UsageError
from .replay import listed_entry
from .selection import SPECIFICATION, choose, choose_operations, laws_of
from .verdict import Status, Verdict

FILE = "expectations.toml"
KEYS = ("id", "status", "reason", "witness")
STATUSES = (Status.FAILED, Status.ERRORED)

_HEADER = re.compile(r"\s*\[\[\s*expect\s*\]\]\s*(#.*)?")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One [[expect]] as written, on the lines `first` to `last`; `witness` is relative to the folder."""

    operation: str
    law: str
    dtype: str
    status: Status
    reason: str
    witness: str
    first: int
    last: int

    @property
    def id(self) -> str:
        """operation/law/dtype."""
        return f"{self.operation}/{self.law}/{self.dtype}"

    @property
    def place(self) -> str:
        """expectations.toml:LINE."""
        return f"{FILE}:{self.first}"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """An entry that may decide: it has a reason, and its witness is there and is a case of its law."""

    entry: Entry
    case: Case


def read_entries(folder: Path) -> tuple[Entry, ...]:
    """The entries beside a backend's kernels, none without the file; reasons and witnesses are not looked at.

    Raises UsageError, with file and line, for what is no TOML, an unknown key or name, a duplicate.
    """
    file = folder / FILE
    try:
        text = file.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except FileNotFoundError:
        return ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{file}: not readable as TOML: {error}") from None
    tables = document.pop("expect", [])
    if document:
        raise UsageError(f"{file}: unknown key {next(iter(document))!r}: expected [[expect]] tables only")
    found: dict[str, Entry] = {}
    for table, (first, last) in zip(tables, _extents(file, text, tables), strict=True):
        entry = _entry(_Place(file, text.split("\n"), first, last), table)
        if entry.id in found:
            raise UsageError(
                f"{file}:{first}: {entry.id} is expected twice, first on line {found[entry.id].first}"
            )
        found[entry.id] = entry
    return tuple(found.values())


def read_expectations(folder: Path) -> tuple[Expectation, ...]:
    """The expectations beside a backend's kernels; raises UsageError for one that must not decide."""
    entries = read_entries(folder)
    if not entries:
        return ()
    file = folder / FILE
    lines = file.read_text(encoding="utf-8").split("\n")
    return tuple(_witnessed(_Place(file, lines, entry.first, entry.last), entry) for entry in entries)


def decide(expectation: Expectation, verdict: Verdict) -> Verdict:
    """What the verdict on the witness alone says of the law."""
    entry = expectation.entry
    expected = entry.status
    if verdict.status == expected:
        status, message = Status.EXPECTED_FAILURE, entry.reason
        verdict = replace(verdict, counterexample=None, diagnosis=None)
    elif verdict.status in (Status.PASSED, Status.UNSUPPORTED):
        status = Status.UNEXPECTED_PASS
        how = "passes" if verdict.status == Status.PASSED else f"is not claimed ({verdict.message})"
        stale = f"delete lines {entry.first} to {entry.last} of {FILE}"
        message = f"expected {expected}, but the witness {how}: {stale}"
    else:
        status = verdict.status
        message = f"expected {expected} ({entry.place}), but the witness is {status} now: {verdict.message}"
    return replace(verdict, status=status, message=message, expectation=entry.place)


@dataclass(frozen=True)
class _Place:
    """Where an entry stands, for complaints."""

    file: Path
    lines: Sequence[str]
    first: int
    last: int

    def complain(self, problem: object, key: str = "") -> UsageError:
        """An error at the line of a key, or at the entry's first."""
        assigned = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        numbers = range(self.first, self.last + 1)
        line = next((n for n in numbers if key and assigned.match(self.lines[n - 1])), self.first)
        return UsageError(f"{self.file}:{line}: {problem}")


def _entry(place: _Place, table: dict[str, Any]) -> Entry:
    for key, value in table.items():
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise place.complain(f"unknown key {key!r}{hint} (known: {', '.join(KEYS)})", key)
        if not isinstance(value, str):
            raise place.complain(f"{key} = {value!r}: expected a string", key)
    for key in ("id", "status", "witness"):
        if key not in table:
            raise place.complain(f"{key} is missing (expected {', '.join(KEYS)})")
    parts = table["id"].split("/")
    if len(parts) != 3:
        raise place.complain(
            f'id = "{table["id"]}": expected operation/law/dtype, without the backend\'s name', "id"
        )
    operation, law, dtype = parts
    try:
        choose("operation", [operation], (known.name for known in SPECIFICATION))
        choose(
            f"law of {operation}", [law], (known.name for known in laws_of(choose_operations([operation])[0]))
        )
        choose("dtype", [dtype], DTYPES)
    except UsageError as error:
        raise place.complain(f'id = "{table["id"]}": {error}', "id") from None
    if table["status"] not in STATUSES:
        raise place.complain(
            f'status = "{table["status"]}": expected "failed" or "errored"; nothing else can be expected: '
            "let the kernel refuse such input with NotImplementedError",
            "status",
        )
    return Entry(
        operation=operation,
        law=law,
        dtype=dtype,
        status=Status(table["status"]),
        reason=table.get("reason", ""),
        witness=table["witness"],
        first=place.first,
        last=place.last,
    )


def _witnessed(place: _Place, entry: Entry) -> Expectation:
    folder = place.file.parent
    if not entry.reason.strip():
        raise place.complain(f"{entry.id} has no reason: say why it fails, or mend the kernel", "reason")
    path = folder / entry.witness
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise UsageError("expected a path inside the folder")
        case, law = load_case(path)
        about = f"{case.operation}/{law}/{case.dtype}"
        if about != entry.id:
            raise UsageError(f"it is a case of {about}, expected one of {entry.id}")
        operation = choose_operations([entry.operation])[0]
        listed_entry(operation, next(own for own in laws_of(operation) if own.name == law), case)
    except UsageError as error:
        raise place.complain(f'witness = "{entry.witness}": {error}', "witness") from None
    return Expectation(entry=entry, case=case)


def _extents(file: Path, text: str, tables: object) -> Iterator[tuple[int, int]]:
    """The lines of each [[expect]], from its header to its last line that is neither blank nor a comment."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines, 1) if _HEADER.fullmatch(line)]
    count = len(tables) if isinstance(tables, list) else -1
    if len(starts) > count:  # one of them stands in a string of several lines
        starts = [start for start in starts if _is_toml("\n".join(lines[: start - 1]))]
    if len(starts) != count:
        raise UsageError(f"{file}: expect: expected each entry to begin with a line [[expect]]")
    for start, end in zip(starts, [*(start - 1 for start in starts[1:]), len(lines)], strict=True):
        told = [
            n
            for n in range(start, end + 1)
            if lines[n - 1].strip() and not lines[n - 1].lstrip().startswith("#")
        ]
        yield start, told[-1]


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True

"""torchstone expectations update: write down what fails as known deviations; a person adds the reasons."""

import argparse
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError

if TYPE_CHECKING:
    from .expectations import Entry
    from .recorded import Line, Recorded

HEAD = """\
# Known deviations of these kernels: each needs a reason, is decided by its witness, and goes when it is mended.
"""

WITNESSES = "expectations"
"""The folder of witnesses beside the kernels."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone expectations`."""
    parser.add_argument("what", choices=("update",), metavar="update", help="add entries for what fails")
    parser.add_argument("report", metavar="REPORT", type=Path, help="a report's folder, with its cases")
    parser.add_argument("directory", metavar="DIR", help="the backend's folder")


def run(args: argparse.Namespace) -> int:
    """Write entries without a reason, and their witnesses; what is there already stays as it is."""
    from .backend import find_folder, read_declaration
    from .expectations import FILE, read_entries
    from .recorded import read_back

    recorded = read_back(args.report)
    folder = find_folder(args.directory)
    name = read_declaration(folder).name
    mine = [line for line in recorded.lines.values() if line.verdict.backend == name]
    if not mine:
        others = ", ".join(dict.fromkeys(line.verdict.backend for line in recorded.lines.values()))
        raise UsageError(f"{recorded.file} has no verdict on {name!r} (it has: {others or 'none'})")
    entries = read_entries(folder)
    known = {entry.id: entry for entry in entries}
    fresh = [line for line in mine if _id(line) not in known and _is_witnessed(line)]
    texts = [_entry(line, _keep_witness(line, recorded, folder, entries)) for line in fresh]
    if texts:
        _append(folder / FILE, texts)
    file = (Path(args.directory) if Path(args.directory).is_dir() else folder) / FILE
    print(f"{file}: {len(fresh)} {'entry' if len(fresh) == 1 else 'entries'} added, {len(entries)} kept")
    for remark in _remarks(mine, known, fresh, recorded.partial):
        print(remark)
    return 0


def _is_witnessed(line: "Line") -> bool:
    from .expectations import STATUSES

    return line.verdict.status in STATUSES and line.case is not None


def _keep_witness(line: "Line", recorded: "Recorded", folder: Path, entries: Sequence["Entry"]) -> str:
    """Copy the case of a fault beside the kernels; its path relative to their folder."""
    from .case_file import load_case

    assert line.case is not None
    source = recorded.file.parent / line.case
    load_case(source)
    taken = {entry.witness for entry in entries}
    name = _id(line).replace("/", "-")
    # An entry of another law may have been given a witness of this name by hand.
    names = (f"{WITNESSES}/{name}{suffix}.safetensors" for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    witness = next(path for path in names if path not in taken)
    try:
        (folder / WITNESSES).mkdir(exist_ok=True)
        shutil.copyfile(source, folder / witness)
    except OSError as error:
        raise UsageError(f"cannot write {folder / witness}: {error.strerror or error}") from None
    return witness


def _entry(line: "Line", witness: str) -> str:
    said = " ".join((line.verdict.message or "").split())
    told = "".join(c if c.isprintable() else "?" for c in said)
    return (
        "[[expect]]\n"
        f'id = "{_id(line)}"\n'
        f'status = "{line.verdict.status}"\n'
        f"# {told[:100]}{'...' if len(told) > 100 else ''}\n"
        'reason = ""\n'
        f'witness = "{witness}"\n'
    )


def _append(file: Path, texts: Sequence[str]) -> None:
    """Add entries at the end of the file, all or none; every byte that is there stays."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        before = file.read_bytes() if file.exists() else HEAD.encode()
        ended = before if before.endswith(b"\n") else before + b"\n"
        draft.write_bytes(ended + "".join(f"\n{text}" for text in texts).encode())
        draft.replace(file)
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror or error}") from None


def _remarks(
    mine: Sequence["Line"], known: "dict[str, Entry]", fresh: Sequence["Line"], partial: str | None
) -> Iterator[str]:
    """What is left to do by hand."""
    from .expectations import FILE
    from .verdict import Status

    if partial:
        yield f"  the report is partial ({partial}): what it lacks was not looked at"
    if fresh:
        yield "  write a reason into each new entry: an entry without one is refused"
    for line in mine:
        verdict, entry = line.verdict, known.get(_id(line))
        if verdict.status == Status.UNEXPECTED_PASS and entry is not None:
            yield f"  {entry.place}: {entry.id} is mended: delete lines {entry.first} to {entry.last} of {FILE}"
        elif verdict.status.conforms or line in fresh:
            continue
        elif entry is not None:
            now = verdict.status.replace("_", " ")
            yield (
                f"  {entry.place}: {entry.id} is {now} now, expected {entry.status}: "
                "mend the kernel, or delete the entry and update again"
            )
        else:
            yield (
                f"  {_id(line)} {verdict.status.replace('_', ' ')}: it cannot be expected ({verdict.message}); "
                "mend the kernel, or refuse such input with NotImplementedError"
            )


def _id(line: "Line") -> str:
    verdict = line.verdict
    return "/".join(part for part in (verdict.operation, verdict.law, verdict.dtype) if part)

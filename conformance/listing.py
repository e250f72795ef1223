"""torchstone list: what there is to name on a command line, one a line."""

import argparse
import ast
from collections.abc import Callable, Iterator
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "reference"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The argument of `torchstone list`."""
    parser.add_argument("what", choices=tuple(LISTS), help="what to list")


def run(args: argparse.Namespace) -> int:
    """Print the rows as aligned columns; nothing is judged."""
    from rich.text import Text

    from .remarks import console, printable

    out = console()
    rows = list(LISTS[args.what]())
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        line = "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
        # One row is one line, on a terminal too: it is there for grep.
        out.print(Text(printable(line, out)), soft_wrap=True)
    return 0


def operations() -> Iterator[tuple[str, ...]]:
    """(operation, profile, what it is)."""
    from .selection import profiles as known

    for profile, members in known().items():
        for name in members:
            yield name, profile, described(name)


def laws() -> Iterator[tuple[str, ...]]:
    """(law, the operation whose own it is, what it says)."""
    from .laws import LAWS
    from .selection import choose_profile
    from .selection import profiles as known

    for law in LAWS:
        yield law.name, "", law.sentence
    for profile in known():
        for operation in choose_profile(profile):
            for law in operation.laws:
                yield law.name, operation.name, law.sentence


def profiles() -> Iterator[tuple[str, ...]]:
    """(profile, its operations)."""
    from .selection import profiles as known

    for name, members in known().items():
        yield name, ", ".join(members)


def backends() -> Iterator[tuple[str, ...]]:
    """(bundled backend, its dtypes, its description)."""
    from .backend import bundled_names, find_folder, read_declaration

    for name in bundled_names():
        declaration = read_declaration(find_folder(name))
        yield declaration.name, ", ".join(declaration.dtypes), declaration.description


def defects() -> Iterator[tuple[str, ...]]:
    """(defect, the law that rejects it, what is wrong)."""
    from .defects import DEFECTS

    for defect in DEFECTS:
        yield defect.name, defect.law, defect.sentence


LISTS: dict[str, Callable[[], Iterator[tuple[str, ...]]]] = {
    "operations": operations,
    "laws": laws,
    "profiles": profiles,
    "backends": backends,
    "defects": defects,
}


def described(operation: str) -> str:
    """What `reference/<operation>.py` says of itself, read without running it: torch takes seconds to import."""
    for file in (REFERENCE / f"{operation}.py", REFERENCE / "models" / f"{operation}.py"):
        if file.is_file():
            words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            return " ".join(words.split("\n\n")[0].split()).removeprefix(f"{operation}: ")
    return ""

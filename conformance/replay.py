"""torchstone replay: one stored case before one backend, by the law that the file names."""

import argparse
import faulthandler
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError

if TYPE_CHECKING:
    from .case import Case
    from .law import Law
    from .operation import Kink, Operation, Rejection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `torchstone replay`."""
    parser.add_argument(
        "case_file", metavar="CASE_FILE", type=Path, help="a .safetensors file from a report's folder"
    )
    parser.add_argument(
        "--backend", metavar="BACKEND", required=True, help="a bundled backend, a folder or a package"
    )


def run(args: argparse.Namespace) -> int:
    """Judge the case and print what happened: 0 it conforms, 1 it does not, 2 nothing was decided.

    The kernel runs in this process, so that a debugger reaches it.
    """
    from .case_file import load_case

    # Before the engine, which takes seconds to import: a wrong path is told at once.
    case, law_name = load_case(args.case_file)

    from .engine import judge_case
    from .remarks import console, write_answers, write_case, write_remark, write_rows
    from .selection import choose_operations, load_for
    from .verdict import Status

    operation = choose_operations([case.operation])[0]
    law = law_of(operation, law_name)
    entry = listed_entry(operation, law, case)
    backend = load_for(args.backend, operation)
    out = console()
    out.print(f"{operation.name} / {law.name} on {backend.name}", style="bold", soft_wrap=True)
    write_rows(out, [("", law.sentence)], indent=2)
    write_case(out, case, f"case ({case.dtype}, {case.regime}{f': {entry.name}' if entry else ''}):")
    # All that is left to read of a kernel that takes the process with it.
    out.file.flush()
    if sys.__stderr__ is not None and not faulthandler.is_enabled():
        faulthandler.enable(sys.__stderr__)
    verdict = judge_case(
        operation, backend.kernels.get(operation.name), backend.declaration, law, case, entry
    )
    example = verdict.counterexample
    write_remark(out, [replace(verdict, counterexample=None)])
    if example is not None:
        write_answers(out, verdict, example)
    if verdict.status == Status.VACUOUS:
        return 2
    return 0 if verdict.status.conforms else 1


def law_of(operation: "Operation", name: str | None) -> "Law":
    """The law of that name; raises UsageError where the operation has none."""
    from .selection import laws_of

    known = {law.name: law for law in laws_of(operation)}
    if name not in known:
        raise UsageError(
            f"the case is for law {name!r}, which {operation.name} does not have (known: {', '.join(known)})"
        )
    return known[name]


def listed_entry(operation: "Operation", law: "Law", case: "Case") -> "Rejection | Kink | None":
    """The listed rejection or kink that a case was made from; None where the law's cases are drawn."""
    from .case_file import same_case
    from .law import Source
    from .operation import listed_case

    listed: dict[Source, tuple[Rejection | Kink, ...]] = {
        Source.REJECTS: operation.rejects,
        Source.KINKS: operation.kinks,
    }
    if law.source not in listed:
        return None
    for entry in listed[law.source]:
        if same_case(listed_case(operation.name, entry, case.dtype), case):
            return entry
    raise UsageError(f"the case is not listed under {law.name} of {operation.name}; run the law instead")

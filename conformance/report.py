"""The report: DIR/report.jsonl (a header, a line for each verdict, a footer), counterexamples beside it.

docs/report.schema.json describes one line. Everything else that shows a run is a function of this file.
"""

import importlib.metadata
import json
import os
import platform
import shlex
import sys
import urllib.parse
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .backend import Declaration
from .case_file import save_case
from .errors import UsageError
from .verdict import Status, Verdict

SPECIFICATION = "2026.1"
"""The specification that a report was judged by."""

FILE = "report.jsonl"
CASES = "cases"
REQUIREMENTS = ("torchstone", "torch", "numpy", "hypothesis", "safetensors")


@dataclass(frozen=True)
class Report:
    """A run on paper; `complete` is False where it was interrupted."""

    header: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    complete: bool


def header(
    seed: int,
    examples: int,
    profile: str | None,
    declarations: Iterable[Declaration],
    addresses: Mapping[str, str] | None = None,
    *,
    contents: int = 1,
) -> dict[str, Any]:
    """The first line: versions, platform, how was judged, and what the backends declare.

    `contents` were drawn for the structure of each example. `addresses` maps a backend's name to what the user
    wrote for it, where that is something else.
    """
    known = addresses or {}
    return {
        "type": "header",
        "specification": SPECIFICATION,
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in REQUIREMENTS}},
        "platform": platform.platform(),
        "seed": seed,
        "examples": examples,
        "contents": contents,
        "profile": profile,
        "backends": [{"address": known.get(d.name, d.name), **asdict(d)} for d in declarations],
    }


def prepare(directory: Path) -> None:
    """Make the report's folder; raises UsageError where nothing can be written there."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if not os.access(directory, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise UsageError(f"cannot write a report to {directory}: {error.strerror or error}") from None


def write(directory: Path, report: Report) -> None:
    """Write the counterexamples and then report.jsonl, all of it or nothing; an earlier report makes way."""
    prepare(directory)
    addresses = {backend["name"]: backend["address"] for backend in report.header["backends"]}
    earlier = _cases_of(directory)
    lines = [dict(report.header)]
    for verdict in report.verdicts:
        if verdict.counterexample is not None:
            save_case(case_path(directory, verdict), verdict.counterexample.case, verdict.law)
        lines.append(
            _verdict_line(
                verdict,
                directory,
                seed=report.header["seed"],
                examples=report.header["examples"],
                contents=report.header["contents"],
                address=addresses.get(verdict.backend),
            )
        )
    lines.append(_footer(report))
    draft = directory / f".{FILE}.{os.getpid()}"
    try:
        draft.write_text(
            "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines), encoding="utf-8"
        )
        draft.replace(directory / FILE)
        for stale in earlier - {line["case"] for line in lines if line.get("case")}:
            (directory / stale).unlink(missing_ok=True)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UsageError(f"cannot write a report to {directory}: {error.strerror or error}") from None


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a report (its folder or its file).

    Raises UsageError for a file that is missing, damaged or written for another specification.
    """
    file = path / FILE if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"no such report: {file}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not readable: {error}") from None
    lines = [_parsed(file, number, line) for number, line in enumerate(text.splitlines(), 1)]
    if not lines or lines[0]["type"] != "header":
        raise UsageError(f"{file} is no report of torchstone's: it does not begin with a header")
    if lines[0].get("specification") != SPECIFICATION:
        raise UsageError(
            f"{file} was written for specification {lines[0].get('specification')!r}, expected {SPECIFICATION!r}"
        )
    return lines


def case_path(directory: Path, verdict: Verdict) -> Path:
    """Where a verdict's counterexample lies: DIR/cases/<id>.safetensors, the id quoted as in a URL."""
    name = "-".join(urllib.parse.quote(part, safe="") for part in verdict.id.split("/"))
    return directory / CASES / f"{name}.safetensors"


def replay_command(
    verdict: Verdict,
    directory: Path | None,
    seed: int,
    examples: int,
    address: str | None = None,
    *,
    contents: int = 1,
) -> str:
    """The shell command that shows a verdict again: its stored case, else the run that finds it.

    `address` is what the user wrote for the backend, where that is not its name.
    """
    backend = address or verdict.backend
    if directory is not None and verdict.counterexample is not None and verdict.law is not None:
        words = ["torchstone", "replay", str(case_path(directory, verdict)), "--backend", backend]
    else:
        words = ["torchstone", "run", backend, "--operations", verdict.operation]
        words += ["--laws", verdict.law] if verdict.law else []
        words += ["--dtypes", verdict.dtype] if verdict.dtype else []
        words += ["--examples", str(examples), "--seed", str(seed)]
        words += ["--contents", str(contents)] if contents > 1 else []
        # A report that is there already must not make way for the report of one law.
        words += ["--report", "report"] if directory is None else []
    return shlex.join(words)


def _verdict_line(
    verdict: Verdict, directory: Path, *, seed: int, examples: int, contents: int, address: str | None
) -> dict[str, Any]:
    example = verdict.counterexample
    headroom = verdict.headroom
    return {
        "type": "verdict",
        "backend": verdict.backend,
        "operation": verdict.operation,
        "law": verdict.law,
        "dtype": verdict.dtype,
        "status": verdict.status.value,
        "cases": verdict.cases,
        "refused": verdict.refused,
        "refusals": list(verdict.refusals),
        "ill_conditioned": verdict.ill_conditioned,
        "elements": verdict.elements,
        "tiers": dict(verdict.tiers),
        # JSON has neither infinity nor NaN.
        "headroom": None if headroom is None or headroom != headroom else min(headroom, sys.float_info.max),
        "worst": verdict.worst,
        "seconds": verdict.seconds,
        "found_at": verdict.found_at,
        "message": verdict.message,
        "expected": (example.expected or None) if example else None,
        "actual": (example.actual or None) if example else None,
        "case": case_path(Path(), verdict).as_posix() if example else None,
        "replay": None
        if verdict.status.conforms
        else replay_command(verdict, directory, seed, examples, address, contents=contents),
        "diagnosis": verdict.diagnosis,
        "expectation": verdict.expectation,
    }


def _footer(report: Report) -> dict[str, Any]:
    counts = Counter(verdict.status for verdict in report.verdicts)
    return {
        "type": "footer",
        "complete": report.complete,
        "verdicts": len(report.verdicts),
        "totals": {status.value: counts[status] for status in Status},
        "cases": sum(verdict.cases for verdict in report.verdicts),
        "elements": sum(verdict.elements for verdict in report.verdicts),
        "seconds": round(sum(verdict.seconds for verdict in report.verdicts), 4),
    }


def _cases_of(directory: Path) -> set[str]:
    """The counterexamples that an earlier report in this folder names."""
    try:
        named = [line.get("case") for line in read(directory)]
    except UsageError:
        return set()
    return {
        name
        for name in named
        if isinstance(name, str) and Path(name).parent == Path(CASES) and name.endswith(".safetensors")
    }


def _parsed(file: Path, number: int, text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{file}, line {number} is not JSON: {error}") from None
    if not isinstance(line, dict) or line.get("type") not in ("header", "verdict", "footer"):
        raise UsageError(f"{file}, line {number} is no header, verdict or footer")
    return line


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None

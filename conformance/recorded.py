"""A report read back: verdicts with the lines they stand on, and whether the report is whole."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import NoneType
from typing import Any

from . import report
from .case_file import load_case
from .errors import UsageError
from .verdict import Counterexample, Status, Verdict

_FIELDS: Mapping[str, tuple[type, ...]] = {
    "backend": (str,),
    "operation": (str,),
    "law": (str, NoneType),
    "dtype": (str, NoneType),
    "status": (str,),
    "cases": (int,),
    "refused": (int,),
    "refusals": (list,),
    "ill_conditioned": (int,),
    "elements": (int,),
    "tiers": (dict,),
    "headroom": (float, int, NoneType),
    "worst": (str, NoneType),
    "seconds": (float, int),
    "found_at": (int, NoneType),
    "message": (str, NoneType),
    "diagnosis": (str, NoneType),
    "expectation": (str, NoneType),
}
"""What a line says of its verdict."""

_TEXTS = ("expected", "actual", "case", "replay")
"""What a line says of its counterexample."""

SETTINGS: Mapping[str, tuple[type, ...]] = {
    "seed": (int,),
    "examples": (int,),
    "contents": (int,),
    "profile": (str, NoneType),
    "platform": (str,),
    "versions": (dict,),
    "backends": (list,),
}
"""What a header says of how was judged."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A verdict on line `number`, its counterexample as text; `case` is the file's path beside the report."""

    number: int
    verdict: Verdict
    expected: str | None
    actual: str | None
    case: str | None
    replay: str | None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A report's file, its header, its verdicts by id, and why it is partial (None: it is whole)."""

    file: Path
    header: Mapping[str, Any]
    lines: Mapping[str, Line]
    partial: str | None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Without their cases."""
        return tuple(line.verdict for line in self.lines.values())

    def with_cases(self) -> tuple[Verdict, ...]:
        """The verdicts, those that do not conform with the cases that lie beside the report."""
        return tuple(
            line.verdict if line.case is None or line.verdict.status.conforms else self._with_case(line)
            for line in self.lines.values()
        )

    def _with_case(self, line: Line) -> Verdict:
        assert line.case is not None
        try:
            case, _ = load_case(self.file.parent / line.case)
        except UsageError:  # a report travels without its cases too
            return line.verdict
        size = sum(a.size for a in (*case.params.values(), *case.inputs) if a is not None)
        example = Counterexample(case=case, expected=line.expected or "", actual=line.actual or "", size=size)
        return replace(line.verdict, counterexample=example)


def read_back(path: Path) -> Recorded:
    """A report (its folder or its file); raises UsageError for what is damaged, but not for a partial one."""
    file = path / report.FILE if path.is_dir() else path
    header, *rest = report.read(file)
    _check(header, SETTINGS, f"{file}:1")
    if not all(isinstance(table, dict) for table in header["backends"]):
        raise UsageError(f"{file}:1: backends = {header['backends']!r}: expected a list of objects")
    lines: dict[str, Line] = {}
    for number, fields in enumerate(rest, 2):
        if fields["type"] == "verdict":
            line = _line(fields, number, f"{file}:{number}")
            if line.verdict.id in lines:
                first = lines[line.verdict.id].number
                raise UsageError(
                    f"{file}:{number}: a second verdict on {line.verdict.id}, the first is on line {first}"
                )
            lines[line.verdict.id] = line
    return Recorded(file=file, header=header, lines=lines, partial=_missing(rest, len(lines)))


def _missing(rest: list[dict[str, Any]], verdicts: int) -> str | None:
    """What a partial report lacks."""
    if not rest or rest[-1]["type"] != "footer":
        return "it has no footer"
    if rest[-1].get("complete") is not True:
        return "the run was interrupted"
    if len(rest) > verdicts + 1:
        return "it is more than one report"
    if rest[-1].get("verdicts") != verdicts:
        return f"its footer counts {rest[-1].get('verdicts')} verdicts, and it has {verdicts}"
    return None


def _line(fields: Mapping[str, Any], number: int, place: str) -> Line:
    _check(fields, {**_FIELDS, **dict.fromkeys(_TEXTS, (str, NoneType))}, place)
    if fields["status"] not in set(Status):
        raise UsageError(f"{place}: status = {fields['status']!r}: expected one of {', '.join(Status)}")
    known = {name: fields[name] for name in _FIELDS}
    verdict = Verdict(
        **{**known, "status": Status(known["status"]), "refusals": tuple(map(str, known["refusals"]))}
    )
    return Line(number=number, verdict=verdict, **{name: fields[name] for name in _TEXTS})


def _check(fields: Mapping[str, Any], types: Mapping[str, tuple[type, ...]], place: str) -> None:
    for name, allowed in types.items():
        if name not in fields:
            raise UsageError(f"{place}: {name} is missing: it was written by another version of torchstone")
        if type(fields[name]) not in allowed:
            raise UsageError(
                f"{place}: {name} = {fields[name]!r}: expected {' or '.join(t.__name__ for t in allowed)}"
            )

"""A report as JUnit's XML: a test suite for each backend, a test case for each operation, law and dtype."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from .recorded import Line, Recorded
from .verdict import Status

OUTCOMES = {
    Status.PASSED: None,
    Status.UNSUPPORTED: "skipped",
    Status.EXPECTED_FAILURE: "skipped",
    Status.UNEXPECTED_PASS: "failure",
    Status.VACUOUS: "failure",
    Status.FAILED: "failure",
    Status.ERRORED: "error",
    Status.CRASHED: "error",
    Status.TIMED_OUT: "error",
}
"""What a status is in JUnit's words, which has four."""

# All that XML 1.0 has no place for, escaped or not.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(recorded: Recorded) -> str:
    """The document; a partial report has an error of its own, so that it never looks green."""
    root = ET.Element("testsuites", name="torchstone")
    for backend in dict.fromkeys(verdict.backend for verdict in recorded.verdicts):
        _suite(root, backend, [line for line in recorded.lines.values() if line.verdict.backend == backend])
    if recorded.partial:
        suite = ET.SubElement(
            root, "testsuite", name="torchstone", tests="1", failures="0", errors="1", skipped="0"
        )
        case = ET.SubElement(suite, "testcase", classname="torchstone", name="the report is whole")
        ET.SubElement(case, "error", message=f"partial: {recorded.partial}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, backend: str, lines: Iterable[Line]) -> None:
    suite = ET.SubElement(root, "testsuite", name=_clean(backend))
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    seconds = 0.0
    for line in lines:
        verdict = line.verdict
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_clean(f"{backend}.{verdict.operation}"),
            name=_clean("/".join(part for part in (verdict.law, verdict.dtype) if part) or "all laws"),
            time=f"{verdict.seconds:.4f}",
        )
        counts["tests"] += 1
        seconds += verdict.seconds
        outcome = OUTCOMES[verdict.status]
        if outcome is not None:
            counts["skipped" if outcome == "skipped" else f"{outcome}s"] += 1
            status = verdict.status.value.replace("_", " ")
            message = _clean(f"{status}: {verdict.message}" if verdict.message else status)
            ET.SubElement(case, outcome, type=verdict.status.value, message=message).text = _clean(
                _told(line)
            )
    for name, count in counts.items():
        suite.set(name, str(count))
    suite.set("time", f"{seconds:.4f}")


def _told(line: Line) -> str:
    """All that the report says of a fault."""
    rows = {
        "": line.verdict.message,
        "diagnosis: ": line.verdict.diagnosis,
        "expected: ": line.expected,
        "actual: ": line.actual,
        "replay: ": line.replay,
    }
    return "\n".join(f"{label}{text}" for label, text in rows.items() if text)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("?", text)

"""What CI runs, here and in a third party's repository, is what the command line has."""

import re
import shlex
from pathlib import Path

import pytest

from conformance.__main__ import parse
from conformance.diff import ORDER
from conformance.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / ".github" / "workflows" / "ci.yml", ROOT / "docs" / "ci.md")


def commands(text: str) -> list[list[str]]:
    """The words of every torchstone command in a workflow, without what a shell does with it."""
    found = re.findall(r"^(?: |- |run: |\.tox/tests/bin/)*torchstone (.*)$", text, re.MULTILINE)
    return [shlex.split(re.split(r" (?:\|\||>>?) ", line)[0]) for line in found]


def broken(words: list[str]) -> bool:
    """Whether the command line refuses the words."""
    try:
        parse(words)
    except UsageError:
        return True
    return False


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_command_exists(file: Path) -> None:
    """With all its options; a report is gated and summarised in both forms."""
    blocks = re.findall(r"```yaml\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)
    text = blocks[0] if blocks else file.read_text(encoding="utf-8")
    found = commands(text)
    assert [words for words in found if broken(words)] == []
    assert {("gate", "--baseline"), ("report", "report")} <= {tuple(words[:2]) for words in found}
    assert {"--markdown", "--junit"} <= {words[-1] for words in found}


def test_a_wrong_command_is_found() -> None:
    """The test above can fail."""
    assert [
        broken(words) for words in commands("- run: torchstone gate report >> x\n  torchstone diff a b")
    ] == [
        True,
        False,
    ]


def test_a_job_fails_with_the_gate() -> None:
    """No step that decides has its exit status thrown away."""
    for file in FILES:
        deciding = re.findall(
            r".*torchstone gate.*|.*tox run -e conformance.*", file.read_text(encoding="utf-8")
        )
        assert deciding
        assert not [line for line in deciding if "||" in line or "continue-on-error" in line]


def test_the_order_of_statuses_is_told() -> None:
    """What the gate calls worse stands in the documentation, best first."""
    order = ", ".join(status.value.replace("_", " ") for status in ORDER)
    assert order in (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")

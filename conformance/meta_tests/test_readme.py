"""The README's examples run, and what it says of the commands is so."""

import re
from pathlib import Path

import pytest

from conformance.__main__ import COMMANDS, main
from conformance.laws import LAWS
from conformance.selection import profiles

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_first_backend_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel that the README begins with conforms."""
    (block,) = (block for block in BLOCKS if block.startswith("# mylib/linear.py"))
    (tmp_path / "mylib").mkdir()
    (tmp_path / "mylib" / "linear.py").write_text(block, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["run", "./mylib", "--operations", "linear", "--examples", "20", "-j", "1"]) == 0


@pytest.mark.parametrize("block", [b for b in BLOCKS if not b.startswith("#")], ids=["judge", "model"])
def test_examples_run(block: str) -> None:
    """An example in Python runs, and what it asserts holds."""
    exec(compile(block, "README.md", "exec"), {})


def test_every_command_and_law_is_named() -> None:
    """No command, operation, model or general law is missing from the README."""
    for command in COMMANDS:
        assert f"torchstone {command} " in README
    for names in profiles().values():
        assert all(re.search(rf"\b{name}\b", README) for name in names)
    assert all(f"`{law.name}`" in README for law in LAWS)

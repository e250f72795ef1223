"""The selftest: it passes for a judge that sees, and fails for one that is blind."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from conformance import selftest
from conformance.__main__ import main
from conformance.defects import DEFECTS, Defect
from conformance.eager import eager_kernel
from conformance.examination import Asked, Examination, examine
from conformance.selftest import RECOGNISED, passes, told


def defect(name: str) -> Defect:
    (found,) = (defect for defect in DEFECTS if defect.name == name)
    return found


def right_code() -> Defect:
    """Something that the catalogue would call wrong, and that is right."""
    kernel = eager_kernel("tanh")
    assert kernel.forward is not None
    return Defect(
        name="tanh.right", sentence="It is right.", law="agreement", forward=kernel.forward, vjp=kernel.vjp
    )


EXAMINED = Examination(
    defect="tanh.a",
    operation="tanh",
    dtype="float64",
    law="agreement",
    asked=(
        Asked(law="agreement", status="failed", cases=1, elements=3),
        Asked(law="vjp", status="vacuous", cases=25, elements=0, message="nothing was compared"),
    ),
    found_at=1,
    size=2,
    named=("tanh.a",),
)


def test_a_defect_is_rejected_and_named() -> None:
    """A defect before the judge: which laws reject it, how soon, how small, and what it is."""
    found = examine(defect("tanh.square_forgotten"), examples=40, seed=0)
    assert "vjp" in found.killed_by
    assert not found.survives
    assert found.recognised
    assert found.found_at is not None
    assert found.size is not None


def test_every_law_of_the_operation_is_asked() -> None:
    """No switch is off: each law that applies has judged a case, or says why not."""
    found = examine(defect("tanh.square_forgotten"), examples=40, seed=0)
    assert [asked.law for asked in found.asked if not asked.cases] == []
    assert len(found.asked) > 5


def test_right_code_survives() -> None:
    """What is right is rejected by no law in any dtype, and is a survivor; every law says what it judged."""
    found = examine(right_code(), examples=12, seed=0)
    assert found.survives
    assert not passes([found])
    text = "\n".join(told([found]))
    assert "tanh.right: agreement, the law it names, overlooks it in float32, float64" in text
    assert "agreement: passed, 12 cases" in text
    assert "0 of 1 defects rejected" in text


def test_a_law_that_overlooks_its_defect_is_seen() -> None:
    """That another law rejects the defect does not excuse the one that it names."""
    named_wrongly = replace(defect("tanh.square_forgotten"), law="purity")
    found = examine(named_wrongly, examples=12, seed=0)
    assert found.killed_by
    assert found.overlooked == ("float32", "float64")
    assert not passes([found])


@pytest.mark.parametrize(("others", "asked"), [(None, 10), (3, 3)])
def test_laws_that_are_not_named_are_asked_less(others: int | None, asked: int) -> None:
    """A quarter of the cases, or as many as are wanted."""
    found = examine(right_code(), examples=40, others=others, seed=0)
    cases = {answer.law: answer.cases for answer in found.asked}
    assert cases["agreement"] == 40
    assert cases["vjp"] == cases["purity"] == asked


def in_this_process(
    defects: tuple[Defect, ...], examples: int, others: int | None, seed: int, jobs: int
) -> Iterator[Examination]:
    """As the workers do, for defects that they have not in their catalogue."""
    return (examine(defect, examples=examples, others=others, seed=seed) for defect in defects)


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command on some defects; (exit status, standard output, standard error)."""

    def run(*arguments: str, defects: tuple[Defect, ...] | None = None) -> tuple[int, str, str]:
        if defects is not None:
            monkeypatch.setattr(selftest, "catalogue", lambda _: defects)
            monkeypatch.setattr(selftest, "examinations", in_this_process)
        status = main(["selftest", *arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_the_command_passes(command: Any) -> None:
    """All defects of an operation, in worker processes: rejected, named, counted; plain text in a pipe."""
    status, out, err = command("--operations", "tanh", "--examples", "40", "-j", "2")
    assert status == 0
    assert "\x1b" not in out + err
    count = sum(defect.operation == "tanh" for defect in DEFECTS)
    assert f"{count} of {count} defects rejected" in out
    assert "named first (100.0%, required 95%)" in out
    assert f"[{count}/{count}]" in err


def test_the_command_fails_where_a_defect_survives(command: Any) -> None:
    """A judge that is blind to a defect, as it is to right code, ends with status 1."""
    status, out, _ = command("--examples", "12", defects=(right_code(),))
    assert status == 1
    assert "survivors:" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--operations", "tann"), "did you mean 'tanh'?"),
        (("--operations", "mlp"), "no defects of mlp"),
        (("--examples", "0"), "examples = 0"),
        (("-j", "0"), "-j = 0"),
    ],
)
def test_a_wrong_command_is_one_line(command: Any, arguments: tuple[str, ...], words: str) -> None:
    """Names and numbers that cannot be are status 2."""
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_the_share_of_named_defects_counts() -> None:
    """One confusion among many is allowed, and printed; more are not."""
    confused = replace(EXAMINED, defect="tanh.b", named=("tanh.a", "tanh.b"))
    many = [EXAMINED] * 19
    assert passes([*many, confused])
    assert not passes([*many[1:], confused, confused][: len(many)])
    assert "  tanh.b: tanh.a, tanh.b (by agreement, float64)" in told([*many, confused])
    assert RECOGNISED > 18 / 19


def test_a_law_that_alone_rejects_nothing_is_listed() -> None:
    """A defect that one law rejects shows that this law is needed."""
    lines = list(told([EXAMINED]))
    assert "agreement        1      1" in lines
    assert "alone reject nothing: vjp" in lines


def test_the_laws_asked_are_counted() -> None:
    """Where an operation's defects were asked different numbers of laws, both ends are shown."""
    mute = replace(EXAMINED, asked=EXAMINED.asked[:1])
    row = next(line for line in told([EXAMINED, mute]) if line.startswith("tanh"))
    assert "1-2" in row

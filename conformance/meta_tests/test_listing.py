"""torchstone list: one row for each thing that there is to name."""

import argparse

import pytest

from conformance import listing
from conformance.backend import bundled_names
from conformance.defects import DEFECTS
from conformance.laws import LAWS
from conformance.operations import OPERATIONS
from conformance.selection import all_laws, profiles


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("operations", [name for members in profiles().values() for name in members]),
        ("laws", [law.name for law in all_laws()]),
        ("profiles", list(profiles())),
        ("backends", list(bundled_names())),
    ],
)
def test_every_one_is_listed(what: str, expected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The first word of every line is a name that the command line takes, each once, in the report's order."""
    assert listing.run(argparse.Namespace(what=what)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == expected
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_row_says_what_it_is() -> None:
    """Operations are described by their reference, laws by their sentence."""
    assert ("linear", "core", "a dense layer.") in set(listing.operations())
    assert all(row[2] for row in listing.operations())
    assert set(listing.laws()) >= {(law.name, "", law.sentence) for law in LAWS}
    own = {(law.name, operation.name, law.sentence) for operation in OPERATIONS for law in operation.laws}
    assert set(listing.laws()) >= own


def test_defects_are_listed() -> None:
    """A defect is told with the law that rejects it and what is wrong."""
    assert list(listing.defects()) == [(defect.name, defect.law, defect.sentence) for defect in DEFECTS]


def test_an_operation_without_a_reference_is_listed_all_the_same() -> None:
    """A missing description is no reason to stop."""
    assert listing.described("no_such_operation") == ""

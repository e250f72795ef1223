"""pytest's door: `pytest --pyargs conformance.test_conformance --backend DIR`.

pytest loads this in every run of every project where torchstone is installed: it imports nothing of
torchstone's, and does nothing, unless one of its options is used.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .plan import Plan


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `torchstone run`, for conformance/test_conformance.py."""
    group = parser.getgroup("torchstone", "torchstone (pytest --pyargs conformance.test_conformance)")
    group.addoption(
        "--backend",
        action="append",
        dest="torchstone_backends",
        metavar="BACKEND",
        help="a bundled backend, a folder or a package; may be repeated (default: all bundled ones)",
    )
    for option, metavar, sentence in (
        ("operations", "A,B", "only these operations"),
        ("laws", "A,B", "only these laws"),
        ("dtypes", "A,B", "only these dtypes"),
        ("examples", "N", "cases for each law and dtype, fewer where one takes long (default: 100)"),
        ("contents", "N", "contents drawn for the structure of each case (default: 1)"),
        ("seed", "S", "which cases are drawn (default: 0)"),
    ):
        group.addoption(
            f"--torchstone-{option}",
            dest=f"torchstone_{option}",
            metavar=metavar,
            type=int if option in ("examples", "contents", "seed") else str,
            help=sentence,
        )


def pytest_configure(config: pytest.Config) -> None:
    """A wrong backend, operation, law or dtype is one line before anything is collected."""
    used = [
        name
        for name, value in vars(config.option).items()
        if name.startswith("torchstone_") and value is not None
    ]
    if used:
        plan_of(config)


def plan_of(config: pytest.Config) -> "Plan":
    """What the options ask for; all bundled backends where they name none. Raises pytest.UsageError."""
    from .errors import UsageError
    from .plan import make_plan
    from .shadowing import check_names

    def listed(name: str) -> list[str] | None:
        text = config.getoption(f"torchstone_{name}", None)
        return None if text is None else [part.strip() for part in text.split(",")]

    def number(name: str, default: int) -> int:
        value = config.getoption(f"torchstone_{name}", None)
        return default if value is None else int(value)

    try:
        check_names()
        return make_plan(
            backends=config.getoption("torchstone_backends", None) or (),
            operations=listed("operations"),
            laws=listed("laws"),
            dtypes=listed("dtypes"),
            examples=number("examples", 100),
            contents=number("contents", 1),
            seed=number("seed", 0),
        )
    except UsageError as error:
        raise pytest.UsageError(f"torchstone: {error}") from None

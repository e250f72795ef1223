"""An option of an operation as the generator is measured by it: its values in classes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from conformance.case import Case
from conformance.drawing import REGIMES

Value: TypeAlias = tuple[str, str]
"""An option's name and a class of its values."""


@dataclass(frozen=True)
class Option:
    """Something that varies from case to case: `of` says which class of its values a case has.

    `rare` are the classes that are met in fewer than one case of fifteen, on purpose.
    """

    name: str
    classes: tuple[str, ...]
    of: Callable[[Case], str]
    rare: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[Value, ...]:
        """All its values, the rare ones last."""
        return tuple((self.name, value) for value in (*self.classes, *self.rare))


@dataclass(frozen=True)
class Impossible:
    """A value that no case has together with one of `others`, each written `option=value`."""

    value: str
    others: tuple[str, ...]
    why: str


def among(name: str, *classes: Any) -> Option:
    """An option of the config whose values are the classes."""
    return Option(name, tuple(map(str, classes)), lambda case: str(case.config[name]))


def switches(*names: str) -> tuple[Option, ...]:
    """Options of the config that are on or off."""
    return tuple(among(name, False, True) for name in names)


def size(name: str, of: Callable[[Case], int], *, empty: bool = True, large: int = 100) -> Option:
    """A size, which may be 0 where `empty`, and counts as large from `large` on."""

    def label(case: Case) -> str:
        value = of(case)
        return str(value) if value < 2 else "several" if value < large else "large"

    return Option(name, ("1", "several"), label, ("0", "large") if empty else ("large",))


def form(name: str, *, optional: bool = False) -> Option:
    """How an int-or-pair option is written."""

    def label(case: Case) -> str:
        value = case.config[name]
        return "None" if value is None else "pair" if isinstance(value, tuple) else "int"

    return Option(f"form of {name}", ("int", "pair", *(("None",) if optional else ())), label)


def x(case: Case) -> Any:
    """The first input."""
    return case.inputs[0]


def dimensions(most: int = 5) -> Option:
    """How many dimensions the first input has."""
    return Option(
        "dimensions", tuple(map(str, range(1, most + 1))), lambda case: str(x(case).ndim), rare=("0",)
    )


def extent(case: Case) -> int:
    """The longest dimension of the first input, where there are elements."""
    return max(x(case).shape, default=1) if x(case).size else 0


def batch(case: Case, unbatched: int, axis: int = 0) -> str:
    """The class of a batch size; `unbatched` dimensions have no batch."""
    if x(case).ndim == unbatched:
        return "none"
    count = x(case).shape[axis]
    return str(count) if count < 2 else "several" if count < 100 else "large"


def dim_of(case: Case, name: str) -> str:
    """The side from which a dimension is counted."""
    return "from the front" if case.config[name] >= 0 else "from the back"


def counted(name: str) -> Option:
    """A dimension's number."""
    return Option(name, ("from the front", "from the back"), lambda case: dim_of(case, name))


REGIME = Option("regime", tuple(regime.name for regime in REGIMES), lambda case: case.regime)

REDUCTION = among("reduction", "mean", "sum", "none")

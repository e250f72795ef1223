"""matmul: what is multiplied by what."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, size, x

FORMS = ("vector", "matrix", "batch")


def form_of(position: int) -> Option:
    """What an operand is."""

    def label(case: Case) -> str:
        array = case.inputs[position]
        assert array is not None
        return FORMS[min(array.ndim, 3) - 1]

    return Option(("input", "other")[position], FORMS, label)


def repeated(case: Case) -> str:
    """Which operands are repeated along a batch."""
    left, right = (array.shape[:-2] for array in case.inputs if array is not None)
    count = max(len(left), len(right))
    pairs = list(zip((1,) * (count - len(left)) + left, (1,) * (count - len(right)) + right, strict=True))
    either = any(n < m for n, m in pairs), any(m < n for n, m in pairs)
    return {(False, False): "none", (True, False): "input", (False, True): "other"}.get(either, "both")


def terms(case: Case) -> int:
    """How many products are summed."""
    return int(x(case).shape[-1])


def rows(case: Case) -> int:
    """The rows of the first operand; a vector is one."""
    return 1 if x(case).ndim == 1 else int(x(case).shape[-2])


def columns(case: Case) -> int:
    """The columns of the second operand; a vector is one."""
    array = case.inputs[1]
    assert array is not None
    return 1 if array.ndim == 1 else int(array.shape[-1])


OPTIONS = (
    REGIME,
    form_of(0),
    form_of(1),
    Option("repeated", ("none", "input", "other"), repeated, ("both",)),
    size("terms", terms),
    size("rows", rows, empty=False),
    size("columns", columns, empty=False),
)

IMPOSSIBLE = (
    Impossible("input=vector", ("repeated=other", "repeated=both"), "it has no batch of its own"),
    Impossible("input=matrix", ("repeated=other", "repeated=both"), "it has no batch of its own"),
    Impossible("other=vector", ("repeated=input", "repeated=both"), "it has no batch of its own"),
    Impossible("other=matrix", ("repeated=input", "repeated=both"), "it has no batch of its own"),
    Impossible("input=vector", ("rows=several", "rows=large"), "it is one row"),
    Impossible("other=vector", ("columns=several", "columns=large"), "it is one column"),
    Impossible(
        "terms=large",
        ("rows=large", "columns=large", "repeated=both"),
        "what is large in one dimension is small in the others",
    ),
    Impossible(
        "rows=large",
        ("columns=large", "repeated=both"),
        "what is large in one dimension is small in the others",
    ),
    Impossible("columns=large", ("repeated=both",), "what is large in one dimension is small in the others"),
)

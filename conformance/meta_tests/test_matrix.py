"""The matrix and the remarks on failures: what a terminal and a pipe show."""

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from conformance import matrix
from conformance.case import Case
from conformance.laws import LAWS
from conformance.remarks import wording
from conformance.verdict import Counterexample, Status, Verdict

PASSED = Verdict(
    backend="mine",
    operation="linear",
    law="agreement",
    dtype="float32",
    status=Status.PASSED,
    elements=1500,
    headroom=0.5,
)
CASE = Case(
    operation="linear",
    dtype="float32",
    config={"in_features": 3, "out_features": 1, "bias": False},
    params={"weight": np.array([[1, 0, 2]], np.float32)},
    inputs=(np.array([0, 1, 0], np.float32),),
    cotangent=np.array([1], np.float32),
)


def verdict(
    operation: str, law: str | None, status: Status = Status.PASSED, dtype: str = "float32"
) -> Verdict:
    """A verdict on the backend `mine`."""
    return replace(PASSED, operation=operation, law=law, dtype=dtype, status=status, headroom=None)


def failed(
    message: str = "output: it is wrong at [0]: expected 1, got 2", size: int = 6, **changes: object
) -> Verdict:
    """A failure with a case."""
    example = Counterexample(case=CASE, expected="output = [1.]", actual="output = [2.]", size=size)
    return replace(PASSED, status=Status.FAILED, message=message, counterexample=example, **changes)  # type: ignore[arg-type]


def printed(
    verdicts: Sequence[Verdict], *, complete: bool = True, encoding: str = "utf-8", width: int = 80
) -> str:
    """What a pipe gets of the matrix."""
    console, buffer = plain_console(encoding, width)
    matrix.render(verdicts, console, complete=complete)
    return text_of(console, buffer, encoding)


def remarks(verdicts: Sequence[Verdict], encoding: str = "utf-8") -> str:
    """What a pipe gets of the failures."""
    console, buffer = plain_console(encoding, 80)
    matrix.failures(verdicts, console, lambda verdict: f"torchstone replay {verdict.id}")
    return text_of(console, buffer, encoding)


def plain_console(encoding: str, width: int) -> tuple[Console, io.BytesIO]:
    buffer = io.BytesIO()
    file = io.TextIOWrapper(buffer, encoding=encoding)
    return Console(file=file, width=width, highlight=False), buffer


def text_of(console: Console, buffer: io.BytesIO, encoding: str) -> str:
    console.file.flush()
    text = buffer.getvalue().decode(encoding)
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    return text


def row(text: str, operation: str) -> str:
    """The cells of an operation's row."""
    (line,) = (line for line in text.splitlines() if line.startswith(f"  {operation} "))
    return line[len(operation) + 4 :]


def test_the_whole_picture() -> None:
    """Laws stand over their columns, dtypes fold into one cell, an operation's own laws into one column."""
    text = printed(
        [
            verdict("linear", "shape_and_dtype"),
            verdict("linear", "agreement"),
            replace(PASSED, dtype="float64", status=Status.FAILED),
            verdict("linear", "stack_collapses"),
            verdict("linear", "another_of_its_own", Status.ERRORED),
            verdict("relu", "shape_and_dtype"),
            verdict("relu", "agreement", Status.VACUOUS),
            verdict("tanh", "agreement", Status.UNSUPPORTED),
            verdict("sigmoid", "agreement", Status.UNSUPPORTED),
        ]
    )
    assert text.splitlines() == [
        "           shape_and_dtype",
        "           │ agreement",
        "           │ │ its own laws",
        "mine",
        "  linear   ✓ F E",
        "  relu     ✓ V",
        "  unsupported: tanh, sigmoid",
        "",
        "E errored   F failed   V vacuous   ✓ passed   blank: does not apply",
        "4 passed, 1 errored, 1 failed, 1 vacuous, 2 unsupported",
        "13,500 elements compared",
    ]


def test_every_status_has_a_symbol_of_its_own() -> None:
    """No two outcomes look alike, in colour or without."""
    assert set(matrix.SYMBOLS) == set(Status)
    symbols = [*matrix.SYMBOLS.values(), matrix.HALF, " "]
    assert len(symbols) == len(set(symbols))


@pytest.mark.parametrize("status", list(Status))
def test_a_cell_shows_the_worst(status: Status) -> None:
    """Whatever does not conform outranks what does, and a crash outranks all."""
    text = printed([verdict("linear", "agreement"), verdict("linear", "agreement", status, "float64")])
    if status == Status.UNSUPPORTED:
        assert row(text, "linear") == "~"
        assert "~ passed in part, the rest unsupported" in text
    else:
        assert row(text, "linear") == matrix.SYMBOLS[status]
    both = [verdict("linear", "agreement", status), verdict("linear", "agreement", Status.CRASHED, "float64")]
    assert row(printed(both), "linear") == "C"


@pytest.mark.parametrize("law", [None, "vjp"])
def test_a_crash_takes_the_whole_row(law: str | None) -> None:
    """What a dead worker did not come to judge is no success."""
    text = printed(
        [
            verdict("linear", "agreement"),
            verdict("linear", "vjp"),
            verdict("relu", law, Status.CRASHED),
        ]
    )
    assert row(text, "relu") == "  C C"


def test_only_a_crash_is_known() -> None:
    """Without any other verdict all laws stand over the row."""
    text = printed([verdict("linear", None, Status.TIMED_OUT)])
    assert row(text, "linear") == " ".join("T" * len(LAWS))


def test_an_own_law_that_is_unsupported_is_part_of_its_cell() -> None:
    """The last column holds several laws: the legend says no more than that one of them passed."""
    own = [verdict("linear", f"law_{n}", Status.UNSUPPORTED if n else Status.PASSED) for n in range(2)]
    text = printed(own)
    assert row(text, "linear") == "~"
    assert "~ passed in part, the rest unsupported" in text


def test_a_model_says_what_it_lacks() -> None:
    """Beside the name of a model stand the operations that the backend does not have."""
    message = "mlp needs flatten, relu: mine has no kernel of that name"
    text = printed(
        [
            verdict("linear", "agreement"),
            verdict("tanh", "agreement", Status.UNSUPPORTED),
            replace(verdict("mlp", "agreement", Status.UNSUPPORTED), message=message),
        ]
    )
    assert "  unsupported: tanh, mlp (needs flatten, relu)" in text.splitlines()


def test_headroom_in_percent() -> None:
    """The largest of a cell, never rounded up; blank where nothing was compared within an allowance."""
    console, buffer = plain_console("utf-8", 80)
    matrix.headroom(
        [
            replace(PASSED, headroom=0.999),
            replace(PASSED, headroom=0.5, dtype="float64"),
            replace(PASSED, headroom=0.004, law="vjp"),
            replace(PASSED, headroom=7.0, law="purity", status=Status.FAILED),
            replace(PASSED, headroom=0.0, law="stack_collapses"),
            verdict("tanh", "agreement", Status.UNSUPPORTED),
        ],
        console,
    )
    assert text_of(console, buffer, "utf-8").splitlines()[1:7] == [
        "           agreement",
        "           │  vjp",
        "           │  │  purity",
        "           │  │  │  its own laws",
        "mine",
        "  linear  99 <1     0",
    ]


def test_two_backends_share_the_columns() -> None:
    """Every backend has its rows under one header; the tightest verdict is named."""
    other = replace(PASSED, backend="other", headroom=0.75, operation="multihead_attention")
    text = printed([PASSED, other])
    assert text.splitlines()[0] == " " * 23 + "agreement"
    assert text.splitlines()[1:5] == ["mine", f"  linear{' ' * 15}✓", "other", "  multihead_attention  ✓"]
    assert text.splitlines()[-2:] == [
        "3,000 elements compared",
        "largest headroom 0.75 (other/multihead_attention/agreement/float32)",
    ]


def test_many_unsupported_operations_take_one_line() -> None:
    """What does not fit is counted."""
    text = printed([verdict(f"operation_{number}", "agreement", Status.UNSUPPORTED) for number in range(30)])
    (line,) = (line for line in text.splitlines() if "unsupported:" in line)
    assert line == "  unsupported: operation_0, operation_1, operation_2, operation_3, and 26 more"


def test_it_fits_eighty_columns() -> None:
    """The longest operation with every law stays within a terminal."""
    laws = [law.name for law in LAWS]
    verdicts = [
        verdict("scaled_dot_product_attention", law, status) for law in [*laws, "own"] for status in Status
    ]
    verdicts.append(replace(verdicts[0], status=Status.PASSED, headroom=0.5))
    assert max(len(line) for line in printed(verdicts).splitlines()) <= 80


def test_an_interrupted_run_says_so() -> None:
    """A partial matrix is never taken for a whole one."""
    assert "partial: the run was interrupted" in printed([PASSED], complete=False)
    assert "partial" not in printed([PASSED])
    assert printed([], complete=False).splitlines()[-1] == "0 elements compared"


def test_ascii_is_enough() -> None:
    """A console without these characters gets plain ones."""
    text = printed([PASSED, verdict("linear", "vjp")], encoding="ascii")
    assert "| vjp" in text
    assert row(text, "linear") == "+ +"
    assert r"\u2713 \x1b[0m" in remarks([failed("expected ✓ \x1b[0m")], encoding="ascii")


def test_a_failure_in_words() -> None:
    """What is wrong, the smallest case, expected and actual, the known defect, the command on one line."""
    assert remarks([PASSED, failed(diagnosis="matches `linear.bias_ignored`")]).splitlines() == [
        "",
        "failed  mine / linear / agreement  float32",
        "  output: it is wrong at [0]: expected 1, got 2",
        "  matches `linear.bias_ignored`",
        "  smallest case (float32, exact):",
        "    config     in_features=3, out_features=1, bias=False",
        "    weight     (1, 3) [[1., 0., 2.]]",
        "    x          (3,) [0., 1., 0.]",
        "    cotangent  (1,) [1.]",
        "  expected  output = [1.]",
        "  actual    output = [2.]",
        "  replay: torchstone replay mine/linear/agreement/float32",
    ]


def test_one_fault_is_told_once() -> None:
    """The same words in other laws and dtypes are one remark, on the smallest of the cases."""
    text = remarks(
        [
            failed("output: it is wrong at [0]: expected 1, got -2e-05 (error 1, allowed 6e-08)"),
            failed(
                "output: 3 of 6 elements are wrong, worst at [0, 1]: expected nan, got 7",
                size=1,
                law="special_values",
                dtype="float64",
            ),
        ]
    )
    assert text.count("replay:") == 1
    assert "failed  mine / linear / agreement, special_values  float32, float64" in text
    assert "replay: torchstone replay mine/linear/special_values/float64" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"message": "cotangent of x: it is wrong at [0]: expected 1, got 2"},
        {"message": "cotangent of weight_ih_l1: it is wrong"},
        {"backend": "other"},
        {"operation": "rnn"},
        {"status": Status.ERRORED},
        {"diagnosis": "bias_ignored"},
    ],
)
def test_different_faults_are_told_apart(changes: dict[str, object]) -> None:
    """Other words, another operation, backend, status or defect: a remark of its own."""
    one = failed("cotangent of weight_ih_l0: it is wrong")
    assert remarks([one, replace(one, **changes)]).count("replay:") == 2  # type: ignore[arg-type]
    assert remarks([one, one]).count("replay:") == 1


def test_every_stale_expectation_is_told() -> None:
    """The lines to delete differ by their numbers alone."""
    one = verdict("linear", "agreement", Status.UNEXPECTED_PASS)
    stale = [
        replace(one, message=f"delete lines {n} to {n + 5}", expectation=f"expectations.toml:{n}")
        for n in (3, 9)
    ]
    assert remarks(stale).count("replay:") == 2


def test_names_keep_their_digits() -> None:
    """Only numbers are ignored when faults are compared."""
    assert wording("weight_ih_l0 is 3") == wording("weight_ih_l0 is -4.5e-07")
    assert wording("weight_ih_l0 is 3") != wording("weight_ih_l1 is 3")
    assert wording("output has dtype float32") == wording("output has dtype float64")
    assert wording("expected inf, got 1") == wording("expected 1.5, got nan")


def test_a_backend_that_does_not_import_is_told_once() -> None:
    """The same reason under every operation and law is one remark that counts them."""
    reason = "mine/__init__.py does not import: ModuleNotFoundError: No module named 'cupy'"
    laws = [law.name for law in LAWS]
    text = remarks(
        [
            replace(verdict(operation, law, Status.ERRORED, dtype), message=reason)
            for operation in ("linear", "relu", "tanh", "rnn", "conv2d")
            for law in laws
            for dtype in ("float32", "float64")
        ]
    )
    assert text.splitlines()[1:3] == [
        f"errored  mine / 5 operations / {len(laws)} laws  float32, float64",
        f"  {reason}",
    ]


def test_what_conforms_is_not_told() -> None:
    """Passed, unsupported and expected failures leave no remark."""
    assert remarks([verdict("linear", "agreement", status) for status in Status if status.conforms]) == ""


def test_what_the_message_says_is_not_repeated() -> None:
    """An exception is shown once."""
    example = Counterexample(case=CASE, expected="", actual="KeyError: 'bias'", size=6)
    text = remarks([replace(failed("raised KeyError: 'bias'"), counterexample=example)])
    assert text.count("KeyError") == 1


def test_long_arrays_are_shortened() -> None:
    """A case that could not be shrunk does not flood the terminal."""
    large = replace(CASE, inputs=(np.arange(3000.0).reshape(30, 100),))
    example = Counterexample(case=large, expected="", actual="", size=3000, shrinking_cut=True)
    text = remarks([replace(failed(), counterexample=example)])
    assert "smallest case (float32, exact, not shrunk to the end):" in text
    assert len(text.splitlines()) < 25


def test_colour_is_for_terminals() -> None:
    """The same text with and without styles."""
    styled = Console(
        file=io.StringIO(), force_terminal=True, color_system="standard", width=80, highlight=False
    )
    matrix.render([PASSED], styled)
    assert isinstance(styled.file, io.StringIO)
    assert "\x1b[" in styled.file.getvalue()
    assert "\x1b[" not in printed([PASSED])

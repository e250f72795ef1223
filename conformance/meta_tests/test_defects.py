"""The judge judged: each law is needed, and PyTorch is not accused; selftest sees to the whole catalogue."""

import pytest

from conformance.backend import DTYPES, Declaration
from conformance.defects import DEFECTS, Defect
from conformance.eager import eager_kernel
from conformance.engine import judge_kernel
from conformance.law import Law
from conformance.laws import LAWS
from conformance.operation import Operation
from conformance.operations import OPERATIONS
from conformance.selection import choose_operations, laws_of
from conformance.verdict import Status, Verdict

# One defect for each law of all operations that every other law overlooks.
ALONE = {
    "shape_and_dtype": "max_pool2d.indices_in_32_bits",
    "agreement": "linear.bias_doubled",
    "vjp": "tanh.cotangent_in_double_precision",
    "pullback_is_linear": "relu.cotangent_clipped",
    "zero_pulls_back_to_zero": "flatten.cotangent_scaled_by_its_largest",
    "directional_difference": "sigmoid.looked_up_by_rounded_argument",
    "purity": "flatten.view_returned",
    "determinism": "tanh.output_remembered_globally",
    "memory_layout": "linear.read_in_memory_order",
    "special_values": "sigmoid.exponential_over_exponential",
    "kinks": "relu.derivative_one_at_zero",
    "rejection": "linear.extra_features_cut_off",
}


EXAMPLES = 40
"""Of each dtype, for the right computation: as many as `tox` asks the bundled backends."""


def judged(defect: Defect, dtype: str, laws: tuple[Law, ...]) -> tuple[Verdict, ...]:
    """The verdicts on a defect after 100 examples, unshrunk."""
    (operation,) = choose_operations([defect.operation])
    declaration = Declaration(name=defect.name)
    return judge_kernel(operation, defect.kernel, declaration, dtype=dtype, laws=laws, shrink_seconds=0)


def failing(verdicts: tuple[Verdict, ...]) -> set[str | None]:
    """The laws that found a fault."""
    return {verdict.law for verdict in verdicts if verdict.status in (Status.FAILED, Status.ERRORED)}


@pytest.mark.parametrize(("law", "name"), ALONE.items())
def test_every_law_is_needed(law: str, name: str) -> None:
    """There is a defect that this law alone finds."""
    (defect,) = (defect for defect in DEFECTS if defect.name == name)
    (operation,) = choose_operations([defect.operation])
    assert failing(judged(defect, defect.dtypes[-1], laws_of(operation))) == {law}


def test_every_law_names_a_defect_that_it_alone_finds() -> None:
    """No law of all operations is missing above."""
    assert list(ALONE) == [law.name for law in LAWS]


def test_every_law_has_a_defect() -> None:
    """Also those that belong to an operation alone have a defect of that operation that names them."""
    named = {(defect.operation, defect.law) for defect in DEFECTS}
    assert {law.name for law in LAWS} <= {law for _, law in named}
    assert {(operation.name, law.name) for operation in OPERATIONS for law in operation.laws} <= named


def test_every_operation_has_defects_of_its_gradient_too() -> None:
    """Every operation has a defect in what it computes, and one in its pullback, where it has one."""
    named = {(defect.operation, defect.law == "vjp") for defect in DEFECTS}
    assert named >= {(operation.name, False) for operation in OPERATIONS}
    assert named >= {(operation.name, True) for operation in OPERATIONS if operation.differentiable}


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_has_a_name_and_a_sentence(defect: Defect) -> None:
    """The name is the operation's and then its own; the sentence is one, and a link is a link."""
    operation, _, own = defect.name.partition(".")
    assert operation in {op.name for op in OPERATIONS}
    assert own.isidentifier()
    assert defect.sentence.endswith(".")
    assert ". " not in defect.sentence
    assert set(defect.dtypes) <= set(DTYPES)
    assert defect.seen is None or defect.seen.startswith("https://")


def test_names_are_unique() -> None:
    """A defect is found by its name."""
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_computation_that_defects_start_from_is_right(operation: Operation, dtype: str) -> None:
    """Without its mistake a defect is PyTorch in the case's own dtype, and that keeps every law."""
    kernel, declaration = eager_kernel(operation.name), Declaration(name="eager")
    verdicts = judge_kernel(operation, kernel, declaration, dtype=dtype, examples=EXAMPLES, shrink_seconds=1)
    bad = [f"{v.id}: {v.status}: {v.message}" for v in verdicts if v.status is not Status.PASSED]
    assert bad == []

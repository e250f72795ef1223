"""The generator measured: cases reach every value and nearly every pair of values, and say something."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase

from conformance.asking import asked_cases, run_given, stream_seed
from conformance.backend import DTYPES, Declaration
from conformance.case import Case
from conformance.drawing import LENGTH, REGIMES, Draw, Recorded
from conformance.eager import eager_kernel
from conformance.engine import judge_kernel
from conformance.kernel import Kernel
from conformance.law import Source
from conformance.operation import Operation
from conformance.operations import OPERATIONS
from conformance.operations._windows import pair
from conformance.oracle import Oracle
from conformance.selection import choose_operations, laws_of
from conformance.tree import Array, leaves, map_leaves
from conformance.verdict import Status

from .generator import Chance, drawn, exceptions, impossible, pairs_of, reached, values_of
from .options import OPTIONS, Value
from .options._option import x as first

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=[op.name for op in OPERATIONS])
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


def asked(operation: Operation, dtype: str) -> tuple[Oracle, ...]:
    """What a run of 100 examples with the seed 0 asks of a backend."""
    return _asked(operation.name, dtype)


@cache
def _asked(name: str, dtype: str) -> tuple[Oracle, ...]:
    (operation,) = choose_operations([name])
    found: list[Oracle] = []
    run_given(
        asked_cases(operation, dtype),
        found.append,
        seed=stream_seed(0, operation.name, dtype, Source.DRAWN),
        examples=100,
        phases=(Phase.generate,),
    )
    return tuple(found)


def missing(values: Iterable[Value], found: Iterable[frozenset[Value]]) -> set[Value]:
    """The values that no case has."""
    return set(values).difference(*found)


@every_operation
@every_dtype
def test_every_value_is_met_within_100_examples(operation: Operation, dtype: str) -> None:
    """Each class of values that is not rare on purpose; and there is no class but those listed."""
    options = OPTIONS[operation.name]
    found = values_of(operation.name, (oracle.case for oracle in asked(operation, dtype)))
    common = [(option.name, value) for option in options for value in option.classes]
    assert not missing(common, found)
    assert set().union(*found) <= {value for option in options for value in option.values}


@every_operation
@every_dtype
def test_every_rare_value_is_met_within_1000_examples(operation: Operation, dtype: str) -> None:
    """Empty and large ones; and what is called rare is rarer than one case of ten."""
    found = values_of(operation.name, drawn(operation, dtype, 1000))
    for option in OPTIONS[operation.name]:
        rare = [(option.name, value) for value in option.rare]
        assert not missing(rare, found)
        often = {value for value in rare if sum(value in values for values in found) >= 100}
        assert not often


def test_a_missing_value_is_noticed() -> None:
    """The two tests above can fail."""
    assert missing([("bias", "True"), ("bias", "False")], [frozenset({("bias", "True")})]) == {
        ("bias", "False")
    }


@every_operation
def test_pairs_of_values(operation: Operation) -> None:
    """Within 1,000 examples 19 of 20 possible pairs are met, and none that is called impossible."""
    never, pairs = impossible(operation.name), pairs_of(operation.name)
    assert set(never) <= pairs
    found = reached(operation.name, "float32", 1000)
    assert found <= pairs
    assert found.isdisjoint(never), sorted(map(sorted, found & set(never)))
    share = len(found) / len(pairs - set(never))
    print(f"{operation.name}: {len(found)} of {len(pairs) - len(never)} pairs, {share:.1%}")
    assert share > 0.95


def test_a_wrong_exception_would_be_noticed() -> None:
    """A pair that is met is not among the impossible ones, and one that is never met is."""
    pair = frozenset({("bias", "True"), ("regime", "exact")})
    assert pair in reached("linear", "float32", 50)
    assert pair not in impossible("linear")
    assert frozenset({("dimensions", "1"), ("rows", "several")}) in impossible("linear")


def test_the_exceptions_are_published() -> None:
    """docs/inputs.md lists all that is called impossible, line by line."""
    text = (Path(__file__).parents[2] / "docs" / "inputs.md").read_text(encoding="utf-8")
    assert "\n".join(exceptions()) in text
    assert all(f"\n| {operation.name} | " in text for operation in OPERATIONS)


def floating(oracle: Oracle) -> list[Array]:
    """All floating tensors of a case with more than one element, with cotangents of what is differentiated."""
    case = oracle.case
    ones = oracle.heard(map_leaves(np.ones_like, case.cotangent))
    heard = [
        leaf
        for (_, leaf), (_, one) in zip(leaves(case.cotangent), leaves(ones), strict=True)
        if one is not None and (one.any() or not one.size)
    ]
    given = (*case.params.values(), *case.inputs, *heard)
    return [array for array in given if array is not None and array.dtype.kind == "f" and array.size > 1]


def zero_share(tensors: list[Array]) -> float:
    """How many tensors are zero everywhere."""
    return sum(not array.any() for array in tensors) / len(tensors)


@every_operation
@every_dtype
def test_few_tensors_are_zero(operation: Operation, dtype: str) -> None:
    """Under a tenth of the tensors with two elements or more."""
    assert zero_share([array for oracle in asked(operation, dtype) for array in floating(oracle)]) < 0.1


@every_operation
@every_dtype
def test_few_outputs_are_empty(operation: Operation, dtype: str) -> None:
    """Under a tenth of the cases; but some inputs are, within 1,000."""
    oracles = asked(operation, dtype)
    assert sum(is_empty(oracle) for oracle in oracles) < len(oracles) / 10
    assert any(x is not None and x.size == 0 for case in drawn(operation, dtype, 1000) for x in case.inputs)


def is_empty(oracle: Oracle) -> bool:
    """Whether no output has an element."""
    return all(leaf is None or leaf.size == 0 for _, leaf in leaves(oracle.output))


@every_operation
@every_dtype
def test_few_outputs_are_not_finite(operation: Operation, dtype: str) -> None:
    """Inputs always are; the mean of nothing is not, and overflow is left to special values."""
    oracles = asked(operation, dtype)
    for oracle in oracles:
        assert all(np.isfinite(array).all() for array in floating(oracle))
    with np.errstate(over="ignore"):
        odd = [
            oracle
            for oracle in oracles
            if any(
                leaf is not None and not np.isfinite(leaf.astype(dtype)).all()
                for _, leaf in leaves(oracle.output)
            )
        ]
    assert len(odd) < len(oracles) / 10
    assert {oracle.case.config.get("reduction") for oracle in odd} <= {"mean"}


def test_idle_tensors_are_noticed() -> None:
    """The three tests above can fail."""
    case = Case(operation="relu", dtype="float64", inputs=(np.zeros((0, 2)),), cotangent=np.zeros(3))
    assert is_empty(Oracle(case))
    assert zero_share(floating(Oracle(case))) == 1
    assert zero_share([np.zeros(2), np.ones(2)]) == 0.5


class Simplest:
    """What every choice shrinks to."""

    def integer(self, high: int) -> int:
        """The least."""
        return 0

    def content(self) -> bytes:
        """Zeros."""
        return bytes(LENGTH)


@every_operation
@every_dtype
def test_the_simplest_case_is_a_few_small_integers(operation: Operation, dtype: str) -> None:
    """What shrinking ends with is exact and small."""
    case = operation.cases(Draw(Simplest(), operation.name, dtype))
    arrays = [array for array in (*case.params.values(), *case.inputs) if array is not None]
    assert case.regime == "exact"
    assert sum(array.size for array in arrays) <= 12
    assert all(abs(array).max() <= 8 and (8 * array % 1 == 0).all() for array in arrays)


def structure(case: Case) -> Any:
    """All but the contents."""
    arrays = [*case.params.items(), *enumerate(case.inputs)]
    return case.config, [(name, None if a is None else (a.shape, a.dtype)) for name, a in arrays], case.regime


@every_operation
def test_structure_does_not_depend_on_contents(operation: Operation) -> None:
    """The same choices with other bytes are a case of the same structure, and not the same case."""
    for seed in range(100):
        drawing = Draw(Chance(seed), operation.name, "float32")
        case = operation.cases(drawing)
        other = operation.cases(Draw(Recorded(drawing.made, 1), operation.name, "float32"))
        assert structure(other) == structure(case)


@every_operation
def test_choices_fit_into_what_hypothesis_keeps(operation: Operation) -> None:
    """8 KiB a case, of which the cotangent has two strings at most."""
    for seed in range(200):
        drawing = Draw(Chance(seed), operation.name, "float32")
        operation.cases(drawing)
        assert sum(LENGTH if isinstance(choice, bytes) else 2 for choice in drawing.made) < 8000


def test_every_regime_has_its_share() -> None:
    """Exact and affine are a third of the cases each, stress and extreme a sixth."""
    regimes = [Draw(Chance(seed), "relu", "float32").regime for seed in range(1200)]
    shares = [regimes.count(regime.name) / len(regimes) for regime in REGIMES]
    for share, wanted in zip(shares, (1 / 3, 1 / 3, 1 / 6, 1 / 6), strict=True):
        assert abs(share - wanted) < 0.05


def test_convolutions_go_past_a_block() -> None:
    """In float64 about three of 100 have more windows than half a MiB in each of several samples."""
    (conv2d,) = (operation for operation in OPERATIONS if operation.name == "conv2d")
    past = [
        case
        for case in drawn(conv2d, "float64", 1000)
        if (x := first(case)).ndim == 4
        and len(x) > 1
        and x[0].size * np.prod(np.array(pair(case.config["kernel_size"]))) * 8 > 2**19
    ]
    assert len(past) >= 10


def past_a_block(forward: Any) -> Any:
    """A kernel whose results are wrong from the 256th place of a dimension on."""

    def distorted(params: Any, *inputs: Any, **config: Any) -> Any:
        y = np.array(forward(params, *inputs, **config))
        for axis in range(y.ndim):
            np.moveaxis(y, axis, 0)[255:] *= y.dtype.type(1.5)
        return y

    return distorted


def sums_of_a_block(forward: Any) -> Any:
    """A sum over more than 255 features forgets the last of them."""

    def distorted(params: Any, x: Array, **config: Any) -> Any:
        blocks = x.copy()
        blocks[..., 255:] = 0
        return forward(params, blocks, **config)

    return distorted


def square_expanded(forward: Any) -> Any:
    """(x - t)**2 as x**2 - 2 x t + t**2, which cancels where x is near t or both are far from zero."""

    def distorted(params: Any, x: Array, target: Array, *, reduction: str) -> Any:
        loss = x * x - 2 * x * target + target * target
        return np.asarray(loss if reduction == "none" else getattr(loss, reduction)(), dtype=x.dtype)

    return distorted


def maximum_not_subtracted(forward: Any) -> Any:
    """exp(x) / sum exp(x), which overflows."""

    def distorted(params: Any, x: Array, *, dim: int) -> Any:
        powers = np.exp(x.reshape(x.shape or (1,)))
        return np.asarray(powers / powers.sum(axis=dim, keepdims=True), dtype=x.dtype).reshape(x.shape)

    return distorted


def tanh_of_exponentials(forward: Any) -> Any:
    """1 - 2 / (exp(2 x) + 1), which has no digits left near zero."""
    return lambda params, x: np.asarray(1 - 2 / (np.exp(2 * x) + 1), dtype=x.dtype)


def mean_shifted(forward: Any) -> Any:
    """Sums of differences from the first cell of the plane, which cancels where planes differ in scale."""

    def distorted(params: Any, x: Array, **config: Any) -> Any:
        total = np.cumsum(x, axis=-1, dtype=x.dtype)
        return forward(params, np.diff(total, axis=-1, prepend=x.dtype.type(0)), **config)

    return distorted


FAULTS = (
    ("linear", past_a_block),
    ("linear", sums_of_a_block),
    ("softmax", past_a_block),
    ("relu", past_a_block),
    ("conv2d", past_a_block),
    ("mse_loss", square_expanded),
    ("softmax", maximum_not_subtracted),
    ("tanh", tanh_of_exponentials),
    ("avg_pool2d", mean_shifted),
)
"""Faults that small and moderate contents do not show."""


@pytest.mark.parametrize(("name", "distort"), FAULTS, ids=[f"{n}-{f.__name__}" for n, f in FAULTS])
@every_dtype
def test_faults_of_size_and_scale_show(name: str, distort: Any, dtype: str) -> None:
    """Within the 100 examples of a run."""
    with np.errstate(all="ignore"):
        assert failing(name, distort(eager_kernel(name).forward), ["agreement"], dtype) == {"agreement"}


def failing(name: str, forward: Any, laws: list[str], dtype: str) -> set[str | None]:
    """The laws among `laws` that reject a kernel, unshrunk."""
    (operation,) = choose_operations([name])
    verdicts = judge_kernel(
        operation,
        Kernel(name, forward, None),
        Declaration(name="wrong"),
        dtype=dtype,
        laws=[law for law in laws_of(operation) if law.name in laws],
        shrink_seconds=0,
        diagnosing=False,
    )
    return {verdict.law for verdict in verdicts if verdict.status is Status.FAILED}


@every_dtype
def test_a_swallowed_nan_shows(dtype: str) -> None:
    """A recurrent network that cleans its input is rejected by the special values alone."""
    right = eager_kernel("rnn").forward
    assert right is not None

    def forward(params: Any, x: Array, h_0: Any, mask: Any, **config: Any) -> Any:
        return right(params, np.nan_to_num(x), h_0, mask, **config)

    assert failing("rnn", forward, ["agreement", "special_values"], dtype) == {"special_values"}

"""Every operation's file is what it claims to be: PyTorch says so, and counting its cases does."""

import inspect
from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
import pytest
from hypothesis import Phase
from torch import Tensor

from conformance.asking import asked_cases, run_given, stream_seed
from conformance.backend import DTYPES
from conformance.law import Source
from conformance.operation import Kink, Operation, Rejection, listed_case
from conformance.operations import OPERATIONS
from conformance.oracle import Oracle
from conformance.selection import choose_operations
from conformance.specification import reference_class
from conformance.tree import Array, leaves

EXAMPLES = 100

STRINGS = {
    "reduction": {"none", "mean", "sum"},
    "padding": {"same", "valid"},
    "padding_mode": {"zeros", "reflect", "replicate", "circular"},
    "nonlinearity": {"tanh", "relu"},
    "approximate": {"none", "tanh"},
    "norm_type": {"inf"},
}
"""The values of an option that is one of several strings."""

REFUSED: dict[tuple[str, str], set[Any]] = {
    ("softmax", "dim"): {type(None)},
    ("log_softmax", "dim"): {type(None)},
    ("embedding", "max_norm"): {float},
    ("embedding", "sparse"): {bool},
}
"""What a signature allows and the reference refuses."""

ONE_VALUE = {("multihead_attention", "dropout")}
"""Options of which a single value is specified."""

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=[op.name for op in OPERATIONS])
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


@cache
def drawn(name: str, dtype: str, source: Source = Source.DRAWN, seed: int = 0) -> tuple[Oracle, ...]:
    """What a run with `seed` asks of a backend."""
    (operation,) = choose_operations([name])
    found: list[Oracle] = []
    run_given(
        asked_cases(operation, dtype, source),
        found.append,
        seed=stream_seed(seed, name, dtype, source),
        examples=EXAMPLES,
        phases=(Phase.generate,),
    )
    return tuple(found)


def listed(kind: str) -> pytest.MarkDecorator:
    """A parameter for every listed entry of every operation."""
    return pytest.mark.parametrize(
        ("operation", "entry"),
        [
            pytest.param(operation, entry, id=f"{operation.name}: {entry.name}")
            for operation in OPERATIONS
            for entry in getattr(operation, kind)
        ],
    )


@listed("rejects")
@every_dtype
def test_torch_rejects_what_is_listed(operation: Operation, entry: Rejection, dtype: str) -> None:
    """Whatever exception PyTorch has for it; a warning, or an option not supported here, is none."""
    with pytest.raises((ValueError, RuntimeError, IndexError, TypeError)) as caught:
        _ = Oracle(listed_case(operation.name, entry, dtype)).output
    assert not isinstance(caught.value, NotImplementedError)


@listed("kinks")
def test_kinks_are_pinned_in_the_kind_of_a_case(operation: Operation, entry: Kink) -> None:
    """Literal integers would ask a kernel about integer arrays, and would hide the sign of zero."""
    case = listed_case(operation.name, entry, "float64")
    for (name, pinned), (_, output) in zip(leaves(entry.output), leaves(Oracle(case).output), strict=True):
        if pinned is not None:
            assert output is not None
            assert pinned.dtype.kind == output.dtype.kind, name
    for position, given in enumerate(case.inputs):
        arrays = (oracle.case.inputs[position] for oracle in drawn(operation.name, "float64"))
        assert given is None or given.dtype in {array.dtype for array in arrays if array is not None}
    cotangents = [entry.inputs_cotangents, *(gradients for _, gradients in entry.alternatives.values())]
    gradients = [array for arrays in cotangents if arrays for array in arrays]
    for array in (*case.params.values(), *gradients, *(leaf for _, leaf in leaves(case.cotangent))):
        assert array is None or array.dtype.kind == "f"


@every_operation
def test_listed_names_are_unique(operation: Operation) -> None:
    """A name is the only address that a listed entry has."""
    names = [*(entry.name for entry in operation.rejects), *(entry.name for entry in operation.kinks)]
    assert len(set(names)) == len(names)


@every_operation
@every_dtype
def test_cases_have_the_declared_form(operation: Operation, dtype: str) -> None:
    """Config, inputs and outputs under the reference's names, plain Python values, arrays of the dtype."""
    options = {
        name
        for name, parameter in inspect.signature(reference_class(operation.name)).parameters.items()
        if Tensor not in get_args(parameter.annotation)
    }
    plain = {bool, int, float, str, type(None)}
    for oracle in drawn(operation.name, dtype):
        case = oracle.case
        assert set(case.config) == options
        for value in case.config.values():
            assert {type(part) for part in (value if isinstance(value, tuple) else (value,))} <= plain
        assert len(case.input_names(operation.inputs)) == len(case.inputs)
        assert case.mappings or len(list(leaves(oracle.output))) <= len(operation.outputs)
        for array in (*case.params.values(), *case.inputs):
            assert array is None or isinstance(array, np.ndarray)
            assert array is None or array.dtype == dtype or array.dtype.kind in "ib"


def alternatives(annotation: Any) -> set[Any]:
    """The types that an annotation allows, and the values of its literals."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return {found for part in get_args(annotation) for found in alternatives(part)}
    return {get_origin(annotation) or annotation}


def missing_values(name: str, option: str, annotation: Any, values: list[Any]) -> set[Any]:
    """The values that an option has and was never given: types of a union, both booleans, all strings."""
    allowed = alternatives(annotation) - REFUSED.get((name, option), set())
    missing = allowed - {type(value) for value in values} - set(values)
    if bool in allowed:
        missing |= {False, True} - set(values)
    if str in allowed:
        missing |= STRINGS[option] - set(values)
    if allowed & {int, float} and (name, option) not in ONE_VALUE and len(set(values)) < 2:
        missing.add("a second value")
    return missing


@every_operation
@every_dtype
@pytest.mark.parametrize("seed", [0, 1])
def test_options_take_all_their_values(operation: Operation, dtype: str, seed: int) -> None:
    """Within 100 examples, whatever the reference's signature allows; tensors and inputs come and stay away."""
    cases = [oracle.case for oracle in drawn(operation.name, dtype, seed=seed)]
    reference = reference_class(operation.name)
    missing: dict[str, set[Any]] = {}
    for option, parameter in inspect.signature(reference).parameters.items():
        if Tensor in get_args(parameter.annotation):
            missing[option] = {True, False} - {option in case.params for case in cases}
        else:
            values = [case.config[option] for case in cases]
            missing[option] = missing_values(operation.name, option, parameter.annotation, values)
    optional = list(inspect.signature(reference.forward).parameters.values())[1:]
    for position, parameter in enumerate(optional):
        if parameter.default is None:
            missing[parameter.name] = {True, False} - {case.inputs[position] is None for case in cases}
    assert not {option: values for option, values in missing.items() if values}


def test_a_missing_value_is_noticed() -> None:
    """The test above can fail: a boolean, a type of a union, a string and a number that never change."""
    assert missing_values("x", "bias", bool, [True, True]) == {False}
    assert missing_values("x", "stride", int | tuple[int, int] | None, [1, 2]) == {tuple, type(None)}
    assert missing_values("x", "padding", int | str, [1, 2, "same"]) == {"valid"}
    assert missing_values("x", "padding_mode", Literal["zeros", "circular"], ["zeros"]) == {"circular"}
    assert missing_values("x", "dilation", int, [1, 1]) == {"a second value"}


@every_operation
@every_dtype
def test_only_small_integers_are_exact(operation: Operation, dtype: str) -> None:
    """No case of another regime claims that its sums are."""
    cases = [oracle.case for oracle in drawn(operation.name, dtype)]
    assert not any(case.exact for case in cases if case.regime != "exact")


def is_zero(array: Array) -> bool:
    """Whether no element differs from zero."""
    return not array.any()


@every_operation
@every_dtype
@pytest.mark.parametrize("seed", [0, 1])
def test_few_cotangents_are_zero_or_empty(operation: Operation, dtype: str, seed: int) -> None:
    """Under 15 % of the cases: all the others judge a gradient."""
    if not operation.differentiable:
        pytest.skip("it has no cotangents")
    oracles = drawn(operation.name, dtype, seed=seed)
    idle = sum(
        all(leaf is None or is_zero(leaf) for _, leaf in leaves(oracle.case.cotangent)) for oracle in oracles
    )
    assert idle < len(oracles) * 0.15


def _target(case: Any) -> Any:
    return case.inputs[1]


def _ignored(case: Any) -> bool:
    return bool((_target(case) == case.config["ignore_index"]).any())


def _all_ignored(case: Any) -> bool:
    target = _target(case)
    return target.size > 0 and bool((target == case.config["ignore_index"]).all())


def _negative(case: Any) -> bool:
    return bool(case.config["ignore_index"] == -1)


def _largest(case: Any) -> float:
    return float(abs(case.inputs[0]).max(initial=0)) or 1.0


def _near(case: Any, share: float, target: float | None = None) -> bool:
    """Whether all differences from `target` (the second input), or from each other, are small."""
    x = case.inputs[0]
    if x.size < 2 or not x.any():
        return False
    away = x - case.inputs[1] if target is None else x - x.mean()
    return bool(abs(away).any() and abs(away).max() < share * abs(x).max())


def _constant(x: Array, dim: int) -> bool:
    if x.ndim == 0 or x.size == 0 or x.shape[dim] < 2:
        return False
    return bool(((np.ptp(x, axis=dim) == 0) & (abs(x).max(axis=dim) > 5)).any())


def _saturated(x: Array) -> bool:
    return bool((abs(x) > 20).any() and (abs(x) < 2).any())


SEEN: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    *(
        (name, sentence, seen)
        for name in ("softmax", "log_softmax")
        for sentence, seen in (
            ("no dimension", lambda case: case.inputs[0].ndim == 0),
            ("a negative dim", lambda case: case.config["dim"] < 0),
            ("the first of several dims", lambda case: case.inputs[0].ndim > 1 and case.config["dim"] == 0),
            ("a dim in the middle", lambda case: case.inputs[0].ndim == 3 and case.config["dim"] in (1, -2)),
        )
    ),
    ("flatten", "no dimension", lambda case: case.inputs[0].ndim == 0),
    ("flatten", "negative numbers", lambda case: case.config["start_dim"] < 0 and case.config["end_dim"] < 0),
    ("cross_entropy", "unbatched", lambda case: case.inputs[0].ndim == 1),
    ("cross_entropy", "two further dimensions", lambda case: case.inputs[0].ndim == 4),
    ("cross_entropy", "class indices, smoothed", lambda case: bool(case.config["label_smoothing"])),
    ("cross_entropy", "probabilities", lambda case: _target(case).dtype.kind == "f"),
    ("cross_entropy", "a weight of zero", lambda case: 0 in case.params.get("weight", ())),
    ("cross_entropy", "a class ignored", lambda case: case.config["ignore_index"] >= 0 and _ignored(case)),
    ("cross_entropy", "default ignored", lambda case: case.config["ignore_index"] == -100 and _ignored(case)),
    ("cross_entropy", "all ignored, none by default", lambda case: _all_ignored(case) and _negative(case)),
    (
        "cross_entropy",
        "probabilities with zeros, and further dimensions",
        lambda case: case.inputs[0].ndim > 2 and _target(case).dtype.kind == "f" and not _target(case).all(),
    ),
    ("mse_loss", "no dimension", lambda case: case.inputs[0].ndim == 0),
    ("mse_loss", "nearly equal", lambda case: _near(case, 0.01)),
    *(
        (name, "a constant slice far from zero", lambda case: _constant(case.inputs[0], case.config["dim"]))
        for name in ("softmax", "log_softmax")
    ),
    *(
        (name, "units that saturate beside others that do not", lambda case: _saturated(case.inputs[0]))
        for name in ("sigmoid", "tanh")
    ),
    *(
        (name, "a large offset", lambda case: _near(case, 1e-3, 0.0))
        for name in ("linear", "softmax", "conv2d")
    ),
    *(
        (name, "tiny numbers", lambda case: _largest(case) < 1e-20)
        for name in ("linear", "relu", "avg_pool2d")
    ),
    *(
        (name, "huge numbers", lambda case: _largest(case) > 1e20)
        for name in ("linear", "relu", "max_pool2d")
    ),
)


@pytest.mark.parametrize(("name", "sentence", "seen"), SEEN, ids=[f"{name}: {s}" for name, s, _ in SEEN])
@every_dtype
def test_is_drawn(name: str, sentence: str, seen: Callable[[Any], bool], dtype: str) -> None:
    """Within 200 examples, at least twice."""
    cases = [oracle.case for seed in (0, 1) for oracle in drawn(name, dtype, seed=seed)]
    assert sum(seen(case) for case in cases) >= 2, sentence


def test_means_of_weighted_targets_have_something_to_divide_by() -> None:
    """A class weight of zero never makes 0 / 0: only the mean of nothing is NaN."""
    for oracle in (*drawn("cross_entropy", "float32"), *drawn("cross_entropy", "float64")):
        counted = _target(oracle.case) != oracle.case.config["ignore_index"]
        if counted.any():
            assert np.isfinite(oracle.output).all()  # type: ignore[arg-type]

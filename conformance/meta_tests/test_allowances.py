"""The allowances are neither slack nor tight: against rigorous bounds, and against what correct kernels do."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import hypothesis
import numpy as np
import pytest

from conformance import comparison
from conformance.asking import asked_cases, run_given
from conformance.backend import DTYPES, Declaration
from conformance.case import Case
from conformance.comparison import Arithmetic, allowance, compare_within, unit_roundoff
from conformance.eager import eager_kernel
from conformance.engine import judge_case
from conformance.kernel import Kernel
from conformance.operation import Operation
from conformance.operations import OPERATIONS
from conformance.oracle import Oracle, Spread
from conformance.rounding import inner_product_factor
from conformance.selection import choose_operations, laws_of
from conformance.tree import Array, Tree
from conformance.verdict import Status

from .alternates import ALTERNATES
from .alternates._margins import Margin, correct_kernels, margins
from .calibration import CALIBRATED_ON, VALIDATED_ON, main

SLACK = 1e-3
"""A median headroom below it means that the allowances hide a thousandfold error."""


def complaints(found: list[Margin]) -> list[str]:
    """What is wrong with the allowances of a corpus: an error above its own, or a median far below."""
    headrooms = {margin.where: [] for margin in found}  # type: dict[str, list[float]]
    for margin in found:
        headrooms[margin.where].append(margin.headroom)
    said = [f"tight: {where} {max(h):.2f}" for where, h in headrooms.items() if max(h) > 1]
    erring = [h for all_of in headrooms.values() for h in all_of if h > 0]
    if np.median(erring) < SLACK:
        said.append(f"slack: the median headroom is {np.median(erring):.1e}")
    return said


def corpus(operations: tuple[Operation, ...], dtypes: tuple[str, ...] = DTYPES) -> list[Margin]:
    """Every array that alternates and bundled backends return, with the allowance derived for it."""
    return [
        margin
        for operation in operations
        for dtype in dtypes
        for margin in margins(operation, dtype, examples=5, contents=2, careful=True, seed=1)
    ]


def test_correct_kernels_use_their_allowance_and_no_more() -> None:
    """All operations, both dtypes: the largest headroom is at most 1, the median where it errs at least 1e-3."""
    found = corpus(OPERATIONS)
    assert len(found) > 1000
    assert {margin.where.split("/")[0] for margin in found} >= {*CALIBRATED_ON, *VALIDATED_ON} - {
        "max_pool2d"
    }
    assert complaints(found) == []


@pytest.mark.parametrize(("multiple", "complaint"), [(6000.0, "slack"), (0.006, "tight")])
def test_a_wrong_multiple_is_seen(monkeypatch: pytest.MonkeyPatch, multiple: float, complaint: str) -> None:
    """A thousand times too much, and a thousandth."""
    monkeypatch.setattr(comparison, "MULTIPLE", multiple)
    found = corpus(choose_operations(("softmax", "mse_loss")), ("float64",))
    assert {said.partition(":")[0] for said in complaints(found)} == {complaint}


def test_the_corpus_has_every_correct_kernel() -> None:
    """Alternates, PyTorch in the case's dtype, and the bundled backends."""
    for operation in OPERATIONS:
        assert {"torch", "manual_loops", "numpy_vectorized"} < set(correct_kernels(operation.name))


def test_calibration_and_validation_share_no_operation() -> None:
    """Together they are all that round."""
    assert not set(CALIBRATED_ON) & set(VALIDATED_ON)
    names = {operation.name for operation in OPERATIONS}
    assert names - {*CALIBRATED_ON, *VALIDATED_ON} == {"relu", "relu6", "flatten", "concat"}


def test_calibration_prints_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row for each operation and dtype, and one for each corpus."""
    monkeypatch.setattr("conformance.meta_tests.calibration.CALIBRATED_ON", ("tanh",))
    monkeypatch.setattr("conformance.meta_tests.calibration.VALIDATED_ON", ("mse_loss",))
    assert main(["--examples", "3", "--contents", "1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2 + 2 * 3
    assert len({row.count("|") for row in rows}) == 1


def rigorous_bounds(oracle: Oracle, dtype: str) -> tuple[int, Array]:
    """The number n of terms of an output's elements, the bias one of them, and gamma_n (|W| |x| + |bias|)."""
    case = oracle.case
    weight = case.params["weight"]
    terms = weight[0].size + ("bias" in case.params)
    magnitude = Case(
        operation=case.operation,
        dtype="float64",
        config=case.config,
        params={name: np.abs(array).astype(np.float64) for name, array in case.params.items()},
        inputs=tuple(None if array is None else np.abs(array).astype(np.float64) for array in case.inputs),
    )
    size = Oracle(magnitude).output
    assert isinstance(size, np.ndarray)
    unit = unit_roundoff(dtype)
    return terms, terms * unit / (1 - terms * unit) * size


@pytest.mark.parametrize("name", ["linear", "conv2d"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_inner_products_are_allowed_their_rigorous_bound(name: str, dtype: str) -> None:
    """Below 64 terms at least gamma_n |W||x| (Higham 2002, section 3.1), and mostly 3.5 times that.

    A uniform error has the root mean square of its bound / sqrt(3): 6 of them are 3.5 times the bound. None is
    larger than the bound, which counts a rounding of the product and one of the bias beside its terms. In
    float64 the oracle has its share of all this.
    """
    (operation,) = choose_operations((name,))
    shares = 2 if dtype == "float64" else 1
    ratios: list[Array] = []

    def compare(oracle: Oracle) -> None:
        output, spread = oracle.output, oracle.careful_spread.output
        assert isinstance(output, np.ndarray) and isinstance(spread, np.ndarray)
        if oracle.case.regime == "exact" or not output.size:
            return
        terms, bound = rigorous_bounds(oracle, dtype)
        if 0 < terms < 64:
            # Below the normal range errors have another bound.
            sound = bound > np.finfo(dtype).smallest_normal
            ratio = allowance(output, spread, Arithmetic(dtype))[sound] / bound[sound]
            assert (ratio > 1).all()
            assert (ratio <= (6 * shares * (terms + 2) + 2) / terms).all()
            ratios.append(ratio * terms / (terms + 2))

    run_given(
        asked_cases(operation, dtype), compare, seed=3, examples=60, phases=(hypothesis.Phase.generate,)
    )
    found = np.concatenate(ratios)
    assert found.size > 500
    assert 2 * shares < np.median(found) < 4 * shares


def test_long_inner_products_are_allowed_their_probabilistic_bound() -> None:
    """As many as n below 64 terms, 8 sqrt(n) from there: the allowance is less than n only beyond 768."""
    assert [inner_product_factor(n) for n in (1, 63, 64, 256)] == [1.0, 63.0, 64.0, 128.0]
    worst = comparison.MULTIPLE / math.sqrt(3)
    assert worst * inner_product_factor(767) >= 767
    assert worst * inner_product_factor(769) < 769


def complaint(actual: Array, oracle: Oracle, part: Callable[[Spread], Tree], expected: Tree) -> str | None:
    """What is said of an array that should be `expected`, with the spread of that `part`."""

    def spread(careful: bool) -> Array | None:
        found = part(oracle.careful_spread if careful else oracle.spread)
        assert isinstance(found, np.ndarray)
        return found

    assert isinstance(expected, np.ndarray)
    return compare_within("it", actual, expected, spread, Arithmetic(oracle.case.dtype)).complaint


def subnormal_products(dtype: str) -> dict[str, tuple[Case, Array]]:
    """Two sums of 256 terms, and both as a kernel has them that rounds each of its terms before it adds them.

    Those of the second are 0.6 of the smallest number, and rounded to it.
    """
    real, terms = np.dtype(dtype).type, 256
    tiny = np.finfo(dtype).smallest_subnormal
    scale = real(2) ** (np.finfo(dtype).minexp // 2)
    x = np.full((1, terms), scale, dtype)
    rows = np.stack([np.ones(terms, dtype), np.full(terms, real(0.6) * (tiny / scale))])
    summed: Array = (x * rows).sum(1)[None]
    linear = {"in_features": terms, "out_features": 2, "bias": False}
    conv2d: dict[str, Any] = {
        "in_channels": 1,
        "out_channels": 2,
        "kernel_size": 16,
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "bias": False,
        "padding_mode": "zeros",
    }
    image = np.stack([np.ones(terms, dtype), np.full(terms, real(0.6) * terms * tiny)])
    divided: Array = (image / real(terms)).sum(1)
    pool: dict[str, Any] = {"kernel_size": 16, "stride": 16, "padding": 0}
    return {
        "linear": (
            Case(operation="linear", dtype=dtype, config=linear, params={"weight": rows}, inputs=(x,)),
            summed,
        ),
        "matmul": (Case(operation="matmul", dtype=dtype, inputs=(x, rows.T)), summed),
        "conv2d": (
            Case(
                operation="conv2d",
                dtype=dtype,
                config=conv2d,
                params={"weight": rows.reshape(2, 1, 16, 16)},
                inputs=(x.reshape(1, 1, 16, 16),),
            ),
            summed.reshape(1, 2, 1, 1),
        ),
        "mean": (
            Case(operation="mean", dtype=dtype, config={"dim": 1, "keepdim": False}, inputs=(image,)),
            divided,
        ),
        "avg_pool2d": (
            Case(
                operation="avg_pool2d",
                dtype=dtype,
                config=pool | {"ceil_mode": False, "count_include_pad": True, "divisor_override": None},
                inputs=(image.reshape(1, 2, 16, 16),),
            ),
            divided.reshape(1, 2, 1, 1),
        ),
        "adaptive_avg_pool2d": (
            Case(
                operation="adaptive_avg_pool2d",
                dtype=dtype,
                config={"output_size": (1, 1)},
                inputs=(image.reshape(1, 2, 16, 16),),
            ),
            divided.reshape(1, 2, 1, 1),
        ),
    }


@pytest.mark.parametrize(
    ("operation", "dtype"),
    [
        *((operation, "float32") for operation in subnormal_products("float32")),
        # The products of float64 are rounded by the oracle itself; its means are divided once.
        *((operation, "float64") for operation in ("mean", "avg_pool2d", "adaptive_avg_pool2d")),
    ],
)
def test_each_term_of_a_sum_may_underflow(operation: str, dtype: str) -> None:
    """What is rounded is every product, or quotient, and not their sum alone."""
    case, given = subnormal_products(dtype)[operation]
    oracle = Oracle(case)
    expected = oracle.output
    assert isinstance(expected, np.ndarray)
    tiny = float(np.finfo(dtype).smallest_subnormal)
    assert np.abs(given - expected).max() > 100 * tiny

    def said(actual: Array) -> str | None:
        return complaint(actual, oracle, lambda spread: spread.output, expected)

    assert said(given) is None
    assert said(given + (1024 * tiny * (expected < 0.5 * expected.max())).astype(dtype)) is not None


def test_a_step_across_a_kink_has_the_rounding_of_its_other_side() -> None:
    """A zero is no maximum; a step away it is that of two windows, whose cotangents are added, and rounded."""
    dtype = "float32"
    (pool,) = choose_operations(("max_pool2d",))
    config: dict[str, Any] = {"kernel_size": (1, 2), "stride": 1, "padding": 0, "dilation": 1}
    case = Case(
        operation="max_pool2d",
        dtype=dtype,
        config=config | {"return_indices": False, "ceil_mode": False},
        inputs=(np.array([[[[1e-29, 0, 1e-29]]]], dtype),),
        cotangent=np.array([[[[1, 0.9 * unit_roundoff(dtype)]]]], dtype),
    )
    (law,) = (law for law in laws_of(pool) if law.name == "directional_difference")
    right = eager_kernel("max_pool2d")
    verdict = judge_case(pool, right, Declaration(name="torch"), law, case)
    # The slope is wrong by half of the cotangent beyond the kink, and may be; so would any other as small be.
    assert verdict.status is Status.VACUOUS

    def too_steep(*arguments: Any, **options: Any) -> Any:
        assert right.vjp is not None
        output, pullback = right.vjp(*arguments, **options)
        return output, lambda cotangent: (pullback(cotangent)[0], (pullback(cotangent)[1][0] + 5,))

    verdict = judge_case(
        pool, Kernel(pool.name, right.forward, too_steep), Declaration(name="wrong"), law, case
    )
    assert verdict.status is Status.FAILED


@pytest.mark.parametrize(
    ("dtype", "given"), [("float32", (-95.0, -100.0)), ("float64", (-710.5, -720.0, -744.0))]
)
def test_a_sigmoid_may_vanish_where_its_exponential_overflows(dtype: str, given: tuple[float, ...]) -> None:
    """1 / (1 + exp(-x)) is 0 there, in PyTorch too, exp(x) / (1 + exp(x)) is not; many times that is wrong.

    In float64 the oracle itself is 0.
    """
    x = np.array(given, dtype=dtype)
    oracle, kernel = Oracle(Case(operation="sigmoid", dtype=dtype, inputs=(x,))), eager_kernel("sigmoid")
    assert kernel.forward is not None
    vanished, small = kernel.forward({}, x), np.exp(x)
    assert isinstance(vanished, np.ndarray)
    assert not vanished.any()
    assert small.all()

    def said(actual: Array) -> str | None:
        return complaint(actual, oracle, lambda spread: spread.output, oracle.output)

    assert said(vanished) is None
    assert said(small) is None
    assert said(100 * small) is not None


def test_a_gate_of_lstm_may_vanish_next_to_the_normal_range() -> None:
    """PyTorch's own kernel in float32 has 0 where the sigmoid is 1.6e-38, its reference does not."""
    config: dict[str, Any] = {
        "input_size": 1,
        "hidden_size": 1,
        "num_layers": 1,
        "bias": False,
        "proj_size": 0,
    }
    config |= {"batch_first": False, "dropout": 0.0, "bidirectional": False, "training": False}
    forgets = np.array([[0.0], [-1.0], [0.0], [0.0]], np.float32)
    one, zero = np.ones((1, 1, 1), np.float32), np.zeros((1, 1, 1), np.float32)
    case = Case(
        operation="lstm",
        dtype="float32",
        config=config,
        params={"weight_ih_l0": forgets, "weight_hh_l0": np.zeros_like(forgets)},
        inputs=(87 * one, zero, zero, None),
        # So much of c_n's cotangent that a part of it is an ordinary number.
        cotangent=(zero, (zero, 1e30 * one)),
    )
    oracle, kernel = Oracle(case), eager_kernel("lstm")
    assert kernel.vjp is not None
    _, pullback = kernel.vjp(case.params, *case.inputs, **case.config)
    given, expected = pullback(case.cotangent)[1][2], oracle.cotangents.inputs[2]
    assert given is not None and expected is not None
    assert not given.any() and expected > 1e-8

    def said(actual: Array) -> str | None:
        return complaint(actual, oracle, lambda spread: spread.cotangents.inputs[2], expected)

    assert said(given) is None
    assert said((100 * expected).astype(np.float32)) is not None


def rational_erf(x: Array) -> Array:
    """Abramowitz and Stegun 7.1.26 in float32, as PyTorch's gelu computes it there."""
    t = 1 / (1 + np.float32(0.3275911) * np.abs(x))
    r = np.zeros_like(x)
    for coefficient in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        r = r * t + np.float32(coefficient)
    return np.asarray(np.copysign(1 - r * t * np.exp(-x * x), x))


def test_the_error_function_may_be_wrong_by_units_of_one() -> None:
    """In [-6, 6] a seventh of the allowance is used, near zero; ten times as wrong is an accusation."""
    x = np.linspace(-6, 6, 20_001, dtype=np.float32)
    config = {"approximate": "none"}
    cotangent = np.ones_like(x)
    oracle = Oracle(Case(operation="gelu", dtype="float32", config=config, inputs=(x,), cotangent=cotangent))
    one, half = np.float32(1), np.float32(0.5)
    share = half * (one + rational_erf(x * np.float32(math.sqrt(0.5))))
    slope = share + x * (np.exp(-half * x * x) * np.float32(1 / math.sqrt(2 * math.pi)))

    def said(actual: Array) -> str | None:
        return complaint(
            actual, oracle, lambda spread: spread.cotangents.inputs[0], oracle.cotangents.inputs[0]
        )

    assert slope.dtype == np.float32
    assert said(slope) is None
    assert said(x * share) is not None
    expected = oracle.cotangents.inputs[0]
    assert expected is not None
    wrong = 10 * (slope - expected)
    assert said((expected + wrong).astype(np.float32)) is not None


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operation", ["rnn_cell", "rnn"])
def test_input_and_state_may_be_one_sum(dtype: str, operation: str) -> None:
    """A large product with the input first, then many small ones with the state, each of them rounded away."""
    units, network = 256, operation == "rnn"
    share = 0.7 * unit_roundoff(dtype)
    x, h = np.ones((3, 1), dtype), np.ones((3, units), dtype)
    weights = {"weight_ih": np.ones((units, 1), dtype), "weight_hh": np.full((units, units), share, dtype)}
    config: dict[str, Any] = {"input_size": 1, "hidden_size": units, "nonlinearity": "relu", "bias": False}
    if network:
        weights = {f"{name}_l0": weight for name, weight in weights.items()}
        config |= {"num_layers": 1, "batch_first": False, "dropout": 0.0, "bidirectional": False}
        config |= {"training": False}
    inputs = (x[None], h[None], None) if network else (x, h)
    oracle = Oracle(Case(operation=operation, dtype=dtype, config=config, params=weights, inputs=inputs))

    def states(output: Any) -> Array:
        return np.asarray(output[0] if network else output)

    def said(actual: Array) -> str | None:
        return complaint(actual, oracle, lambda spread: states(spread.output), states(oracle.output))

    one_by_one = np.ones_like(states(oracle.output), dtype)
    for _ in range(units):
        one_by_one += x.dtype.type(share)
    assert (one_by_one == 1).all()
    assert (states(oracle.output) - 1 > 100 * unit_roundoff(dtype)).all()
    assert said(one_by_one) is None
    assert said(one_by_one - 2000 * x.dtype.type(unit_roundoff(dtype))) is not None


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("operation", "gates"), [("rnn", 1), ("lstm", 4), ("gru", 3)])
def test_a_step_may_be_pulled_back_onto_the_output_s_cotangent(
    operation: str, gates: int, dtype: str
) -> None:
    """A large cotangent first, then 192 products with that of the next step, each of them rounded away."""
    units, share = 192, 0.7 * unit_roundoff(dtype)
    config: dict[str, Any] = {"input_size": 1, "hidden_size": units, "num_layers": 1, "bias": True}
    config |= {"batch_first": False, "dropout": 0.0, "bidirectional": False, "training": False}
    own: dict[str, dict[str, Any]] = {"rnn": {"nonlinearity": "tanh"}, "lstm": {"proj_size": 0}, "gru": {}}
    # At zero a gate is a half, so that a quarter of a cotangent reaches the sums of lstm and gru.
    weight = np.full((gates * units, units), 1 if gates == 1 else 4, dtype)
    params: dict[str, Array] = {"weight_ih_l0": np.zeros((gates * units, 1), dtype), "weight_hh_l0": weight}
    params |= {f"bias_{kind}_l0": np.zeros(gates * units, dtype) for kind in ("ih", "hh")}
    state = np.zeros((1, 1, units), dtype)
    states = (state, state) if operation == "lstm" else (state,)
    cotangent = np.stack([np.ones((1, units), dtype), np.full((1, units), share, dtype)])
    case = Case(
        operation=operation,
        dtype=dtype,
        config=config | own[operation],
        params=params,
        inputs=(np.zeros((2, 1, 1), dtype), *states, None),
        cotangent=(cotangent, states if operation == "lstm" else state),
    )
    oracle = Oracle(case)
    (alternate,) = (a for a in ALTERNATES if a.operation == operation and a.name.startswith("onto"))
    assert alternate.kernel.vjp is not None
    _, pullback = alternate.kernel.vjp(params, *case.inputs, **case.config)
    given, expected = pullback(case.cotangent)[0]["bias_ih_l0"], oracle.cotangents.params["bias_ih_l0"]
    assert given is not None and expected is not None
    assert np.abs(given - expected).max() > 30 * unit_roundoff(dtype) * expected.max()

    def said(actual: Array) -> str | None:
        return complaint(actual, oracle, lambda spread: spread.cotangents.params["bias_ih_l0"], expected)

    assert said(given) is None
    assert said(given * given.dtype.type(1 + 2000 * unit_roundoff(dtype))) is not None


BATCH: dict[str, Any] = {"num_features": 1, "eps": 1e-5, "momentum": 1.0, "training": True}
"""What batches of one channel are normalised by."""


def far_from_zero(dtype: str, quarter: int) -> Array:
    """A channel in ascending order, 1,460 deviations from zero."""
    deviations = np.repeat([-1.0, 1.0], 2 * quarter)
    return np.asarray((-102.18 + 0.07 * deviations).astype(dtype)[:, None])


def welford(x: Array, params: Mapping[str, Array], config: Mapping[str, Any]) -> Any:
    """The output and the pullback of batch_norm by Welford's recurrence."""
    (alternate,) = (a for a in ALTERNATES if (a.operation, a.name) == ("batch_norm", "Welford"))
    assert alternate.kernel.vjp is not None
    return alternate.kernel.vjp(params, x, **config)


def is_of_the_size(expected: Array, spread: Array, x: Array, share: float) -> bool:
    """Whether an allowance is about that `share` of the recurrence's bound, n k u (Chan, Golub, LeVeque 1983)."""
    arithmetic = Arithmetic(str(x.dtype))
    share *= 2 if arithmetic.precision == "float64" else 1
    bound = share * x.size * abs(x.mean()) / x.std() * unit_roundoff(arithmetic.precision) * np.abs(expected)
    ratio = allowance(expected, spread, arithmetic) / bound
    return bool((ratio < 3).all() and (ratio > 1 / 3).all())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("quarter", [2, 8, 15])
def test_a_scale_may_be_updated_element_by_element(dtype: str, quarter: int) -> None:
    """Far from zero Welford's recurrence errs more than two passes do.

    The cotangent sums to nothing with the input and by itself, so that the error of the scale is all there is.
    """
    x = far_from_zero(dtype, quarter)
    cotangent = np.tile([1.0, -1.0], 2 * quarter).astype(dtype)[:, None]
    config = {**BATCH, "affine": False, "bias": False, "track_running_stats": False}
    oracle = Oracle(
        Case(operation="batch_norm", dtype=dtype, config=config, inputs=(x,), cotangent=cotangent)
    )
    expected, spread = oracle.cotangents.inputs[0], oracle.careful_spread.cotangents.inputs[0]
    assert expected is not None and spread is not None
    _, (given,) = welford(x, {}, config)[1](cotangent)
    assert complaint(given, oracle, lambda spread: spread.cotangents.inputs[0], expected) is None
    # The root of the variance has half of its relative error.
    assert is_of_the_size(expected, spread, x, 0.5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("quarter", [2, 8, 15])
def test_a_running_variance_may_be_updated_element_by_element(dtype: str, quarter: int) -> None:
    """As the scale is."""
    x = far_from_zero(dtype, quarter)
    config = {**BATCH, "affine": False, "bias": False, "track_running_stats": True}
    running = {name: np.ones(1, dtype) for name in ("running_mean", "running_var")}
    params = {**running, "num_batches_tracked": np.array(0)}
    cotangent = (np.ones_like(x), *running.values(), None)
    oracle = Oracle(
        Case(
            operation="batch_norm",
            dtype=dtype,
            config=config,
            params=params,
            inputs=(x,),
            cotangent=cotangent,
        )
    )

    def variance(output: Any) -> Array:
        return np.asarray(output[2])

    given = variance(welford(x, params, config)[0])
    assert complaint(given, oracle, lambda spread: variance(spread.output), variance(oracle.output)) is None
    assert is_of_the_size(variance(oracle.output), variance(oracle.careful_spread.output), x, 1.0)


@pytest.mark.parametrize("operation", ["layer_norm", "batch_norm"])
def test_a_constant_slice_has_the_variance_of_its_mean_s_error(operation: str) -> None:
    """Of 1,023 equal numbers added one by one: nothing is wrong to first order, a gradient by 2e-4 to second."""
    batch = operation == "batch_norm"
    x = np.full((1023, 1) if batch else (1, 1023), 7.3, np.float32)
    cotangent = np.sin(3.7 * np.arange(1023)).astype(np.float32).reshape(x.shape)
    config: dict[str, Any] = {"normalized_shape": 1023, "eps": 1e-5, "elementwise_affine": False}
    if batch:
        config = {**BATCH, "affine": False, "track_running_stats": False}
    config |= {"bias": False}
    oracle = Oracle(
        Case(operation=operation, dtype="float32", config=config, inputs=(x,), cotangent=cotangent)
    )
    (one_by_one,) = (a for a in ALTERNATES if (a.operation, a.name) == (operation, "sequential"))
    assert one_by_one.kernel.vjp is not None
    _, pullback = one_by_one.kernel.vjp({}, x, **config)
    _, (given,) = pullback(cotangent)
    expected = oracle.cotangents.inputs[0]
    assert given is not None and expected is not None
    assert np.abs(given - expected).max() > 1e-4 * np.abs(expected).max()

    def said(actual: Array) -> str | None:
        return complaint(actual, oracle, lambda spread: spread.cotangents.inputs[0], expected)

    assert said(given) is None
    assert said(2 * given) is not None


def test_a_recurrence_of_the_reference_accuses_nobody() -> None:
    """PyTorch's layer_norm has one: in float64 the oracle errs by it, and whoever takes two passes does not."""
    x = np.array([[-100.08125, -99.81875, -99.55625]])
    weight, cotangent = np.array([-6.875e-05, -13.125, -2.604e-04]), np.array([[-12.4335, 6.8087, -19.6984]])
    config = {"normalized_shape": 3, "eps": 0.125, "elementwise_affine": True, "bias": False}
    oracle = Oracle(
        Case(
            operation="layer_norm",
            dtype="float64",
            config=config,
            params={"weight": weight},
            inputs=(x,),
            cotangent=cotangent,
        )
    )
    (two_passes,) = (a for a in ALTERNATES if (a.operation, a.name) == ("layer_norm", "native"))
    assert two_passes.kernel.vjp is not None
    _, pullback = two_passes.kernel.vjp({"weight": weight}, x, **config)
    _, (given,) = pullback(cotangent)
    assert given is not None
    expected = oracle.cotangents.inputs[0]
    assert complaint(given, oracle, lambda spread: spread.cotangents.inputs[0], expected) is None

"""All noisy runs at once spread like as many runs one by one, and primitives in place have their noise."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from conformance import noise
from conformance.case import Case
from conformance.comparison import Arithmetic, compare_within
from conformance.noise import INJECTED, Noise
from conformance.oracle import Oracle, _flat, _noisy_at_once, _noisy_one_by_one
from conformance.tree import Array, is_floating

from .stored_cases import STORED_CASES

RUNS = 32


def spreads(oracle: Oracle, noisy: list[Array | None]) -> list[float]:
    """The root mean square of all deviations, for each floating output and cotangent."""
    calm = _flat(oracle.output, oracle.cotangents)
    return [
        float(np.sqrt(np.mean((np.asarray(a) - b) ** 2)) / INJECTED)
        for a, b in zip(noisy, calm, strict=True)
        if b is not None and is_floating(b) and b.size
    ]


SEVERAL = {"scaled_dot_product_attention": 2, "multihead_attention": 2}
"""Operations that are computed in more forms than one."""

FORMS = [
    pytest.param(case, form, id=f"{case.operation}-{number}-{form}")
    for number, case in enumerate(STORED_CASES)
    for form in range(SEVERAL.get(case.operation, 1))
]


@pytest.mark.parametrize(("case", "form"), FORMS)
def test_all_runs_at_once_spread_like_one_by_one(case: Case, form: int) -> None:
    """Within a factor of 1.6, where 32 runs tell a spread to about an eighth; and none needs the loop."""
    oracle = Oracle(case)
    runs = _noisy_at_once([case], RUNS, form), _noisy_one_by_one(case, RUNS, form)
    assert {count for _, count in runs} == {SEVERAL.get(case.operation, 1)}
    at_once, one_by_one = (
        spreads(oracle, [None if many is None else many[0] for many in noisy]) for noisy, _ in runs
    )
    assert len(at_once) == len(one_by_one) > 0
    for left, right in zip(at_once, one_by_one, strict=True):
        # A sum of one term has no error; one by one it is counted as one rounding.
        assert left / 1.6 <= right <= left * 1.6 or (left == 0 and right < 2)


def complaint(name: str, actual: Array, expected: Array, spread: Array) -> str | None:
    """What float64's own allowance on either side says."""
    return compare_within(
        name, actual, expected, lambda careful: spread, Arithmetic("float64"), shares=2
    ).complaint


@pytest.mark.parametrize(("case", "form"), FORMS)
def test_without_errors_every_form_is_torch_s_own_value(
    monkeypatch: pytest.MonkeyPatch, case: Case, form: int
) -> None:
    """What is not rounding would widen every allowance."""
    oracle = Oracle(case)
    calm = _flat(oracle.output, oracle.cotangents)
    spread = oracle.careful_spread
    spreads = _flat(spread.output, spread.cotangents)
    monkeypatch.setattr(noise, "_POOL", torch.zeros_like(noise._POOL))
    errorless, _ = _noisy_at_once([case], 2, form)
    for number, (many, one, allowed) in enumerate(zip(errorless, calm, spreads, strict=True)):
        if many is not None and is_floating(one):
            for run in many[0]:
                assert complaint(f"array {number}", run, one, allowed) is None


def test_attention_has_the_noise_of_its_noisier_form() -> None:
    """Where one key has all the weight, only FlashAttention's row term leaves an error in the scores."""
    query, key, value = (np.sin(np.arange(1.0, n + 1).reshape(-1, 3)) for n in (3, 12, 12))
    # The error of g v^T is large against its value.
    key[0], value[0] = 40 * query, (1.0, 1.0, -2.0)
    case = Case(
        operation="scaled_dot_product_attention",
        dtype="float64",
        config={"is_causal": False, "scale": 1.0, "enable_gqa": False},
        params={},
        inputs=(query, key, value, None),
        cotangent=np.ones((1, 3)),
    )
    oracle = Oracle(case)
    first, second = (
        spreads(oracle, [None if many is None else many[0] for many in noisy])[1]
        for noisy, _ in (_noisy_at_once([case], RUNS, form) for form in range(2))
    )
    whole = oracle.careful_spread.cotangents.inputs[0]
    assert whole is not None
    assert second > 100 * first
    assert second / 1.6 <= np.sqrt(np.mean(whole**2)) <= second * 1.6


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_a_sum_over_time_has_the_noise_of_any_order(name: str) -> None:
    """Only the first of 64 steps has a state to speak of; a kernel may begin with it, as torch does not."""
    config: dict[str, Any] = {
        "input_size": 1,
        "hidden_size": 1,
        "num_layers": 1,
        "bias": True,
        "batch_first": False,
    }
    config |= {"dropout": 0.0, "bidirectional": False, "training": True}
    own: dict[str, dict[str, Any]] = {"rnn": {"nonlinearity": "tanh"}, "lstm": {"proj_size": 0}, "gru": {}}
    config |= own[name]
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[name]
    # What keeps a state is all but closed, so that it is forgotten at once.
    closed = np.array([[0.0], [-20.0], [0.0], [0.0]] if name == "lstm" else [[0.0], [-20.0], [0.0]])
    params = {
        "weight_ih_l0": np.zeros((gates, 1)),
        "weight_hh_l0": np.full((gates, 1), 2.0**-10),
        "bias_ih_l0": closed[:gates, 0] if gates > 1 else np.zeros(1),
        "bias_hh_l0": np.zeros(gates),
    }
    state = np.full((1, 1, 1), 0.5)
    output = np.ones((64, 1, 1))
    states = (state, state) if name == "lstm" else (state,)
    case = Case(
        operation=name,
        dtype="float64",
        config=config,
        params=params,
        inputs=(np.zeros((64, 1, 1)), *states, None),
        cotangent=(output, *(np.zeros_like(state) for _ in states)),
    )
    oracle = Oracle(case)
    gradient, spread = (
        np.abs(found.params["weight_hh_l0"]).max()  # type: ignore[arg-type]
        for found in (oracle.cotangents, oracle.careful_spread.cotangents)
    )
    # Torch's own order leaves one or two roundings of the largest term; 8 sqrt(64) / sqrt(3) are 37.
    assert spread > 20 * gradient > 0


def pairs() -> dict[str, tuple[Callable[..., Tensor], Callable[..., Tensor]]]:
    """Functions of (a, b) by name, each with primitives out of place and in place."""
    return {
        "add": (lambda a, b: a.mul(3).add(b), lambda a, b: a.mul(3).add_(b)),
        "tanh": (lambda a, b: a.add(b).tanh(), lambda a, b: a.add(b).tanh_()),
        "addmm": (lambda a, b: (a * 3).addmm(a, b), lambda a, b: (a * 3).addmm_(a, b)),
        "relu": (lambda a, b: (a @ b).relu(), lambda a, b: (a @ b).relu_()),
        "view": (lambda a, b: (a + b).tanh()[0] * 2, lambda a, b: (a + b)[0].tanh_() * 2),
    }


MANY = 200


@pytest.mark.parametrize("name", pairs())
def test_in_place_is_as_noisy_as_out_of_place(name: str) -> None:
    """Value and gradients: the error is in what later primitives, and the backward, read."""

    def spread(function: Callable[..., Tensor]) -> list[Any]:
        found = []
        for run in range(MANY):
            a, b = (
                torch.linspace(-1.3, end, 9).double().reshape(3, 3).requires_grad_() for end in (2.1, 1.4)
            )
            with Noise(run):
                result = function(a, b)
                gradients = torch.autograd.grad(result, (a, b), torch.ones_like(result) / 3)
            found.append([t.detach().numpy() for t in (result, *gradients)])
        return [np.stack(leaf).std(axis=0) / INJECTED for leaf in zip(*found, strict=True)]

    # A standard deviation over n runs scatters by 1 / sqrt(2 n) of itself, two of them by 1 / sqrt(n); below
    # float64's own rounding, in units of the injected one, there is nothing to compare.
    scatter, own = 6 / np.sqrt(MANY), 8 * 2.0**-53 / INJECTED
    for plain, in_place in zip(*(spread(function) for function in pairs()[name]), strict=True):
        assert (np.abs(plain - in_place) <= scatter * np.maximum(plain, in_place) + own).all()


def test_a_number_is_rounded_too() -> None:
    """A multiple by 0.9 has twice the noise of one by 0.75, which every dtype has; so has a quotient."""
    a = torch.linspace(1.3, 2.1, 9).double()

    def spread(function: Callable[[Tensor], Tensor]) -> float:
        found = []
        for run in range(MANY):
            with Noise(run):
                found.append((function(a) / function(torch.ones(1).double())).numpy())
        return float((np.stack(found) / a.numpy()).std()) / INJECTED

    assert spread(lambda x: x * 0.9) > 1.5 * spread(lambda x: x * 0.75)
    assert spread(lambda x: x / 0.9) > 1.5 * spread(lambda x: x / 0.75)


def test_the_root_of_a_zero_with_an_error_is_a_number() -> None:
    """Whatever the sign of the error: the runs have a spread."""
    for root in (torch.sqrt, torch.sqrt_):
        with Noise(0, "float32"):
            found = root(torch.zeros(99).double() * 0.9)
        assert torch.isfinite(found).all()
        assert found.any()


@pytest.mark.parametrize("order", [0.5, 1, 2, 3])
def test_the_norm_of_a_zero_with_an_error_is_a_number(order: float) -> None:
    """Of whatever type: clip_grad_norm, which may raise where the norm is none, does not."""
    for run in range(20):
        with Noise(run, "float32"):
            found = torch.linalg.vector_norm(torch.zeros(1).double(), order)
        assert torch.isfinite(found)


COMPOSED: dict[str, tuple[Callable[..., Tensor], Callable[..., Tensor]]] = {
    "lerp": (lambda a, b: torch.lerp(a, b, 0.3), lambda a, b: (1 - 0.3) * a + 0.3 * b),
    "addcmul": (lambda a, b: torch.addcmul(a, b, b, value=0.7), lambda a, b: 0.7 * b * b + a),
    "addcdiv": (lambda a, b: torch.addcdiv(a, a, b, value=-0.7), lambda a, b: -0.7 * a / b + a),
}


@pytest.mark.parametrize("name", COMPOSED)
def test_a_fused_step_is_as_noisy_as_its_parts(name: str) -> None:
    """Products and quotients inside of one primitive are rounded too."""
    a, b = (torch.linspace(-1.3, end, 9).double() for end in (2.1, 1.4))

    def spread(function: Callable[..., Tensor]) -> Any:
        found = []
        for run in range(MANY):
            with Noise(run):
                found.append(function(a, b).numpy())
        return np.stack(found).std(axis=0) / INJECTED

    fused, parts = (spread(function) for function in COMPOSED[name])
    assert (np.abs(fused - parts) <= 6 / np.sqrt(MANY) * np.maximum(fused, parts)).all()

"""Diagnosis: a known mistake is named in code that was never seen, an unknown one is put into words."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import hypothesis
import numpy as np
import pytest

from conformance.asking import asked_cases, run_given, stream_seed
from conformance.backend import Declaration
from conformance.case import Case
from conformance.defects import DEFECTS
from conformance.diagnosis import FAILED, Diagnosis, diagnose, named_in
from conformance.diagnosis.variants import evaluated
from conformance.eager import eager_kernel
from conformance.engine import judge_kernel
from conformance.kernel import Kernel
from conformance.laws import LAWS
from conformance.oracle import Oracle
from conformance.selection import choose_operations, laws_of, load_for
from conformance.tree import Array


def told(operation: str, law: str, forward: Any, vjp: Any = None, dtype: str = "float64") -> str:
    """What the judge says is wrong with a kernel, beside the verdict of one law."""
    (chosen,) = choose_operations([operation])
    laws = [known for known in laws_of(chosen) if known.name == law]
    kernel, declaration = Kernel(operation, forward, vjp), Declaration(name="unknown")
    (verdict,) = judge_kernel(
        chosen, kernel, declaration, dtype=dtype, laws=laws, examples=40, shrink_seconds=0.2
    )
    return verdict.diagnosis or ""


@cache
def drawn(operation: str, dtype: str, count: int) -> tuple[Oracle, ...]:
    """The first cases of an operation."""
    (chosen,) = choose_operations([operation])
    found: list[Oracle] = []
    run_given(
        asked_cases(chosen, dtype),
        found.append,
        seed=stream_seed(0, operation, dtype, "drawn"),
        examples=count,
        phases=(hypothesis.Phase.generate,),
    )
    return tuple(found)


def asked(
    operation: str, kernel: Kernel, law: str = "agreement", exclude: tuple[str, ...] = (), **options: Any
) -> Diagnosis | None:
    """The diagnosis itself, on the first cases of an operation."""
    (chosen,) = choose_operations([operation])
    (known,) = (known for known in laws_of(chosen) if known.name == law)
    first, *others = drawn(operation, "float64", 25)
    return diagnose(chosen, kernel, "float64", first, others, known, exclude=exclude, **options)


def with_output(operation: str, change: Callable[[Array], Any]) -> Any:
    """A forward whose output is the right one, changed."""
    right = eager_kernel(operation).forward
    assert right is not None
    return lambda *arguments, **config: change(right(*arguments, **config))


def with_cotangents(operation: str, change: Callable[..., Any]) -> tuple[Any, Any]:
    """A right forward, and a vjp whose cotangents are the right ones, changed."""
    kernel = eager_kernel(operation)
    right = kernel.vjp
    assert right is not None

    def vjp(params: Any, *inputs: Any, **config: Any) -> Any:
        output, pullback = right(params, *inputs, **config)
        return output, lambda cotangent: change(*pullback(cotangent), inputs)

    return kernel.forward, vjp


# Mistakes of the catalogue, made by hand in NumPy.


def bias_forgotten(params: Any, x: Any, *, in_features: int, out_features: int, bias: bool) -> Any:
    return np.asarray(x @ params["weight"].T)


def vector_indexed(params: Any, x: Any, *, in_features: int, out_features: int, bias: bool) -> Any:
    if x.ndim == 1:
        raise IndexError("tuple index out of range")
    return np.asarray(x @ params["weight"].T + params.get("bias", 0))


def in_float32(params: Any, x: Any, *, in_features: int, out_features: int, bias: bool) -> Any:
    y = x.astype(np.float32) @ params["weight"].astype(np.float32).T
    return np.asarray(y + params.get("bias", np.float32(0)).astype(np.float32), x.dtype)


def plain_softmax(params: Any, x: Any, *, dim: int) -> Any:
    y = np.exp(x)
    return np.asarray(y / y.sum(dim, keepdims=True), x.dtype)


def maximum_in_place(params: Any, x: Any) -> Any:
    np.maximum(x, 0, out=x)
    return x.copy()


def reshaped(params: Any, x: Any, *, start_dim: int, end_dim: int) -> Any:
    right = eager_kernel("flatten").forward
    assert right is not None
    return np.reshape(x, right(params, x, start_dim=start_dim, end_dim=end_dim).shape)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("operation", "law", "forward", "name"),
    [
        ("linear", "agreement", bias_forgotten, "linear.bias_ignored"),
        ("linear", "shape_and_dtype", vector_indexed, "linear.vector_refused"),
        ("softmax", "agreement", plain_softmax, "softmax.maximum_not_subtracted"),
        ("softmax", "special_values", plain_softmax, "softmax.maximum_not_subtracted"),
        ("relu", "purity", maximum_in_place, "relu.written_in_place"),
        ("flatten", "purity", reshaped, "flatten.view_returned"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_known_mistake_is_named(operation: str, law: str, forward: Any, name: str, dtype: str) -> None:
    """Code that no defect shares a line with is recognised by what it computes or does."""
    assert named_in(told(operation, law, forward, dtype=dtype))[:1] == (name,)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("operation", "law", "options", "name"),
    [
        ("rnn", "agreement", {"nonlinearity": "tanh"}, "rnn.nonlinearity_ignored"),
        ("conv2d", "shape_and_dtype", {"stride": 1}, "conv2d.stride_ignored"),
        ("cross_entropy", "agreement", {"label_smoothing": 0.0}, "cross_entropy.smoothing_ignored"),
        ("avg_pool2d", "agreement", {"divisor_override": 1}, "avg_pool2d.sum_of_the_window"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_option_ignored_by_another_backend_is_named(
    operation: str, law: str, options: dict[str, Any], name: str, dtype: str
) -> None:
    """Loops over scalars round as nobody else does, and are recognised all the same."""
    (chosen,) = choose_operations([operation])
    kernel = load_for("manual_loops", chosen).kernels[operation]
    assert isinstance(kernel, Kernel)
    right = kernel.forward or (lambda *arguments, **config: kernel.vjp(*arguments, **config)[0])  # type: ignore[misc]

    def forward(*arguments: Any, **config: Any) -> Any:
        right(*arguments, **config)
        return right(*arguments, **{**config, **options})

    assert named_in(told(operation, law, forward, dtype=dtype))[:1] == (name,)


def test_a_result_of_lower_precision_is_named() -> None:
    """Both round as float32 does, and neither as the other: they are compared with float32's allowance."""
    named = named_in(told("linear", "agreement", in_float32))
    assert named == ("linear.computed_in_single_precision",)


def test_a_network_that_never_turns_back_is_named() -> None:
    """The tutorial's fault: outputs of the reverse direction stay in its own order."""
    right = eager_kernel("rnn").forward
    assert right is not None

    def forward(params: Any, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
        output, h_n = right(params, x, h_0, mask, **config)
        half = config["hidden_size"]
        time = 1 if config["batch_first"] and x.ndim == 3 else 0
        if config["bidirectional"]:
            output[..., half:] = np.flip(output[..., half:], time).copy()
        return output, h_n

    assert told("rnn", "agreement", forward).startswith(
        "matches `rnn.reverse_outputs_not_flipped`: the reverse direction's outputs are never turned back"
    )


def test_a_defect_that_is_left_out_is_not_named() -> None:
    """Without the catalogue's entry the fault is told in other words."""
    kernel = Kernel("linear", bias_forgotten, None)
    found = asked("linear", kernel, exclude=("linear.bias_ignored",))
    assert found == Diagnosis((), "equals the right output with bias taken for zero")


def test_right_code_matches_nothing() -> None:
    """A kernel without a fault is like no defect."""
    assert asked("linear", eager_kernel("linear")) is None


# Mistakes that are not in the catalogue.


@pytest.mark.parametrize(
    ("operation", "change", "words"),
    [
        ("sigmoid", lambda y: 3 * y, "output is 3 times the right result"),
        ("sigmoid", lambda y: y + 0.25, "output is the right result plus 1/4"),
        ("sigmoid", lambda y: -y, "output has the opposite sign"),
        ("sigmoid", lambda y: 0 * y, "output is all zeros"),
        (
            "sigmoid",
            lambda y: y.astype(np.float16).astype(y.dtype),
            "output is the right result rounded to float16",
        ),
        ("tanh", lambda y: np.asarray(y, np.float32), "output is computed in float32"),
        ("log_softmax", np.exp, "output is the exponential of the right result"),
        ("linear", lambda y: np.flip(y, -1).copy(), "output is flipped along axis -1"),
        ("linear", lambda y: np.roll(y, 1, -1), "output is moved on by one, around the end along axis -1"),
        (
            "linear",
            lambda y: y[..., [*range(1, y.shape[-1], 2), *range(0, y.shape[-1], 2)]],
            "output has its entries along axis -1 in another order",
        ),
        (
            "conv2d",
            lambda y: np.concatenate([y[..., :-1, :], 0 * y[..., -1:, :]], -2),
            "output is wrong only in the last entry along axis -2, which is all zeros",
        ),
        ("tanh", lambda y: np.exp(800 * np.abs(y)) * 0 + y, "output is NaN where the right result is finite"),
        ("tanh", lambda y: y[None], "output has axes of size 1 too many"),
        ("tanh", lambda y: y + np.sin(99 * y), "output is wrong in "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_output_is_put_into_words(operation: str, change: Any, words: str) -> None:
    """A relation to the right output is told where it holds on every case."""
    law = "shape_and_dtype" if "axes" in words else "agreement"
    assert told(operation, law, with_output(operation, lambda y: np.asarray(change(y), y.dtype))).startswith(
        words
    )


def by_batch(params: Any, inputs: Any, given: Any) -> Any:
    rows = given[0].shape[0] if given[0].ndim == 2 else 1
    return {**params, "weight": np.asarray(params["weight"] / max(rows, 1))}, inputs


@pytest.mark.parametrize(
    ("operation", "change", "words"),
    [
        ("tanh", lambda p, i, _: (p, (-i[0],)), "cotangent of x has the opposite sign"),
        ("mse_loss", lambda p, i, _: (p, (2 * i[0], i[1])), "cotangent of input is twice the right result"),
        ("linear", by_batch, "cotangent of weight is the right result divided by the size of x along axis 0"),
        (
            "rnn",
            lambda p, i, _: ({k: np.zeros_like(a) if "weight_ih" in k else a for k, a in p.items()}, i),
            "cotangent of weight_ih_l0 is all zeros",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_cotangent_is_put_into_words(operation: str, change: Any, words: str) -> None:
    """Each wrong cotangent is told by its name, and the right ones are not."""
    assert told(operation, "vjp", *with_cotangents(operation, change)).startswith(words)


def test_an_option_that_is_ignored_is_told() -> None:
    """The reference with the option at another value gives what the kernel gives."""
    right = eager_kernel("avg_pool2d").forward
    assert right is not None

    def forward(params: Any, x: Any, **config: Any) -> Any:
        padding = config["padding"]
        return right(
            params, x, **{**config, "padding": padding[::-1] if isinstance(padding, tuple) else padding}
        )

    assert told("avg_pool2d", "agreement", forward).startswith(
        "equals the right output with padding reversed"
    )


def test_what_the_wrong_cases_share_is_told() -> None:
    """A fault that needs an option says which."""

    def forward(params: Any, x: Any, **config: Any) -> Any:
        y = x @ params["weight"].T
        return np.asarray(y + params["bias"] + 1 if config["bias"] else y, x.dtype)

    assert told("linear", "agreement", forward) == "output is the right result plus 1 where bias=True"


def test_what_is_accepted_wrongly_is_counted() -> None:
    """Of the calls that must be refused, all that are answered are listed."""
    words = told("linear", "rejection", lambda *_, **__: np.zeros(3))
    assert "invalid calls are answered: " in words


def test_nothing_is_told_from_one_case() -> None:
    """On a single case many explanations hold by accident, and none is given."""
    (sigmoid,) = choose_operations(["sigmoid"])
    (agreement,) = (law for law in LAWS if law.name == "agreement")
    kernel = Kernel("sigmoid", with_output("sigmoid", lambda y: np.asarray(3 * y)), None)
    found = diagnose(sigmoid, kernel, "float64", drawn("sigmoid", "float64", 1)[0], (), agreement)
    assert found is not None
    assert "times" not in found.text


# Kernels that misbehave.


def raising(*_: Any, **__: Any) -> Any:
    raise SystemExit(3)


RUBBISH: dict[str, Any] = {
    "raises": raising,
    "None": lambda *_, **__: None,
    "text": lambda *_, **__: "y",
    "a number": lambda *_, **__: 1.0,
    "another shape": lambda *_, **__: np.zeros((2, 0, 3)),
    "complex numbers": lambda *_, **__: np.zeros(3, complex),
    "truth values": lambda _, x, **__: np.asarray(x > 0),
    "unsigned": lambda _, x, **__: np.abs(x).astype(np.uint8),
    "other bytes": lambda _, x, **__: x.astype(x.dtype.newbyteorder()),
    "long numbers": lambda _, x, **__: x.astype(np.longdouble),
    "random": lambda _, x, **__: np.random.default_rng().normal(size=x.shape),
}


@pytest.mark.parametrize(
    "law", ["agreement", "vjp", "purity", "determinism", "memory_layout", "shape_and_dtype"]
)
@pytest.mark.parametrize("forward", RUBBISH.values(), ids=RUBBISH)
def test_no_kernel_breaks_the_diagnosis(forward: Any, law: str) -> None:
    """Whatever a kernel does, something or nothing is said, and no exception comes out of it."""

    def vjp(*arguments: Any, **config: Any) -> Any:
        return forward(*arguments, **config), forward

    found = asked("tanh", Kernel("tanh", forward, vjp), law)
    assert found is None or not found.text.startswith(FAILED)


def test_a_fault_of_its_own_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above looks for would be seen, and costs no verdict."""
    monkeypatch.setattr("conformance.diagnosis.matching_defects", lambda *_: 1 / 0)
    found = asked("tanh", eager_kernel("tanh"))
    assert found is not None
    assert found.text == f"{FAILED}ZeroDivisionError: division by zero"


def test_a_slow_kernel_does_not_hold_it_up() -> None:
    """The time is bounded: of a slow kernel few cases are asked."""
    calls = 0

    def forward(params: Any, x: Any) -> Any:
        nonlocal calls
        calls += 1
        time.sleep(0.1)
        return np.asarray(x + 1)

    asked("tanh", Kernel("tanh", forward, None))
    unhurried, calls = calls, 0
    asked("tanh", Kernel("tanh", forward, None), seconds=0.05)
    assert calls < unhurried / 2


def test_no_window_without_a_cell_is_pulled_back() -> None:
    """PyTorch's own index of its maximum lies outside of the plane, and its pullback writes there."""
    config = {"kernel_size": 2, "stride": None, "padding": 1, "return_indices": False, "ceil_mode": True}
    one = np.ones((1, 1, 1, 1))
    inside, outside = (
        Case(
            operation="max_pool2d",
            dtype="float64",
            config={**config, "dilation": dilation},
            inputs=(one,),
            cotangent=one,
        )
        for dilation in (1, (3, 2))
    )
    assert evaluated(inside) is not None
    assert evaluated(outside) is None


def test_what_a_kernel_refuses_does_not_hide_its_fault() -> None:
    """A defect is named in a kernel that answers a few of the cases only."""
    (defect,) = (defect for defect in DEFECTS if defect.name == "rnn.reverse_outputs_not_flipped")

    def forward(params: Any, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
        if config["num_layers"] > 1 or config["nonlinearity"] == "relu":
            raise NotImplementedError("one layer of tanh")
        return defect.forward(params, x, h_0, mask, **config)

    assert f"`{defect.name}`" in told("rnn", "agreement", forward)

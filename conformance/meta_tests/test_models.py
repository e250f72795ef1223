"""The models of the specification are judged like operations, and each of their laws can fail."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conformance.asking import asked_cases, run_given
from conformance.backend import Backend, Failure, bundled_names
from conformance.case import Case
from conformance.engine import judge_case, judge_kernel
from conformance.graph import Composed
from conformance.kernel import Kernel
from conformance.law import Source
from conformance.losses import LOSSES
from conformance.model import Model
from conformance.models import MODELS, ModelOperation
from conformance.models._composed import INHERITED, recorded
from conformance.models._training import RATE, _optimizer
from conformance.operations import OPERATIONS
from conformance.oracle import Oracle
from conformance.selection import choose_operations, choose_profile, laws_of, load_for, profiles
from conformance.specification import build_model
from conformance.verdict import Status, Verdict

from .torch_backend import TORCH

ROOT = Path(__file__).resolve().parents[2]
NAMES = tuple(model.name for model in MODELS)
each_model = pytest.mark.parametrize("model", MODELS, ids=NAMES)


def examples(model: ModelOperation, cases: int) -> int:
    """Those that give so many cases; of the families of deep networks, whose cases take seconds, fewer."""
    return cases * model.one_in if model.one_in < 10 else cases


def verdicts_of(model: ModelOperation, backend: Backend, **options: Any) -> dict[str, Verdict]:
    kernel = model.kernel(backend)
    judged = judge_kernel(
        model, kernel, backend.declaration, **{"dtype": "float64", "examples": examples(model, 12), **options}
    )
    return {verdict.law or "": verdict for verdict in judged}


def test_what_the_kernels_are_asked_by_themselves_a_network_is_asked_half_as_often() -> None:
    """Laws that a composition inherits are asked about every other case, also where there are few."""
    for name, drawn, asked in (("mlp", 12, 6), ("lenet", 3, 2)):
        (model,) = (model for model in MODELS if model.name == name)
        verdicts = verdicts_of(model, TORCH, examples=12)
        inherited = {law for law, verdict in verdicts.items() if verdict.cases < drawn} - {"training"}
        assert inherited == {law.__name__ for law in INHERITED}
        assert {verdicts[law].cases for law in inherited} == {asked}
        assert {verdicts[law].cases for law in verdicts.keys() - inherited - {"training"}} == {drawn}


def with_kernel(operation: str, change: Callable[[Kernel], Kernel]) -> Backend:
    """Torch as a backend, one kernel of it changed."""
    kernel = TORCH.kernels[operation]
    assert isinstance(kernel, Kernel)
    return replace(TORCH, kernels={**TORCH.kernels, operation: change(kernel)})


def with_pullback(operation: str, change: Callable[[Any], Any]) -> Backend:
    """Torch as a backend, what one pullback returns changed."""

    def changed(kernel: Kernel) -> Kernel:
        def vjp(*args: Any, **config: Any) -> Any:
            assert kernel.vjp is not None
            output, pullback = kernel.vjp(*args, **config)
            return output, lambda g: change(pullback(g))

        return Kernel(kernel.operation, kernel.forward, vjp)

    return with_kernel(operation, changed)


def test_one_name_everywhere() -> None:
    """A model's name is the stem of its file in the reference and in the judge."""
    for folder in ("reference", "conformance"):
        files = {file.stem for file in (ROOT / folder / "models").glob("[!_]*.py")}
        assert files == set(NAMES), folder


def test_models_are_a_profile() -> None:
    """`models` holds them; by name they are chosen as operations are; no backend has a file of theirs."""
    assert profiles()["models"] == NAMES
    assert choose_profile("models") == MODELS
    assert choose_operations(["mlp", "linear"])[-1].name == "mlp"
    assert not set(NAMES) & {operation.name for operation in OPERATIONS}


@each_model
def test_parts_are_what_is_recorded(model: ModelOperation) -> None:
    """`parts` names exactly the operations that the recorded graphs of cases use."""
    found: set[str] = set()

    def look(oracle: Any) -> None:
        case = oracle.case
        found.update(recorded(case.operation, case.config, case.inputs).operations)

    import hypothesis

    run_given(asked_cases(model, "float32"), look, seed=0, examples=20, phases=(hypothesis.Phase.generate,))
    assert found == set(model.parts)


@each_model
@pytest.mark.parametrize("backend", bundled_names())
def test_a_backend_that_has_the_operations_has_the_model(backend: str, model: ModelOperation) -> None:
    """Every law passes in both dtypes, with no line of the backend's own."""
    loaded = load_for(backend, model)
    for dtype in ("float32", "float64"):
        for verdict in verdicts_of(model, loaded, dtype=dtype, examples=examples(model, 8)).values():
            assert verdict.status == Status.PASSED, (verdict.id, verdict.message)


@each_model
def test_torch_itself_passes(model: ModelOperation) -> None:
    """In float32 as well, where its own roundings are large."""
    for verdict in verdicts_of(model, TORCH, dtype="float32").values():
        assert verdict.status == Status.PASSED, (verdict.id, verdict.message)


def test_a_missing_operation_is_named() -> None:
    """A model whose operations are not all there is unsupported by all laws, and says what is missing."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)
    partial = replace(TORCH, kernels={"linear": TORCH.kernels["linear"]})
    verdicts = verdicts_of(mlp, partial, examples=3)
    assert set(verdicts) == {law.name for law in laws_of(mlp)}
    for verdict in verdicts.values():
        assert verdict.status == Status.UNSUPPORTED
        assert verdict.message == "mlp needs flatten, relu: torch has no kernel of that name"


def test_without_its_loss_a_model_is_not_trained() -> None:
    """Only training is unsupported then."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)
    kernels = {name: kernel for name, kernel in TORCH.kernels.items() if name != "cross_entropy"}
    verdicts = verdicts_of(mlp, replace(TORCH, kernels=kernels), examples=3)
    assert verdicts.pop("training").message == "training needs cross_entropy, forward and vjp"
    assert {verdict.status for verdict in verdicts.values()} == {Status.PASSED}


@each_model
def test_every_optimizer_has_its_turn(model: ModelOperation) -> None:
    """Among the cases of each model that are followed; without the kernels of any, plain gradient descent."""
    turns: list[str] = []
    (every,) = {model.every(law) for law in laws_of(model) if law.name == "training"}

    def look(oracle: Any) -> None:
        optimizer, _ = _optimizer(TORCH.kernels, oracle.case)
        assert optimizer is not None
        turns.append(optimizer.operation)
        assert _optimizer({}, oracle.case) == (None, RATE)

    import hypothesis

    followed = set()
    for dtype in ("float32", "float64"):
        turns.clear()
        examples = model.examples(100, Source.DRAWN)
        run_given(
            asked_cases(model, dtype), look, seed=0, examples=examples, phases=(hypothesis.Phase.generate,)
        )
        followed |= set(turns[::every])
    assert followed == {"sgd", "adam", "adamw"}


def test_without_an_optimizer_a_model_descends() -> None:
    """A backend that has no kernel of one is judged by the judge's own steps."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)
    optimizers = {"sgd", "adam", "adamw", "clip_grad_norm"}
    kernels = {name: kernel for name, kernel in TORCH.kernels.items() if name not in optimizers}
    verdict = verdicts_of(mlp, replace(TORCH, kernels=kernels))["training"]
    assert verdict.status == Status.PASSED


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "clip_grad_norm"])
def test_a_wrong_optimizer_fails_training(name: str) -> None:
    """Its state is forgotten, or its bound: only training fails, and says by which optimiser."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)

    def forgetful(kernel: Kernel) -> Kernel:
        right: Any = kernel.forward

        def forward(params: Any, gradients: Any, *state: Any, **config: Any) -> Any:
            if not state:
                return gradients, right(params, gradients, **config)[1]
            return right(params, gradients, {}, **config)

        return Kernel(name, forward, None)

    verdicts = verdicts_of(mlp, with_kernel(name, forgetful), examples=100)
    training = verdicts.pop("training")
    assert training.status == Status.FAILED
    assert f"after training by {'adamw' if name == 'clip_grad_norm' else name}" in (training.message or "")
    assert {verdict.status for verdict in verdicts.values()} == {Status.PASSED}


@pytest.mark.parametrize("name", ["sgd", "adam", "clip_grad_norm"])
def test_an_answer_that_does_not_fit_is_not_training_s_fault(name: str) -> None:
    """Shapes are the optimiser's own; here nobody is accused of them."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)

    def flat(kernel: Kernel) -> Kernel:
        right: Any = kernel.forward

        def forward(*mappings: Any, **config: Any) -> Any:
            first, rest = right(*mappings, **config)
            return {key: array.ravel() for key, array in first.items()}, rest

        return Kernel(name, forward, None)

    verdict = verdicts_of(mlp, with_kernel(name, flat), examples=100)["training"]
    assert verdict.status == Status.PASSED


def test_a_part_that_does_not_import_is_an_error_of_the_model() -> None:
    """The model is errored with the part's reason."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)
    broken = replace(TORCH, kernels={**TORCH.kernels, "relu": Failure("relu.py does not import: why")})
    for verdict in verdicts_of(mlp, broken, examples=3).values():
        assert (verdict.status, verdict.message) == (
            Status.ERRORED,
            "mlp needs relu: relu.py does not import: why",
        )


@each_model
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numerical_gradient_can_fail(model: ModelOperation, dtype: str) -> None:
    """A pullback off by one part in a hundred is far outside of the allowance, in either dtype.

    In float32 the roundings of the deepest networks' forward, over so wide a step, leave a fifth to be seen.
    """
    factor = 1.2 if dtype == "float32" and model.name in ("alexnet", "resnet") else 1.01

    def slightly(found: Any) -> Any:
        params, inputs = found
        return {**params, "weight": params["weight"] * factor}, inputs

    (law,) = (law for law in model.laws if law.name == "numerical_gradient")
    wrong = with_pullback("linear", slightly)
    verdict = verdicts_of(model, wrong, dtype=dtype, laws=[law], shrink_seconds=0.0)[law.name]
    assert verdict.status == Status.FAILED
    assert "by central differences of forward" in (verdict.message or "")


@each_model
def test_training_can_fail_alone(model: ModelOperation) -> None:
    """A loss whose cotangent forgets the mean is nobody's fault but training's."""
    wrong = with_pullback(LOSSES[model.loss].operation, lambda found: ({}, (found[1][0] * 2, found[1][1])))
    verdicts = verdicts_of(model, wrong, shrink_seconds=0.0)
    assert verdicts.pop("training").status == Status.FAILED
    assert {verdict.status for verdict in verdicts.values()} == {Status.PASSED}


def test_a_fault_of_a_part_is_a_fault_of_the_model() -> None:
    """Judged like an operation: what is off by little fails agreement, what keeps state determinism."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)

    def biased(kernel: Kernel) -> Kernel:
        def forward(params: Any, x: Any, **config: Any) -> Any:
            assert kernel.forward is not None
            return kernel.forward(params, x, **config) * (1 + 2.0**-20)

        return Kernel(kernel.operation, forward, kernel.vjp)

    options = {"examples": 5, "shrink_seconds": 0.0}
    assert verdicts_of(mlp, with_kernel("relu", biased), **options)["agreement"].status == Status.FAILED
    count = iter(range(10**9))

    def drifting(kernel: Kernel) -> Kernel:
        def forward(params: Any, x: Any, **config: Any) -> Any:
            assert kernel.forward is not None
            return kernel.forward(params, x, **config) + next(count)

        return Kernel(kernel.operation, forward, kernel.vjp)

    assert verdicts_of(mlp, with_kernel("relu", drifting), **options)["determinism"].status == Status.FAILED


def test_a_model_given_as_a_function_is_judged_but_not_trained() -> None:
    """`judge("mlp", vjp=...)` has no loss of its own."""
    from conformance.judgement import judge

    kernel = MODELS[0].kernel(TORCH)
    assert isinstance(kernel, Composed)
    judgement = judge("linear_regression", vjp=kernel.vjp, examples=3, dtypes=["float64"])
    assert judgement.conforms
    status = {verdict.law: verdict.status for verdict in judgement.verdicts}
    assert status.pop("training") == Status.UNSUPPORTED
    assert set(status.values()) == {Status.PASSED}


def test_training_is_judged_on_every_eighth_case() -> None:
    """It takes longest of all laws, and is asked about the first of eight."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)
    assert verdicts_of(mlp, TORCH, examples=17)["training"].cases == 3


SIZES = {"vocabulary_size": 50, "embedding_dim": 8, "hidden_size": 12, "num_layers": 2}


@pytest.mark.parametrize(
    ("name", "gates"), [("rnn_language_model", 1), ("gru_language_model", 3), ("lstm_language_model", 4)]
)
def test_the_parameters_of_a_language_model_are_counted(name: str, gates: int) -> None:
    """A row a token, two matrices and two biases a gate and layer, and a projection to the vocabulary."""
    module = build_model(name, SIZES, 0)
    recurrent = gates * 12 * ((8 + 12 + 2) + (12 + 12 + 2))
    assert sum(p.numel() for p in module.parameters()) == 50 * 8 + recurrent + 50 * 12 + 50


def test_the_parameters_of_a_tagger_are_counted() -> None:
    """Its layers are there twice, and a second layer reads both directions."""
    module = build_model("bidirectional_tagger", {**SIZES, "num_classes": 7}, 0)
    recurrent = 2 * 4 * 12 * ((8 + 12 + 2) + (2 * 12 + 12 + 2))
    assert sum(p.numel() for p in module.parameters()) == 50 * 8 + recurrent + 7 * 2 * 12 + 7


def test_a_language_model_does_not_see_what_comes_next() -> None:
    """Its logits up to a token are the same whatever follows; a tagger's are not."""
    tokens = np.array([[1, 2, 3, 4, 5]])
    other = np.array([[1, 2, 3, 0, 0]])
    for name in NAMES:
        if "language" in name or "tagger" in name:
            config = {**SIZES, "num_classes": 7} if "tagger" in name else SIZES
            model = Model(build_model(name, config, 0), TORCH, loss="token_cross_entropy")
            same = np.array_equal(model.forward(tokens)[:, :3], model.forward(other)[:, :3])
            assert same == ("language" in name)


@each_model
def test_sums_that_feed_a_relu_are_off_zero(model: ModelOperation) -> None:
    """In exact cases no correct kernel meets the kink: the recorded ReLUs never see a zero."""
    import hypothesis

    seen: list[float] = []

    def watched(kernel: Kernel) -> Kernel:
        def forward(params: Any, x: Any, **config: Any) -> Any:
            assert kernel.forward is not None
            seen.extend(np.abs(np.asarray(x)).reshape(-1).tolist())
            return kernel.forward(params, x, **config)

        return Kernel(kernel.operation, forward, None)

    kernel = model.kernel(with_kernel("relu", watched))
    assert isinstance(kernel, Composed)

    def look(oracle: Any) -> None:
        case = oracle.case
        if case.regime == "exact":
            assert kernel.forward is not None
            kernel.forward(case.params, *case.inputs, **case.config)

    run_given(asked_cases(model, "float64"), look, seed=1, examples=60, phases=(hypothesis.Phase.generate,))
    assert all(value > 0 for value in seen)
    assert bool(seen) == ("relu" in model.parts)


def one_after_another(kernel: Kernel) -> Kernel:
    """A dense layer without a bias to speak of whose products are added from the left."""

    def vjp(params: Any, x: Any, **config: Any) -> Any:
        assert kernel.vjp is not None
        products = x[:, None] * params["weight"]
        return np.add.accumulate(products, axis=-1)[..., -1], kernel.vjp(params, x, **config)[1]

    return Kernel(kernel.operation, lambda *given, **config: vjp(*given, **config)[0], vjp)


def test_a_sum_that_rounding_may_push_across_a_kink_accuses_nobody() -> None:
    """0.3 - 0.1 - 0.2 is 7e-9 for the float32 numbers, and 0 where sums are rounded: there a ReLU is flat."""
    (mlp,) = choose_operations(["mlp"])
    assert isinstance(mlp, ModelOperation)
    (law,) = (law for law in laws_of(mlp) if law.name == "vjp")
    params = {
        "hidden.weight": np.array([[-1, -1, 1]], np.float32),
        "hidden.bias": np.zeros(1, np.float32),
        "output.weight": np.ones((2, 1), np.float32),
        "output.bias": np.zeros(2, np.float32),
    }
    case = Case(
        operation="mlp",
        dtype="float32",
        config={"in_features": 3, "hidden_features": 1, "num_classes": 2},
        params=params,
        inputs=(np.array([[0.1, 0.2, 0.3]], np.float32),),
        cotangent=np.array([[1, 2]], np.float32),
    )
    kernel = mlp.kernel(with_kernel("linear", one_after_another))
    assert isinstance(kernel, Composed)
    assert kernel.vjp is not None
    pullback = kernel.vjp(case.params, *case.inputs, **case.config)[1]
    expected, actual = Oracle(case).cotangents.inputs[0], pullback(case.cotangent)[1][0]
    assert expected is not None
    assert (expected != 0).all()
    assert (actual == 0).all()
    verdict = judge_case(mlp, kernel, TORCH.declaration, law, case)
    assert (verdict.status, verdict.ill_conditioned) == (Status.VACUOUS, 1)

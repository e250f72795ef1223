"""A model does what people expect of a small network, on any backend's kernels."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import conformance
from conformance.backend import Backend, Declaration, Failure, load
from conformance.case import Case
from conformance.comparison import Arithmetic, allowance
from conformance.errors import UsageError
from conformance.kernel import CallFault, Kernel
from conformance.model import Model
from conformance.operations import OPERATIONS
from conformance.recorder import NotRecordable
from conformance.specification import build_model
from conformance.trajectory import Reference
from conformance.tree import Array

from .torch_backend import TORCH

BACKENDS = ("numpy_vectorized", "manual_loops")
CONFIG = {"in_features": 6, "hidden_features": 5, "num_classes": 3}


def network(**options: Any) -> nn.Module:
    """An MLP whose weights are not as small as the first ones of a training."""
    module = build_model("mlp", CONFIG, seed=1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(2)))
    return module.to(**options)


def samples(count: int = 7) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    return random.standard_normal((count, 6), np.float32), random.integers(0, 3, count)


def test_the_package_offers_the_class() -> None:
    """`conformance.Model` is this class."""
    assert conformance.Model is Model


def test_on_torchs_kernels_all_is_torchs() -> None:
    """Logits, probabilities, loss and gradient are what the module itself gives, bit for bit."""
    module, (x, target) = network(), samples()
    model = Model(module, TORCH)
    logits = module(torch.from_numpy(x))
    loss = F.cross_entropy(logits, torch.from_numpy(target))
    loss.backward()  # type: ignore[no-untyped-call]
    np.testing.assert_array_equal(model.forward(x), logits.detach().numpy(), strict=True)
    np.testing.assert_array_equal(model.predict(x), logits.softmax(1).detach().numpy(), strict=True)
    assert model.loss(x, target) == loss.item()
    gradient = model.gradient(x, target)
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None
        np.testing.assert_array_equal(gradient[name], parameter.grad.numpy(), strict=True)


@pytest.mark.parametrize("backend", BACKENDS)
def test_analytic_and_numerical_gradients_agree(backend: str) -> None:
    """They are as far apart as torch's own, up to the derived allowances of two losses and a gradient."""
    module, (x, target) = network(dtype=torch.float64), samples()
    model, reference = Model(module, backend), Model(module, TORCH)
    gradient, numerical = model.gradient(x, target), model.numerical_gradient(x, target)
    expected, remainder = reference.gradient(x, target), reference.numerical_gradient(x, target)
    # One step of descent at rate 1 spreads as the loss and the gradient do.
    case = Case(operation="mlp", dtype="float64", config=CONFIG)
    batch = (x.astype(np.float64), target)
    step = Reference(case, model.params, [batch], rate=1.0, loss="cross_entropy")
    of_loss, *of_params = step.spreads(True)
    of_quotient = float(allowance(step.losses, of_loss, Arithmetic("float64"))[0]) / np.finfo(
        "float64"
    ).eps ** (1 / 3)
    for (name, array), spread in zip(gradient.items(), of_params, strict=True):
        allowed = of_quotient + allowance(step.params[name], spread, Arithmetic("float64"))
        apart = (array - numerical[name]) - (expected[name] - remainder[name])
        # Both sides of the difference are computed.
        assert (np.abs(apart) <= 2 * allowed).all(), name


def test_a_wrong_gradient_is_seen_by_the_numerical_one() -> None:
    """The check above can fail: a relu that passes every cotangent is found out."""
    module, (x, target) = network(dtype=torch.float64), samples()
    relu = TORCH.kernels["relu"]
    assert isinstance(relu, Kernel)

    def vjp(params: Any, x: Array) -> Any:
        assert relu.forward is not None
        return relu.forward(params, x), lambda g: ({}, (g.copy(),))

    wrong = Kernel("relu", relu.forward, vjp)
    backend = Backend(declaration=TORCH.declaration, address="", kernels={**TORCH.kernels, "relu": wrong})
    model = Model(module, backend)
    apart = model.gradient(x, target)["hidden.bias"] - model.numerical_gradient(x, target)["hidden.bias"]
    assert np.abs(apart).max() > np.abs(model.gradient(x, target)["hidden.bias"]).max() / 100


def test_chosen_elements_of_the_numerical_gradient() -> None:
    """Indices choose elements; the parameters are as they were before."""
    model, (x, target) = Model(network(dtype=torch.float64), TORCH), samples()
    kept = {name: array.copy() for name, array in model.params.items()}
    whole = model.numerical_gradient(x, target)
    some = model.numerical_gradient(x, target, {"output.bias": [2, 0], "hidden.weight": [(1, 3)]})
    np.testing.assert_array_equal(some["output.bias"], whole["output.bias"][[2, 0]])
    np.testing.assert_array_equal(some["hidden.weight"], whole["hidden.weight"][[1], [3]])
    for name, array in model.params.items():
        np.testing.assert_array_equal(array, kept[name])
    with pytest.raises(UsageError, match=r"unknown parameter 'output\.bais'; did you mean 'output\.bias'"):
        model.numerical_gradient(x, target, {"output.bais": [0]})


def test_accuracy_counts_every_sample() -> None:
    """Also those of the last batch, which is smaller, whatever the batch size."""
    model, (x, _) = Model(network(), TORCH), samples(7)
    target = model.forward(x).argmax(axis=1)
    target[-1] = (target[-1] + 1) % 3
    for batch_size in (1, 2, 3, 7, 100):
        assert model.accuracy(x, target, batch_size) == 6 / 7
    with pytest.raises(UsageError, match="batch_size = 0"):
        model.accuracy(x, target, 0)
    with pytest.raises(UsageError, match="no samples"):
        model.accuracy(x[:0], target[:0])


def test_a_regression_has_a_squared_error_and_no_classes() -> None:
    """Its prediction is its output; accuracy is a classifier's."""
    module = build_model("linear_regression", {"in_features": 6, "out_features": 2}, seed=0)
    model, (x, _) = Model(module, "numpy_vectorized", loss="mse_loss"), samples()
    target = np.ones((7, 2), np.float32)
    np.testing.assert_array_equal(model.predict(x), model.forward(x))
    history = model.train(x, target, epochs=20, batch_size=4)
    assert history[-1] < history[0]
    with pytest.raises(UsageError, match="accuracy is a classifier's"):
        model.accuracy(x, target)


def test_training_is_repeatable_and_leaves_the_module_alone() -> None:
    """The same seed gives the same parameters, another seed others; the module keeps its own."""
    module, (x, target) = network(), samples()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}

    def trained(seed: int) -> Array:
        model = Model(module, "numpy_vectorized")
        model.train(x, target, epochs=3, batch_size=2, seed=seed)
        return model.params["hidden.weight"]

    np.testing.assert_array_equal(trained(0), trained(0))
    assert not np.array_equal(trained(0), trained(1))
    for name, tensor in module.state_dict().items():
        assert torch.equal(tensor, before[name])


def test_a_step_is_torchs_step() -> None:
    """Each is params - lr * gradient, bit for bit."""
    module, (x, target) = network(), samples()
    model = Model(module, TORCH)
    for _ in range(3):
        module.zero_grad()
        loss = F.cross_entropy(module(torch.from_numpy(x)), torch.from_numpy(target))
        loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            for parameter in module.parameters():
                assert parameter.grad is not None
                parameter.sub_(0.25 * parameter.grad)
        assert model.step(x, target, lr=0.25) == loss.item()
    for name, parameter in module.named_parameters():
        np.testing.assert_array_equal(model.params[name], parameter.detach().numpy())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs = 0"),
        ({"batch_size": 0}, "batch_size = 0"),
        ({"seed": -1}, "seed = -1"),
        ({"lr": 0.0}, "lr = 0.0"),
        ({"lr": float("nan")}, "lr = nan"),
        ({"lr": float("inf")}, "lr = inf"),
    ],
)
def test_training_refuses_bad_numbers(options: dict[str, Any], message: str) -> None:
    """Each with its name."""
    model, (x, target) = Model(network(), "numpy_vectorized"), samples()
    with pytest.raises(UsageError, match=message):
        model.train(x, target, **options)


def test_training_wants_a_target_for_each_input() -> None:
    """And one at least."""
    model, (x, target) = Model(network(), "numpy_vectorized"), samples()
    with pytest.raises(UsageError, match="7 inputs and 6 targets"):
        model.train(x, target[:6])
    with pytest.raises(UsageError, match="0 inputs and 0 targets"):
        model.train(x[:0], target[:0])


def test_tied_parameters_are_trained_as_one() -> None:
    """A tied parameter is there once, under its first name, and its cotangents are summed."""
    layer = nn.Linear(6, 6)
    module = nn.Sequential(layer, nn.Tanh(), layer)
    model, (x, target) = Model(module, TORCH), samples()
    assert set(model.params) == {"0.weight", "0.bias"}
    F.cross_entropy(module(torch.from_numpy(x)), torch.from_numpy(target)).backward()  # type: ignore[no-untyped-call]
    assert layer.weight.grad is not None
    np.testing.assert_array_equal(model.gradient(x, target)["0.weight"], layer.weight.grad.numpy())
    model.step(x, target, lr=0.5)
    assert np.isfinite(model.loss(x, target))


@pytest.mark.parametrize("backend", BACKENDS)
def test_parameters_come_back_as_they_were_saved(tmp_path: Path, backend: str) -> None:
    """Bit for bit, and the file is written whole: nothing else stays in the folder."""
    model, (x, target) = Model(network(), backend), samples()
    model.train(x, target, batch_size=3)
    model.params["hidden.weight"] = np.asfortranarray(model.params["hidden.weight"])
    model.save_params(tmp_path / "mlp.safetensors")
    assert [file.name for file in tmp_path.iterdir()] == ["mlp.safetensors"]
    other = Model(network(), backend)
    other.load_params(tmp_path / "mlp.safetensors")
    for name, array in model.params.items():
        np.testing.assert_array_equal(other.params[name], array, strict=True)


def _foreign(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files that are not this model's, and what is said of each."""
    model = Model(network(), TORCH)
    files = {name: folder / name for name in ("good", "cut", "pickle", "text", "other", "wide", "double")}
    model.save_params(files["good"])
    content = files["good"].read_bytes()
    files["cut"].write_bytes(content[: len(content) // 2])
    files["pickle"].write_bytes(pickle.dumps(model.params))
    files["text"].write_text("weights")
    regression = build_model("linear_regression", {"in_features": 6}, seed=0)
    Model(regression, TORCH).save_params(files["other"])
    wide = build_model("mlp", {**CONFIG, "hidden_features": 9}, seed=0)
    Model(wide, TORCH).save_params(files["wide"])
    Model(network(dtype=torch.float64), TORCH).save_params(files["double"])
    return {
        "missing": (folder / "missing", "not read: No such file"),
        "a folder": (folder, "not read: "),
        "cut": (files["cut"], "not readable as safetensors"),
        "pickle": (files["pickle"], "not readable as safetensors"),
        "text": (files["text"], "not readable as safetensors"),
        "other": (files["other"], r"the parameters of another model \(hidden\.bias, .*linear\.bias"),
        "wide": (files["wide"], r"hidden\.\w+ is float32 \(9.*expected float32 \(5"),
        "double": (files["double"], "is float64 .*expected float32"),
    }


@pytest.mark.parametrize("what", ["missing", "a folder", "cut", "pickle", "text", "other", "wide", "double"])
def test_a_foreign_or_damaged_file_changes_nothing(tmp_path: Path, what: str) -> None:
    """It is refused with the file's name and what is wrong with it."""
    file, message = _foreign(tmp_path)[what]
    model = Model(network(), TORCH)
    kept = {name: array.copy() for name, array in model.params.items()}
    with pytest.raises(UsageError, match=message) as refusal:
        model.load_params(file)
    assert str(file) in str(refusal.value)
    for name, array in model.params.items():
        np.testing.assert_array_equal(array, kept[name])


def test_parameters_that_cannot_be_written_are_a_usage_error(tmp_path: Path) -> None:
    """A folder that is not there is no traceback."""
    with pytest.raises(UsageError, match="not written: No such file"):
        Model(network(), TORCH).save_params(tmp_path / "nowhere" / "mlp.safetensors")


def test_what_is_wrong_is_said_when_the_model_is_made() -> None:
    """Unknown backends and losses, and dtypes that the backend does not compute in."""
    with pytest.raises(UsageError, match="unknown backend 'numpy_vectorised'"):
        Model(network(), "numpy_vectorised")
    with pytest.raises(UsageError, match="unknown loss 'hinge'"):
        Model(network(), TORCH, loss="hinge")
    with pytest.raises(UsageError, match=r"dtypes are \['float16'\]"):
        Model(network(dtype=torch.float16), TORCH)
    with pytest.raises(UsageError, match="dtypes are none"):
        Model(nn.ReLU(), TORCH)


def test_what_a_backend_lacks_is_named() -> None:
    """A missing kernel, a missing gradient and a kernel that does not import, each by its operation."""
    x, target = samples()

    def model(**kernels: Kernel | Failure) -> Model:
        return Model(
            network(), Backend(declaration=Declaration(name="partial"), address="", kernels=dict(kernels))
        )

    known: dict[str, Any] = {name: TORCH.kernels[name] for name in ("flatten", "linear", "relu")}
    with pytest.raises(UsageError, match="MLP needs relu: partial has no such kernel"):
        model(flatten=known["flatten"], linear=known["linear"]).forward(x)
    with pytest.raises(UsageError, match=r"MLP needs linear: linear\.py does not import"):
        model(**{**known, "linear": Failure("linear.py does not import")}).forward(x)
    with pytest.raises(UsageError, match="softmax is needed: partial has no such kernel"):
        model(**known).predict(x)
    with pytest.raises(UsageError, match="cross_entropy is needed"):
        model(**known).gradient(x, target)
    blind = Kernel("relu", known["relu"].forward, None)
    loss: Any = TORCH.kernels["cross_entropy"]
    with pytest.raises(UsageError, match="partial has no gradient of MLP: no vjp"):
        model(**{**known, "relu": blind, "cross_entropy": loss}).gradient(x, target)


def test_a_kernels_fault_is_not_the_models() -> None:
    """What a kernel raises arrives as such, with the operation."""

    def forward(params: Any, x: Array) -> Array:
        raise ValueError("no negative numbers")

    kernels = {**TORCH.kernels, "relu": Kernel("relu", forward, None)}
    model = Model(network(), Backend(declaration=Declaration(name="shy"), address="", kernels=kernels))
    with pytest.raises(CallFault, match="ValueError: relu: no negative numbers"):
        model.forward(samples()[0])


def test_a_module_that_cannot_be_recorded_is_refused() -> None:
    """With its own words: an unknown layer, an input that does not fit, several results."""
    x, _ = samples()
    with pytest.raises(NotRecordable, match="softplus is outside the specification"):
        Model(nn.Sequential(nn.Linear(6, 3), nn.Softplus()), TORCH).forward(x)
    with pytest.raises(UsageError, match=r"refuses an input of shape \(7, 5\)"):
        Model(network(), TORCH).forward(x[:, :5])
    with pytest.raises(UsageError, match="several tensors"):
        Model(nn.RNN(6, 3), TORCH).forward(x)


class Words(nn.Module):
    """Logits (N, T, 5) of the tokens that come next."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(5, 4)
        self.lstm = nn.LSTM(4, 3, batch_first=True)
        self.output = nn.Linear(3, 5)

    def forward(self, tokens: torch.Tensor) -> Any:
        return self.output(self.lstm(self.table(tokens))[0])


def test_tokens_have_a_loss_each() -> None:
    """On torch's kernels logits, probabilities, loss, accuracy and gradient of sequences are torch's own."""
    torch.manual_seed(0)
    module, random = Words(), np.random.default_rng(0)
    tokens, target = random.integers(0, 5, (3, 6)), random.integers(0, 5, (3, 6))
    target[0, 2:] = -100
    model = Model(module, TORCH, loss="token_cross_entropy")
    logits = module(torch.from_numpy(tokens))
    loss = F.cross_entropy(logits.reshape(-1, 5), torch.from_numpy(target).reshape(-1))
    loss.backward()  # type: ignore[no-untyped-call]
    np.testing.assert_array_equal(model.forward(tokens), logits.detach().numpy(), strict=True)
    np.testing.assert_array_equal(model.predict(tokens), logits.softmax(-1).detach().numpy(), strict=True)
    assert model.loss(tokens, target) == loss.item()
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None
        np.testing.assert_array_equal(
            model.gradient(tokens, target)[name], parameter.grad.numpy(), strict=True
        )
    right = logits.argmax(2).numpy() == target
    assert model.accuracy(tokens, target, 2) == right.sum() / 14
    with pytest.raises(UsageError, match="no samples"):
        model.accuracy(tokens, np.full_like(target, -100))
    history = Model(module, "numpy_vectorized", loss="token_cross_entropy").train(
        tokens, target, epochs=30, batch_size=2, lr=0.5
    )
    assert history[-1] < history[0]


def test_a_model_of_another_kind_runs_too() -> None:
    """A recurrent classifier written by hand, of single nodes and glue, learns on a bundled backend."""

    class Last(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.RNN(2, 4, batch_first=True)
            self.output = nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> Any:
            states, _ = self.rnn(x.view(x.shape[0], 3, 2))
            return self.output(states[:, -1])

    torch.manual_seed(0)
    names = tuple(operation.name for operation in OPERATIONS)
    model, (x, target) = Model(Last(), load("numpy_vectorized", names)), samples()
    history = model.train(x, target, epochs=40, batch_size=4)
    assert history[-1] < history[0]

"""Models with a mode: in training their running statistics are judged, and a step updates them."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from conformance import specification
from conformance.backend import Backend, load
from conformance.case import Case
from conformance.comparison import Arithmetic, compare_within
from conformance.drawing import Draw
from conformance.engine import judge_kernel
from conformance.graph import Composed
from conformance.kernel import Kernel
from conformance.model import Model
from conformance.models._composed import ModelOperation, recorded
from conformance.models._laws import MODEL_LAWS
from conformance.operations import OPERATIONS
from conformance.oracle import Oracle
from conformance.trajectory import Reference
from conformance.tree import Array
from conformance.verdict import Status, Verdict

from .torch_backend import TORCH

STATISTICS = ("norm.running_mean", "norm.running_var", "norm.num_batches_tracked")


class Normalised(nn.Module):
    """A convolution with a bias that its batch norm removes again, and a mean over all places."""

    def __init__(self, momentum: float | None = 0.1, training: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 2)
        self.norm = nn.BatchNorm2d(3, momentum=momentum)
        self.output = nn.Linear(3, 2)
        self.train(training)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.output(torch.tanh(self.norm(self.conv(x))).mean((2, 3)))
        return logits


def cases(draw: Draw) -> Case:
    """Training twice of three times; three samples at least, so that no batch of a training has a single one."""
    training = draw.integer(0, 2) < 2
    params = {
        "conv.weight": draw.tensor((3, 2, 2, 2)),
        "conv.bias": draw.tensor((3,)),
        "norm.weight": draw.tensor((3,)),
        "norm.bias": draw.tensor((3,)),
        "output.weight": draw.tensor((2, 3)),
        "output.bias": draw.tensor((2,)),
        "norm.running_mean": draw.tensor((3,)),
        "norm.running_var": np.asarray(abs(draw.tensor((3,))) + 0.5, dtype=draw.dtype),
        "norm.num_batches_tracked": np.array(draw.integer(0, 3)),
    }
    return draw.case(
        config={"momentum": draw.choice((0.1, None, 0.7)), "training": training},
        params=params,
        inputs=[draw.tensor((draw.integer(3, 5), 2, 3, 4))],
    )


NET = ModelOperation(
    name="normalised",
    cases=cases,
    parts=("conv2d", "batch_norm", "tanh", "mean", "linear"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The network as if it were one of the reference's."""
    others = specification.reference_class
    monkeypatch.setattr(
        specification, "reference_class", lambda name: Normalised if name == NET.name else others(name)
    )
    yield
    specification._module.cache_clear()
    specification._options.cache_clear()


def judged(backend: Backend, **options: Any) -> dict[str, Verdict]:
    given = {"dtype": "float64", "examples": 12, "shrink_seconds": 0.0, **options}
    return {v.law or "": v for v in judge_kernel(NET, NET.kernel(backend), backend.declaration, **given)}


def loaded(backend: str) -> Backend:
    return load(backend, tuple(operation.name for operation in OPERATIONS))


@pytest.mark.parametrize("backend", ["torch", "numpy_vectorized", "manual_loops"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_modes_conform(backend: str, dtype: str) -> None:
    """Outputs, gradients, statistics and three steps of training, in training and in evaluation."""
    for verdict in judged(TORCH if backend == "torch" else loaded(backend), dtype=dtype).values():
        assert verdict.status == Status.PASSED, (verdict.id, verdict.message)


def changed(change: Any) -> Backend:
    """Torch as a backend, what its batch norm returns in training changed."""
    kernel = TORCH.kernels["batch_norm"]
    assert isinstance(kernel, Kernel)

    def forward(params: Any, x: Array, **config: Any) -> Any:
        assert kernel.forward is not None
        output = kernel.forward(params, x, **config)
        return change(params, *output) if isinstance(output, tuple) else output

    def vjp(params: Any, x: Array, **config: Any) -> Any:
        assert kernel.vjp is not None
        output, pullback = kernel.vjp(params, x, **config)
        return (change(params, *output) if isinstance(output, tuple) else output), pullback

    return replace(TORCH, kernels={**TORCH.kernels, "batch_norm": Kernel("batch_norm", forward, vjp)})


def stays(params: Any, y: Array, mean: Array, var: Array, count: Array) -> Any:
    return y, mean, params["running_var"].copy(), count


def counts_twice(params: Any, y: Array, mean: Array, var: Array, count: Array) -> Any:
    return y, mean, var, np.array(count + 1)


@pytest.mark.parametrize("wrong", [stays, counts_twice])
def test_wrong_statistics_are_a_fault_of_the_model(wrong: Any) -> None:
    """Where the output is right, the statistics behind it are not, at once and after training."""
    verdicts = judged(changed(wrong))
    assert verdicts["agreement"].status == Status.FAILED
    assert verdicts["training"].status == Status.FAILED
    assert verdicts["numerical_gradient"].status == Status.PASSED
    assert "output[0]" not in (verdicts["agreement"].message or "").split("; right: ")[0]


def case_of(**config: Any) -> Case:
    """An arbitrary case in training, its statistics read-only."""
    random = np.random.default_rng(0)
    module = Normalised(**config)
    params = {name: tensor.numpy(force=True) for name, tensor in module.double().state_dict().items()}
    params = {name: np.array(array) for name, array in params.items()}
    for array in params.values():
        array.flags.writeable = False
    return Case(
        operation=NET.name,
        dtype="float64",
        config={"momentum": 0.1, "training": True, **config},
        params=params,
        inputs=(random.standard_normal((4, 2, 3, 4)),),
    )


def test_the_reference_returns_what_torch_writes() -> None:
    """Its output is (logits, statistics), bit for bit the module's own, and no array of the case is changed."""
    case = case_of()
    assert specification.statistics(specification.build(case)) == STATISTICS
    kept = {name: array.copy() for name, array in case.params.items()}
    output = Oracle(case).output
    module = Normalised().double()
    module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in kept.items()})
    (x,) = case.inputs
    assert x is not None
    logits = module(torch.from_numpy(x))
    expected = (logits, *(module.get_buffer(name) for name in STATISTICS))
    assert isinstance(output, tuple)
    for array, want in zip(output, expected, strict=True):
        np.testing.assert_array_equal(np.asarray(array), want.numpy(force=True))
    for name, array in case.params.items():
        np.testing.assert_array_equal(array, kept[name])


def test_in_evaluation_there_are_no_statistics() -> None:
    """Neither in the reference nor in the graph."""
    case = case_of(training=False)
    assert isinstance(Oracle(case).output, np.ndarray)
    assert not recorded(case.operation, case.config, case.inputs).updates
    assert recorded(case.operation, {**case.config, "training": True}, case.inputs).updates


def samples(count: int = 12) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    return random.standard_normal((count, 2, 3, 4)), random.integers(0, 2, count)


@pytest.mark.parametrize("backend", ["numpy_vectorized", "manual_loops"])
@pytest.mark.parametrize("momentum", [0.1, None])
def test_a_model_trains_as_torch_does(backend: str, momentum: float | None) -> None:
    """Losses, parameters and statistics of six steps are torch's within the derived allowances."""
    torch.manual_seed(0)
    x, target = samples()
    given = [(x[rows : rows + 4], target[rows : rows + 4]) for rows in (0, 4, 8)] * 2
    model = Model(Normalised(momentum).double(), backend)
    case = Case(operation=NET.name, dtype="float64", config={"momentum": momentum, "training": True})
    reference = Reference(case, dict(model.params), given, rate=0.5, loss="cross_entropy")
    losses = np.array([model.step(*batch, lr=0.5) for batch in given])
    actual = {"losses": losses, **model.params}
    for i, (name, want) in enumerate({"losses": reference.losses, **reference.params}.items()):
        if want.dtype.kind == "i":
            assert actual[name] == want == 6
            continue
        compared = compare_within(
            name, actual[name], want, partial(_spread, reference, i), Arithmetic("float64")
        )
        assert compared.complaint is None


def _spread(reference: Reference, place: int, careful: bool) -> Array | None:
    return reference.spreads(careful)[place]


def test_everything_but_a_step_is_evaluated_in_evaluation_mode() -> None:
    """Forward, predict, loss and accuracy use the running statistics; a gradient and a step use the batch's."""
    torch.manual_seed(0)
    module, (x, target) = Normalised().double(), samples()
    model = Model(module, TORCH)
    assert set(STATISTICS) < set(model.params)
    before = {name: array.copy() for name, array in model.params.items()}
    first = model.step(x, target, lr=0.25)
    assert all(not np.array_equal(model.params[name], before[name]) for name in (*STATISTICS, "conv.weight"))
    module.load_state_dict({name: torch.from_numpy(array) for name, array in model.params.items()})
    assert module.training
    with torch.no_grad():
        logits = module.eval()(torch.from_numpy(x))
    np.testing.assert_array_equal(model.forward(x), logits.numpy())
    np.testing.assert_array_equal(model.predict(x), logits.softmax(1).numpy())
    assert model.loss(x, target) == nn.functional.cross_entropy(logits, torch.from_numpy(target)).item()
    assert model.accuracy(x, target) == float(np.mean(logits.argmax(1).numpy() == target))
    assert model.loss(x, target) != first
    # Central differences are those of the function that is differentiated.
    kept = {name: array.copy() for name, array in model.params.items()}
    gradient = model.gradient(x, target)["norm.weight"]
    numerical = model.numerical_gradient(x, target)["norm.weight"]
    frozen = Model(module, TORCH)
    assert (
        np.abs(gradient - numerical).max()
        < np.abs(frozen.gradient(x, target)["norm.weight"] - numerical).max()
    )
    assert all(np.array_equal(array, kept[name]) for name, array in model.params.items())


def test_a_module_in_evaluation_mode_keeps_its_statistics() -> None:
    """Given in evaluation mode, it is trained with frozen statistics."""
    module, (x, target) = Normalised(training=False).double(), samples()
    model = Model(module, "numpy_vectorized")
    before = {name: array.copy() for name, array in model.params.items()}
    model.step(x, target, lr=0.25)
    assert all(np.array_equal(model.params[name], before[name]) for name in STATISTICS)
    assert not np.array_equal(model.params["norm.weight"], before["norm.weight"])


def test_a_graph_of_a_training_run_is_a_kernel() -> None:
    """What composes a model's kernel returns (output, statistics) in training, the output alone in evaluation."""
    kernel = NET.kernel(TORCH)
    assert isinstance(kernel, Composed)
    assert kernel.forward is not None
    case = case_of()
    output = kernel.forward(case.params, *case.inputs, **case.config)
    assert [np.asarray(part).shape for part in output] == [(4, 2), (3,), (3,), ()]
    alone = kernel.forward(case.params, *case.inputs, **{**case.config, "training": False})
    assert alone.shape == (4, 2)

"""Training: the digits, torch's trajectory step by step, and the command."""

import inspect
import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from conformance import curves, training
from conformance.__main__ import main
from conformance.case import Case
from conformance.comparison import Arithmetic, compare_within
from conformance.data import HELD_BACK, digits
from conformance.errors import UsageError
from conformance.model import Model, batches
from conformance.optimizer import DEFAULTS, Optimizer
from conformance.specification import build_model, reference_class
from conformance.trajectory import Batch, Reference
from conformance.tree import Array

SMALL = {"in_features": 64, "hidden_features": 16, "num_classes": 10}


def shuffled(x: Array, target: Array, *, size: int, epochs: int, dtype: str) -> list[Batch]:
    random = np.random.default_rng(0)
    orders = [random.permutation(len(x)) for _ in range(epochs)]
    return [b for order in orders for b in batches(x[order].astype(dtype), target[order], size)]


def follow(
    name: str,
    config: dict[str, int],
    backend: str,
    given: list[Batch],
    dtype: str,
    lr: float,
    optimizer: Optimizer | None = None,
) -> None:
    """Take every step on the backend; its losses and parameters must be torch's within the derived allowance."""
    module = build_model(name, config, seed=0)
    model = Model(module if dtype == "float32" else module.double(), backend)
    case = Case(operation=name, dtype=dtype, config=config)
    start = dict(model.params)
    reference = Reference(case, start, given, rate=lr, loss="cross_entropy", optimizer=optimizer)
    losses = np.array([model.step(x, target, lr=lr, optimizer=optimizer) for x, target in given])
    actual = {"losses": losses.astype(dtype), **model.params}
    expected = {"losses": reference.losses, **reference.params}
    for i, (part, array) in enumerate(actual.items()):

        def spreads(careful: bool, i: int = i) -> Array | None:
            return reference.spreads(careful)[i]

        comparison = compare_within(part, array, expected[part], spreads, Arithmetic(dtype))
        assert comparison.complaint is None, comparison.complaint
        assert comparison.informative


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("softmax_regression", "float32"), ("softmax_regression", "float64"), ("mlp", "float64")],
)
def test_a_whole_run_on_the_digits_follows_torch(name: str, dtype: str) -> None:
    """Three epochs, 135 steps: the last parameters still agree within what rounding explains.

    In float32 an activation of a hidden layer comes so close to 0 in so many steps that rounding decides.
    """
    data = digits()
    given = shuffled(data.x, data.target, size=32, epochs=3, dtype=dtype)
    config = {key: SMALL[key] for key in SMALL if name == "mlp" or key != "hidden_features"}
    follow(name, config, "numpy_vectorized", given, dtype, lr=0.5)


@pytest.mark.parametrize("name", ["softmax_regression", "mlp"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_scalar_loops_follow_torch(name: str, dtype: str) -> None:
    """A few steps at batch 4."""
    data = digits()
    given = shuffled(data.x[:24], data.target[:24], size=4, epochs=1, dtype=dtype)
    config = {key: SMALL[key] for key in SMALL if name == "mlp" or key != "hidden_features"}
    follow(name, config, "manual_loops", given, dtype, lr=0.25)


OPTIMIZERS = (
    (Optimizer.named("sgd", momentum=0.9, weight_decay=1e-3), 0.125),
    (Optimizer.named("sgd", momentum=0.9, nesterov=True, max_norm=1.0), 0.125),
    (Optimizer.named("adam", weight_decay=1e-3, amsgrad=True), 2**-8),
    (Optimizer.named("adamw", weight_decay=0.1, max_norm=0.5), 2**-8),
)
with_each_optimizer = pytest.mark.parametrize(
    ("optimizer", "lr"), OPTIMIZERS, ids=[optimizer.described for optimizer, _ in OPTIMIZERS]
)


@with_each_optimizer
def test_a_whole_epoch_of_each_optimizer_follows_torch(optimizer: Optimizer, lr: float) -> None:
    """45 steps on the digits, in float64: the last parameters agree within what rounding explains."""
    data = digits()
    given = shuffled(data.x, data.target, size=32, epochs=1, dtype="float64")
    follow("mlp", SMALL, "numpy_vectorized", given, "float64", lr, optimizer)


@with_each_optimizer
def test_scalar_loops_follow_each_optimizer(optimizer: Optimizer, lr: float) -> None:
    """A few steps at batch 4, in float32."""
    data = digits()
    given = shuffled(data.x[:20], data.target[:20], size=4, epochs=1, dtype="float32")
    config = {key: SMALL[key] for key in SMALL if key != "hidden_features"}
    follow("softmax_regression", config, "manual_loops", given, "float32", lr, optimizer)


@with_each_optimizer
def test_torchs_own_optimizer_draws_the_same_curve(optimizer: Optimizer, lr: float) -> None:
    """torch.optim and torch's clipping, step by step over the same batches: the same losses to four digits."""
    data = digits()
    model = training.build("softmax_regression", "numpy_vectorized", 0, data)
    options = {"epochs": 2, "batch_size": 64, "lr": lr, "seed": 3}
    losses = model.train(data.x, data.target, optimizer=optimizer, **options)  # type: ignore[arg-type]
    module = training.build("softmax_regression", "numpy_vectorized", 0, data).module
    torchs = curves.torchs_losses(module, data, optimizer=optimizer, **options)  # type: ignore[arg-type]
    assert [f"{loss:.4f}" for loss in losses] == [f"{loss:.4f}" for loss in torchs]
    assert losses[1] < losses[0]


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_of_optimizers_are_torchs(name: str) -> None:
    """Their configs are complete, but for `lr`, and what nobody sets is what torch sets."""
    parameters = inspect.signature(reference_class(name)).parameters
    assert {"lr": parameters["lr"].default, **DEFAULTS[name]} == {
        option: parameter.default for option, parameter in parameters.items()
    }


def test_what_is_kept_is_known_beforehand() -> None:
    """The names, shapes and dtypes of an optimiser's state after a step, of each with its options."""
    data = digits()
    for optimizer, lr in (*OPTIMIZERS, (Optimizer.named("sgd"), 0.5)):
        model = training.build("softmax_regression", "numpy_vectorized", 0, data)
        expected = model.state_of(optimizer)
        model.step(data.x[:4], data.target[:4], lr=lr, optimizer=optimizer)
        assert model.state.keys() == expected.keys()
        for name, array in expected.items():
            assert (model.state[name].shape, model.state[name].dtype) == (array.shape, array.dtype)


def test_training_anew_starts_without_a_state() -> None:
    """Two trainings from the same parameters are alike, whatever the first one has left behind."""
    data = digits()
    optimizer = Optimizer.named("adam")
    model = training.build("softmax_regression", "numpy_vectorized", 0, data)
    start = dict(model.params)
    first = model.train(data.x[:99], data.target[:99], optimizer=optimizer)
    model.params = start
    assert model.train(data.x[:99], data.target[:99], optimizer=optimizer) == first


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("adm", {}, "unknown optimizer 'adm'; did you mean 'adam'?"),
        ("adam", {"momentum": 0.9}, "unknown option of adam 'momentum'"),
        ("sgd", {"momentum": -0.5}, "momentum = -0.5: expected a number of 0 or more"),
        ("adamw", {"weight_decay": float("nan")}, "weight_decay = nan"),
        ("adamw", {"max_norm": 0.0}, "max_norm = 0.0: expected a number above 0"),
    ],
)
def test_a_wrong_optimizer_is_a_usage_error(name: str, options: dict[str, float], message: str) -> None:
    """One line says what was wrong."""
    with pytest.raises(UsageError, match=re.escape(message)):
        Optimizer.named(name, **options)


def test_a_wrong_rate_does_not_follow_torch() -> None:
    """The comparison above can fail: a step too long by one part in a million is seen."""
    data = digits()
    given = shuffled(data.x[:64], data.target[:64], size=32, epochs=2, dtype="float64")
    module = build_model("mlp", SMALL, seed=0).double()
    model = Model(module, "numpy_vectorized")
    case = Case(operation="mlp", dtype="float64", config=SMALL)
    reference = Reference(case, dict(model.params), given, rate=0.5, loss="cross_entropy")
    for x, target in given:
        model.step(x, target, lr=0.5 * (1 + 1e-6))
    name = "output.weight"
    (spread,) = (s for n, s in zip(model.params, reference.spreads(True)[1:], strict=True) if n == name)
    comparison = compare_within(
        name, model.params[name], reference.params[name], lambda _: spread, Arithmetic("float64")
    )
    assert comparison.complaint is not None


def test_a_hidden_layer_lowers_the_loss_below_softmax_regressions() -> None:
    """After ten epochs on the digits, from small weights, the loss is less than half; the accuracy is close."""
    data = digits()
    last, accuracy = {}, {}
    for name in ("softmax_regression", "mlp"):
        model = training.build(name, "numpy_vectorized", 0, data)
        last[name] = model.train(data.x, data.target, epochs=10, batch_size=32, lr=0.5)[-1]
        accuracy[name] = model.accuracy(data.held_x, data.held_target)
    assert last["mlp"] < last["softmax_regression"] / 2
    assert min(accuracy.values()) > 0.9


def test_the_first_loss_is_near_that_of_a_guess() -> None:
    """Small weights make all ten classes nearly equally likely: the first loss is near log(10)."""
    data = digits()
    for name in ("mlp", "simple_conv_net"):
        first = training.build(name, "numpy_vectorized", 0, data).loss(data.x[:100], data.target[:100])
        assert round(first, 1) == round(float(np.log(10)), 1), (name, first)


def test_the_digits_are_split_by_seed() -> None:
    """1,797 images of 8 x 8 cells from 0 to 1; those held back are never trained on."""
    data, again, other = digits(3), digits(3), digits(4)
    assert data.x.shape == (1797 - HELD_BACK, 1, 8, 8)
    assert data.held_x.shape == (HELD_BACK, 1, 8, 8)
    assert (data.x.dtype, data.target.dtype) == (np.dtype("float32"), np.dtype("int64"))
    assert (data.x.min(), data.x.max()) == (0, 1)
    assert set(data.target.tolist()) == set(data.held_target.tolist()) == set(range(10))
    np.testing.assert_array_equal(data.x, again.x)
    assert not np.array_equal(data.held_target, other.held_target)
    whole = np.sort(np.concatenate([data.x, data.held_x]).reshape(1797, 64), axis=0)
    np.testing.assert_array_equal(
        whole, np.sort(np.concatenate([other.x, other.held_x]).reshape(1797, 64), axis=0)
    )


def test_without_scikit_learn_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(UsageError, match=r"pip install torchstone\[digits\]"):
        digits()


def test_the_command_prints_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    """Loss, held-back loss and accuracy, a line an epoch, plain in a pipe; the same for the same seed."""

    def printed(seed: str) -> str:
        assert (
            main(["train", "softmax_regression", "--epochs", "2", "--batch-size", "64", "--seed", seed]) == 0
        )
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    first, *epochs = printed("1").splitlines()
    assert first == (
        "softmax_regression on numpy_vectorized: 1437 digits, 360 held back; "
        "batches of 64, learning rate 0.5, seed 1"
    )
    line = r"epoch {}/2: loss \d\.\d{{4}}; held back: loss \d\.\d{{4}}, accuracy 0\.\d{{4}}"
    assert len(epochs) == 2
    assert all(re.fullmatch(line.format(i), epoch) for i, epoch in enumerate(epochs, 1))
    assert printed("1") == printed("1") != printed("2")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["mpl"], "unknown model 'mpl'; did you mean 'mlp'?"),
        (["linear_regression"], "linear_regression has no classes"),
        (["mlp", "--backend", "numpy_vectorised"], "unknown backend 'numpy_vectorised'"),
        (["mlp", "--epochs", "0"], "--epochs = 0"),
        (["mlp", "--epochs", "many"], "--epochs"),
        (["mlp", "--batch-size", "0"], "--batch-size = 0"),
        (["mlp", "--lr", "0"], "--lr = 0"),
        (["mlp", "--lr", "-0.1"], "--lr = -0.1"),
        (["mlp", "--lr", "nan"], "--lr = nan"),
        (["mlp", "--lr", "inf"], "--lr = inf"),
        (["mlp", "--seed", "-1"], "--seed = -1"),
        (["mlp", "--optimizer", "adamm"], "unknown optimizer 'adamm'; did you mean 'adam'?"),
        (["mlp", "--momentum", "0.9"], "--momentum needs an --optimizer"),
        (["mlp", "--weight-decay", "0.1"], "--weight-decay needs an --optimizer"),
        (["mlp", "--clip", "1"], "--clip needs an --optimizer"),
        (["mlp", "--optimizer", "adam", "--momentum", "0.9"], "--momentum is sgd's, adam has betas"),
        (["mlp", "--optimizer", "sgd", "--momentum", "-1"], "--momentum = -1.0: expected a number of 0 or"),
        (["mlp", "--optimizer", "adam", "--weight-decay", "nan"], "--weight-decay = nan"),
        (["mlp", "--optimizer", "adam", "--clip", "0"], "--clip = 0.0: expected a number above 0"),
        (["mlp", "--optimizer", "adam", "--lr", "0"], "--lr = 0"),
        (
            ["mlp", "--backend", "manual_loops", "--backend", "manual_loops"],
            "a second curve named 'manual_loops'",
        ),
    ],
)
def test_a_wrong_command_is_one_line(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and what was wrong."""
    assert main(["train", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("torchstone: ")
    assert captured.err.count("\n") == 1
    assert message in captured.err


def test_a_loss_that_is_no_number_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A rate that is far too large ends with status 1, without warnings."""
    assert main(["train", "mlp", "--lr", "1e30", "--epochs", "2"]) == 1
    assert re.search(r"epoch 1: the loss is (nan|inf); a smaller --lr may help", capsys.readouterr().out)


def test_what_a_kernel_raises_is_the_backends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault in training is status 1 with the operation; a refusal, or a lack, is status 2."""
    bundled = Path(__file__).resolve().parents[2] / "implementations" / "numpy_vectorized"
    for file in bundled.glob("*.py"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    relu = tmp_path / "relu.py"
    body = "def forward(params, x):\n    raise {}\n\ndef vjp(params, x):\n    raise {}\n"
    relu.write_text(body.replace("{}", "ZeroDivisionError('on purpose')"), encoding="utf-8")
    assert main(["train", "mlp", "--backend", str(tmp_path)]) == 1
    assert "raised ZeroDivisionError: on purpose" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lacking", "options"),
    [("adamw", []), ("clip_grad_norm", ["--clip", "1"])],
)
def test_an_optimizer_that_a_backend_lacks_is_named_at_once(
    lacking: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is trained."""
    bundled = Path(__file__).resolve().parents[2] / "implementations" / "numpy_vectorized"
    for file in bundled.glob("*.py"):
        if file.stem != lacking:
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    command = ["train", "mlp", "--backend", str(tmp_path), "--optimizer", "adamw", *options]
    assert main(command) == 2
    captured = capsys.readouterr()
    assert f"{lacking} is needed: {tmp_path.name} has no such kernel" in captured.err
    assert "epoch" not in captured.out


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return params", "sgd returned other names, shapes or dtypes than it was given"),
        ("return None", "sgd returned None"),
        ("raise OSError('on purpose')", "raised OSError: on purpose"),
    ],
)
def test_an_optimizer_that_returns_rubbish_is_the_backends_fault(
    body: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with its operation, and status 1."""
    bundled = Path(__file__).resolve().parents[2] / "implementations" / "numpy_vectorized"
    for file in bundled.glob("*.py"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    text = f"def forward(params, gradients, state, **config):\n    {body}\n"
    (tmp_path / "sgd.py").write_text(text, encoding="utf-8")
    assert main(["train", "mlp", "--backend", str(tmp_path), "--optimizer", "sgd"]) == 1
    assert message in capsys.readouterr().out


def test_the_command_says_by_what_it_trains(capsys: pytest.CaptureFixture[str]) -> None:
    """Each optimiser has a learning rate of its own where none is given."""
    for options, shown in (
        (["--optimizer", "sgd", "--momentum", "0.9"], "learning rate 0.1, seed 0; sgd, momentum 0.9"),
        (["--optimizer", "adam"], "learning rate 0.001, seed 0; adam"),
        (
            ["--optimizer", "adamw", "--clip", "2", "--lr", "0.01"],
            "learning rate 0.01, seed 0; adamw, weight decay 0.01, clipped at 2",
        ),
    ):
        command = ["train", "softmax_regression", "--epochs", "1", "--batch-size", "256"]
        assert main([*command, *options]) == 0
        assert capsys.readouterr().out.splitlines()[0].endswith(shown)


def test_what_a_backend_does_not_have_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The missing operation is named."""
    (tmp_path / "linear.py").write_text("def forward(params, x, **config):\n    return x\n", encoding="utf-8")
    assert main(["train", "mlp", "--backend", str(tmp_path)]) == 2
    assert "needs flatten, relu" in capsys.readouterr().err


def test_a_watched_training_has_a_bar() -> None:
    """On a terminal a bar counts the steps; in a pipe there is none."""
    screen, pipe = io.StringIO(), io.StringIO()
    for file, watched in ((screen, True), (pipe, False)):
        console = Console(file=file, force_terminal=watched, color_system="standard", width=80, _environ={})
        with training.bar(console, 3) as advance:
            for _ in range(3):
                advance()
    assert "3/3" in screen.getvalue()
    assert pipe.getvalue() == ""

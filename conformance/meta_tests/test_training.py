"""Training: the digits, torch's trajectory step by step, and the command."""

import io
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from conformance import training
from conformance.__main__ import main
from conformance.case import Case
from conformance.comparison import Arithmetic, compare_within
from conformance.data import HELD_BACK, digits
from conformance.errors import UsageError
from conformance.model import Model, batches
from conformance.specification import build_model
from conformance.trajectory import Batch, Reference
from conformance.tree import Array

SMALL = {"in_features": 64, "hidden_features": 16, "num_classes": 10}


def shuffled(x: Array, target: Array, *, size: int, epochs: int, dtype: str) -> list[Batch]:
    random = np.random.default_rng(0)
    orders = [random.permutation(len(x)) for _ in range(epochs)]
    return [b for order in orders for b in batches(x[order].astype(dtype), target[order], size)]


def follow(
    name: str, config: dict[str, int], backend: str, given: list[Batch], dtype: str, lr: float
) -> None:
    """Take every step on the backend; its losses and parameters must be torch's within the derived allowance."""
    module = build_model(name, config, seed=0)
    model = Model(module if dtype == "float32" else module.double(), backend)
    case = Case(operation=name, dtype=dtype, config=config)
    reference = Reference(case, dict(model.params), given, rate=lr, loss="cross_entropy")
    losses = np.array([model.step(x, target, lr=lr) for x, target in given])
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

"""A training run that is saved, interrupted and resumed; and its curves."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from safetensors.numpy import load_file, save_file

from conformance import curves, param_file, training
from conformance.__main__ import main
from conformance.data import digits
from conformance.model import Model

COMMAND = ["train", "softmax_regression", "--batch-size", "256"]


def test_a_resumed_run_goes_on_bit_for_bit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two epochs and two more are the same parameters, and the same lines, as four."""
    whole, half, rest = (tmp_path / f"{name}.safetensors" for name in ("whole", "half", "rest"))
    assert main([*COMMAND, "--epochs", "4", "--save", str(whole)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main([*COMMAND, "--epochs", "2", "--save", str(half)]) == 0
    capsys.readouterr()
    assert main([*COMMAND, "--epochs", "4", "--resume", str(half), "--save", str(rest)]) == 0
    resumed = capsys.readouterr().out.splitlines()
    assert resumed[1] == f"{half}: after epoch 2"
    assert resumed[2:] == lines[3:]
    assert whole.read_bytes() == rest.read_bytes()
    assert half.read_bytes() != whole.read_bytes()


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--optimizer", "sgd", "--momentum", "0.9"], {"momentum_buffer"}),
        (["--optimizer", "adam", "--weight-decay", "0.1"], {"step", "exp_avg", "exp_avg_sq"}),
        (["--optimizer", "adamw", "--clip", "0.5"], {"step", "exp_avg", "exp_avg_sq"}),
        (["--optimizer", "sgd"], set()),
    ],
)
def test_an_optimizer_is_resumed_bit_for_bit(options: list[str], kept: set[str], tmp_path: Path) -> None:
    """Its state is in the file, from the first epoch on, and what goes on from there is the same run."""
    whole, half, rest = (tmp_path / f"{name}.safetensors" for name in ("whole", "half", "rest"))
    command = [*COMMAND, *options]
    assert main([*command, "--epochs", "3", "--save", str(whole)]) == 0
    assert main([*command, "--epochs", "1", "--save", str(half)]) == 0
    assert main([*command, "--epochs", "3", "--resume", str(half), "--save", str(rest)]) == 0
    assert whole.read_bytes() == rest.read_bytes()
    state = [name for name in load_file(half) if name.startswith("optimizer:")]
    assert {name.rpartition(".")[2] for name in state} == kept
    assert len(state) == 2 * len(kept)  # a weight and a bias


def test_a_run_that_was_stopped_before_its_first_epoch_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file from before the first epoch has no state, and starts as the optimiser does."""
    file, whole = tmp_path / "run.safetensors", tmp_path / "whole.safetensors"
    command = [*COMMAND, "--optimizer", "adam", "--epochs", "1"]
    assert main([*command, "--save", str(whole)]) == 0
    with monkeypatch.context() as patched:
        patched.setattr(
            Model, "step", lambda self, *args, **options: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        assert main([*command, "--save", str(file)]) == 130
    assert main([*command, "--resume", str(file), "--save", str(file)]) == 0
    assert file.read_bytes() == whole.read_bytes()


def test_params_are_read_from_a_file_with_a_state(tmp_path: Path) -> None:
    """What an optimiser keeps does not matter to who only wants the parameters."""
    file = tmp_path / "run.safetensors"
    assert main([*COMMAND, "--optimizer", "adam", "--epochs", "1", "--save", str(file)]) == 0
    model = training.build("softmax_regression", "manual_loops", 5, digits())
    model.load_params(file)
    assert all(np.array_equal(array, load_file(file)[name]) for name, array in model.params.items())


def test_a_number_is_kept_as_a_number(tmp_path: Path) -> None:
    """An array without dimensions, a count for one, comes back without any."""
    file = tmp_path / "params.safetensors"
    param_file.write(file, {"count": np.array(3), "columns": np.ones((2, 3)).T})
    back = param_file.read(file, {"count": np.array(0), "columns": np.ones((3, 2))})
    assert back["count"].shape == ()
    np.testing.assert_array_equal(back["columns"], np.ones((3, 2)))


def test_an_interrupted_run_keeps_its_last_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C in the middle of the third epoch leaves the second on disk, and exit status 130."""
    file, whole = tmp_path / "run.safetensors", tmp_path / "whole.safetensors"
    assert main([*COMMAND, "--epochs", "2", "--save", str(whole)]) == 0
    step, steps = Model.step, 0

    def interrupted(self: Model, *args: object, **options: object) -> float:
        nonlocal steps
        steps += 1
        if steps == 14:  # six batches an epoch
            raise KeyboardInterrupt
        return step(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Model, "step", interrupted)
    assert main([*COMMAND, "--epochs", "4", "--save", str(file)]) == 130
    assert file.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.safetensors", "whole.safetensors"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seed", "1"], "was trained with seed 0, not 1"),
        (["--lr", "0.25"], "was trained with lr 0.5, not 0.25"),
        (["--batch-size", "32"], "was trained with batch-size 256, not 32"),
        (["--optimizer", "sgd", "--lr", "0.5"], "was trained with optimizer None, not 'sgd'"),
        (["--epochs", "1"], "is after epoch 1, and --epochs is 1: nothing is left"),
        (
            ["--backend", "manual_loops", "--backend", "numpy_vectorized"],
            "take one --backend",
        ),
    ],
)
def test_a_run_is_resumed_as_it_was(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another seed, rate or batch size would be another run: exit status 2."""
    file = tmp_path / "run.safetensors"
    assert main([*COMMAND, "--epochs", "1", "--save", str(file)]) == 0
    capsys.readouterr()
    assert main([*COMMAND, "--resume", str(file), *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--optimizer", "sgd"], "was trained with momentum 0.9, not 0.0"),
        (
            ["--optimizer", "sgd", "--momentum", "0.9", "--weight-decay", "1"],
            "with weight-decay 0.0, not 1.0",
        ),
        (["--optimizer", "sgd", "--momentum", "0.9", "--clip", "1"], "was trained with clip None, not 1.0"),
        (["--optimizer", "adam", "--lr", "0.1"], "was trained with optimizer 'sgd', not 'adam'"),
        (["--lr", "0.1"], "was trained with optimizer 'sgd', not None"),
    ],
)
def test_an_optimizer_is_resumed_as_it_was(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other options would be another run: exit status 2."""
    file = tmp_path / "run.safetensors"
    command = [*COMMAND, "--optimizer", "sgd", "--momentum", "0.9", "--epochs", "1", "--save", str(file)]
    assert main(command) == 0
    capsys.readouterr()
    assert main([*COMMAND, "--resume", str(file), *options]) == 2
    assert message in capsys.readouterr().err


def test_a_state_that_is_missing_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file whose state was cut out is damaged, and says which names are missing."""
    file = tmp_path / "run.safetensors"
    command = [*COMMAND, "--optimizer", "adam"]
    assert main([*command, "--epochs", "1", "--save", str(file)]) == 0
    params = {name: array for name, array in load_file(file).items() if not name.startswith("optimizer:")}
    save_file(params, file, metadata=param_file.facts(file))
    capsys.readouterr()
    assert main([*command, "--resume", str(file)]) == 2
    assert re.search(r"optimizer:\S+bias\.exp_avg,", capsys.readouterr().err)


def test_what_cannot_be_resumed_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, rubbish, another program's file, another model's, a damaged one, and nowhere to write."""
    run, rubbish, foreign, damaged = (tmp_path / name for name in ("run", "rubbish", "foreign", "damaged"))
    assert main([*COMMAND, "--epochs", "1", "--save", str(run)]) == 0
    rubbish.write_bytes(b"rubbish")
    save_file({"x": np.zeros(1)}, foreign)
    save_file(load_file(run), damaged, metadata={"torchstone training 1": "{}"})
    capsys.readouterr()
    for command, message in (
        ([*COMMAND, "--resume", str(tmp_path / "none")], "no such file"),
        ([*COMMAND, "--resume", str(rubbish)], "not readable as safetensors"),
        ([*COMMAND, "--resume", str(foreign)], "is no run that `torchstone train --save` wrote"),
        ([*COMMAND, "--resume", str(damaged)], "is damaged"),
        (
            ["train", "mlp", "--batch-size", "256", "--resume", str(run)],
            "trained with model 'softmax_regression'",
        ),
        ([*COMMAND, "--save", str(tmp_path / "no" / "folder")], "not written"),
    ):
        assert main(command) == 2
        captured = capsys.readouterr()
        assert message in captured.err
        assert captured.err.count("\n") == 1
        assert "epoch 1/" not in captured.out


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_curves_of_all_backends_and_of_torch_are_one_picture(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line for each, with a value for each epoch; and they lie on each other."""
    drawn = {}
    draw = curves.draw

    def spy(file: Path, lines: dict[str, list[float]], *, title: str) -> None:
        drawn.update(lines)
        draw(file, lines, title=title)

    monkeypatch.setattr(curves, "draw", spy)
    file = tmp_path / f"curve.{kind}"
    backends = ["--backend", "numpy_vectorized", "--backend", "manual_loops"]
    assert main([*COMMAND, "--epochs", "2", *backends, "--curve", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"curves: {file}"
    assert file.read_bytes()[:4] == {"png": b"\x89PNG", "svg": b"<?xm"}[kind]
    assert list(drawn) == ["numpy_vectorized", "manual_loops", "PyTorch"]
    # Printed with four digits, as the command prints losses, they are one line.
    shown = {tuple(f"{loss:.4f}" for loss in losses) for losses in drawn.values()}
    assert len(shown) == 1
    ((first, second),) = shown
    assert float(second) < float(first)


def test_a_file_that_cannot_be_written_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line before the first epoch: a file for a folder, a name that is none or too long, what is no file."""
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    for name, message in (
        ("file/run", "not written: Not a directory"),
        ("n" * 255, "not written: File name too long"),
        ("n" * 300, "not written: File name too long"),
        (".", "not written: it is no file"),
        ("pipe", "not written: it is no file"),
        ("/", "not written: it is no file"),
    ):
        assert main([*COMMAND, "--save", str(tmp_path / name)]) == 2
        captured = capsys.readouterr()
        assert message in captured.err
        assert captured.err.count("\n") == 1
        assert "epoch 1/" not in captured.out
    assert (tmp_path / "pipe").is_fifo()
    assert main([*COMMAND, "--save", ""]) == 2
    assert "it is no file" in capsys.readouterr().err


def test_a_picture_shows_epochs_and_not_rounding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses that differ by their rounding are one point, also after the first epoch, and epochs are whole."""
    figures: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *args, **options: figures.append(self))
    for epochs in (1, 2, 25):
        losses = np.linspace(2.309, 2.308, epochs)
        lines = {"one": list(losses), "other": list(losses * (1 + 1e-6))}
        curves.draw(tmp_path / "curve.png", lines, title="")
        (axes,) = figures[-1].axes
        first, last = axes.get_xlim()
        ticks = [tick for tick in axes.get_xticks() if first <= tick <= last]
        assert ticks
        assert all(tick in range(1, epochs + 1) for tick in ticks)
        one, other = (axes.transData.transform(line.get_xydata()) for line in axes.lines)
        assert np.abs(one - other).max() < 1  # in dots


def test_curves_that_cannot_be_drawn_are_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another format, a folder that is not there or in the way, no matplotlib: before anything is trained."""
    (tmp_path / "folder.png").mkdir()
    for file, message in (
        (tmp_path / "curve.gif", "expected a name that ends in .png or .svg"),
        (tmp_path / "none" / "curve.png", "no such folder"),
        (tmp_path / "folder.png", "not written: Is a directory"),
        (tmp_path / f"{'n' * 300}.png", "not written: File name too long"),
    ):
        assert main([*COMMAND, "--curve", str(file)]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert message in captured.err
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    assert main([*COMMAND, "--curve", str(tmp_path / "curve.png")]) == 2
    assert not (tmp_path / "curve.png").exists()
    assert "pip install torchstone[plot]" in capsys.readouterr().err


def test_torchs_losses_come_from_the_same_batches() -> None:
    """Another seed is another order, and another curve."""
    data = digits()

    def losses(seed: int) -> list[float]:
        module = training.build("softmax_regression", "numpy_vectorized", 0, data).module
        return curves.torchs_losses(module, data, epochs=1, batch_size=32, lr=0.5, seed=seed)

    assert losses(0) == losses(0) != losses(1)

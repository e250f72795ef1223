"""Language models: the text they are trained on, the training, and what they write."""

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from conformance import sample, training
from conformance.__main__ import main
from conformance.case import Case
from conformance.comparison import Arithmetic, compare_within
from conformance.curves import torchs_losses
from conformance.errors import UsageError
from conformance.language_models import LANGUAGE_MODELS, language_config
from conformance.model import Model, batches
from conformance.specification import build_model
from conformance.text import HELD_BACK, LENGTH, Text, help_texts, text_file, text_of, tokens_of
from conformance.trajectory import Reference
from conformance.tree import Array

WORDS = "to be, or not to be: that is the question.\n" * 40
"""1,720 characters that are soon learned."""


@pytest.fixture
def words(tmp_path: Path) -> Path:
    file = tmp_path / "words.txt"
    file.write_text(WORDS, encoding="utf-8")
    return file


def training_arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    training.add_arguments(parser)
    return parser.parse_args(words)


def read(tokens: Array, text: Text) -> str:
    return "".join(text.vocabulary[token] for token in tokens)


def test_help_texts_are_sequences_of_characters() -> None:
    """They come with Python, the same each time; what comes next is the same text one character later."""
    text, again = help_texts(), help_texts()
    assert text.x.shape[1] == text.held_x.shape[1] == LENGTH
    assert (text.x.dtype, text.target.dtype) == (np.dtype("int64"), np.dtype("int64"))
    np.testing.assert_array_equal(text.x, again.x)
    np.testing.assert_array_equal(text.x.ravel()[1:], text.target.ravel()[:-1])
    assert list(text.vocabulary) == sorted(set(text.vocabulary))
    assert text.x.max() < len(text.vocabulary)
    assert 'The "assert" statement' in read(text.x[:5].ravel(), text)
    assert abs(len(text.x) / len(text.held_x) - (HELD_BACK - 1)) < 1
    assert text.name == "sequences of 64 characters of Python's help texts"


def test_the_end_of_a_text_is_held_back(words: Path) -> None:
    """No character of it is trained on, and none is there twice."""
    text = text_file(words)
    assert text.name == "sequences of 64 characters of words.txt"
    start = len(WORDS) - len(WORDS) // HELD_BACK
    assert read(text.x.ravel(), text) == WORDS[: text.x.size]
    assert text.x.size < start
    assert read(text.held_x.ravel(), text) == WORDS[start : start + text.held_x.size]


def test_the_entropy_is_that_of_the_characters() -> None:
    """Of two characters as frequent as each other log(2); of one in four less."""
    assert text_of("ab" * 1000, "").entropy == np.log(2)
    assert text_of("abbb" * 1000, "").entropy == -(np.log(0.25) / 4 + 0.75 * np.log(0.75))


def test_lines_end_in_one_character(tmp_path: Path) -> None:
    """As Python reads a text: whoever wrote the file, and with a mark of its encoding or without."""
    file = tmp_path / "words.txt"
    file.write_bytes(b"\xef\xbb\xbf" + WORDS.replace("\n", "\r\n").encode())
    text = text_file(file)
    assert set(text.vocabulary) == set(WORDS)
    assert read(text.x[0], text) == WORDS[:LENGTH]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "not read: No such file"),
        (b"caf\xe9 " * 300, "no text in UTF-8: byte 3 is 0xe9"),
        (b"a few words", "has 11 characters, expected 715 at least"),
        (b"a" * 2000, "is one character over and over"),
    ],
)
def test_a_file_that_is_no_text_is_one_line(
    content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing, in another encoding, too short, or of one character: exit status 2, with the file's name."""
    file = tmp_path / "words.txt"
    if content is not None:
        file.write_bytes(content)
    assert main(["train", "lstm_language_model", "--data", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith(f"torchstone: {file}")
    assert message in captured.err


def test_without_help_texts_a_file_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems split Python into parts."""
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(UsageError, match=r"are not installed: give a FILE\.txt"):
        help_texts()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["mlp", "--data", "text"], "mlp reads images, and --data text is text"),
        (["mlp", "--data", "{words}"], "mlp reads images, and --data {words} is text"),
        (
            ["gru_language_model", "--data", "digits"],
            "gru_language_model reads text, and --data digits is images",
        ),
        (["gru_language_model", "--data", "{folder}"], "reads text, and --data {folder} is images"),
    ],
)
def test_every_model_has_its_kind_of_data(
    options: list[str], message: str, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Images are for classifiers, text for language models: exit status 2."""
    places = {"words": words, "folder": words.parent}
    assert main(["train", *(option.format(**places) for option in options)]) == 2
    assert message.format(**places) in capsys.readouterr().err


def test_without_data_a_model_has_what_comes_with_python_or_scikit_learn() -> None:
    """Language models the help texts, classifiers the digits, in whatever folder the command runs."""
    names = {
        name: training._data(training_arguments(name)).name
        for name in ("lstm_language_model", "softmax_regression")
    }
    assert names == {"lstm_language_model": help_texts().name, "softmax_regression": "digits"}


@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_the_loss_falls_below_the_unigram_entropy(
    name: str, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is printed beside the loss: a model that only knows how frequent characters are is left behind."""
    rate = "0.1" if name == "transformer_decoder" else "1"
    command = ["train", name, "--data", str(words), "--epochs", "20", "--batch-size", "4", "--lr", rate]
    assert main(command) == 0
    first, *epochs = capsys.readouterr().out.splitlines()
    assert f"24 sequences of {LENGTH} characters of words.txt, 2 held back" in first
    line = r"epoch +\d+/20: loss (\S+) \(unigram entropy (\S+)\); held back: loss (\S+), accuracy (\S+)"
    found = [re.fullmatch(line, epoch) for epoch in epochs]
    numbers = [tuple(map(float, match.groups())) for match in found if match is not None]
    assert len(numbers) == len(epochs) == 20
    loss, entropy, held_back, accuracy = numbers[-1]
    assert loss < numbers[0][0]
    assert max(loss, held_back) < entropy
    assert 0 < accuracy < 1


@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_steps_on_a_text_are_torchs(name: str) -> None:
    """Losses and parameters of a few steps, within the derived allowances."""
    text = text_of(WORDS, "")
    given = batches(text.x[:12, :9], text.target[:12, :9], 4)
    sizes = (
        {"embedding_dim": 8, "num_heads": 2, "num_layers": 1}
        if name == "transformer_decoder"
        else {"embedding_dim": 6, "hidden_size": 10}
    )
    config = {**language_config(name, len(text.vocabulary)), **sizes}
    model = Model(build_model(name, config, 0).double(), "numpy_vectorized", loss="token_cross_entropy")
    case = Case(operation=name, dtype="float64", config=config)
    reference = Reference(case, dict(model.params), given, rate=0.5, loss="token_cross_entropy")
    losses = np.array([model.step(x, target, lr=0.5) for x, target in given])
    actual = {"losses": losses, **model.params}
    for i, (part, want) in enumerate({"losses": reference.losses, **reference.params}.items()):

        def spreads(careful: bool, i: int = i) -> Array | None:
            return reference.spreads(careful)[i]

        compared = compare_within(part, actual[part], want, spreads, Arithmetic("float64"))
        assert compared.complaint is None, compared.complaint


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved model that has read its text well enough to say it."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "words.txt").write_text(WORDS, encoding="utf-8")
    command = ["train", "gru_language_model", "--data", str(folder / "words.txt"), "--epochs", "60"]
    file = folder / "model.safetensors"
    assert main([*command, "--batch-size", "8", "--lr", "2", "--save", str(file)]) == 0
    return file


def test_torchs_curve_is_of_the_same_loss() -> None:
    """The losses that are drawn for PyTorch are those of the same batches of the same sequences."""
    text = text_of(WORDS, "")
    model = training.build("lstm_language_model", "numpy_vectorized", 0, text)
    given: Any = {"epochs": 2, "batch_size": 8, "lr": 1.0, "seed": 3}
    history = list(model.epochs(text.x, text.target, **given))
    module = build_model("lstm_language_model", language_config("", len(text.vocabulary)), 0)
    torchs = torchs_losses(module, text, **given, loss="token_cross_entropy")
    assert [round(loss, 3) for loss in history] == [round(loss, 3) for loss in torchs]


def written(file: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["sample", str(file), *options]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_a_trained_model_writes(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It goes on where the prompt ends, in the characters that it has read, on every backend."""
    bold = ["--temperature", "0", "--prompt", "to be, or ", "--length"]
    assert written(trained, capsys, *bold, "20") == "to be, or not to be: that is t\n"
    # Longer than what it has before its eyes at once.
    long = written(trained, capsys, *bold, str(LENGTH + 20))
    assert len(long) == len("to be, or ") + LENGTH + 20 + 1
    assert set(long) <= set(WORDS)
    assert written(trained, capsys, *bold, "3", "--backend", "manual_loops") == "to be, or not\n"


def test_the_seed_decides_what_is_drawn(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same seed is the same text; a high temperature gives nearly every character its chance."""
    hot = ["--temperature", "50", "--length", "80"]
    one, same, other = (written(trained, capsys, *hot, "--seed", seed) for seed in ("1", "1", "2"))
    assert one == same != other
    assert len(set(one)) > len(set(WORDS)) / 2
    assert one[0] == "\n"
    # So low a temperature is none, and overflows nothing, in the dtype of the model neither.
    for low in ("1e-300", "1e-310"):
        cold = written(trained, capsys, "--temperature", low, "--length", "30")
        assert cold == written(trained, capsys, "--temperature", "0", "--length", "30")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--length", "0"], "--length = 0"),
        (["--temperature", "-1"], "--temperature = -1.0"),
        (["--temperature", "nan"], "--temperature = nan"),
        (["--temperature", "inf"], "--temperature = inf"),
        (["--seed", "-1"], "--seed = -1"),
        (["--prompt", ""], "--prompt is empty"),
        (["--prompt", "TO BE"], "'T' is in no text that the model has read"),
        (["--backend", "numpy_vectorised"], "unknown backend 'numpy_vectorised'"),
    ],
)
def test_a_wrong_command_is_one_line(
    options: list[str], message: str, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and what was wrong."""
    assert main(["sample", str(trained), *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err


def test_what_writes_no_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file, rubbish, parameters alone, a classifier, and numbers that are none."""
    rubbish, alone, images, lost = (tmp_path / name for name in ("rubbish", "alone", "images", "lost"))
    rubbish.write_bytes(b"not safetensors")
    save_file({"weight": np.zeros(3)}, alone)
    assert main(["train", "softmax_regression", "--epochs", "1", "--save", str(images)]) == 0
    words = tmp_path / "words.txt"
    words.write_text(WORDS, encoding="utf-8")
    train = ["train", "rnn_language_model", "--data", str(words), "--epochs", "1"]
    assert main([*train, "--save", str(lost)]) == 0
    from conformance.param_file import facts, write

    write(lost, {name: array * np.nan for name, array in load_file(lost).items()}, facts(lost))
    capsys.readouterr()
    for file, message in (
        (tmp_path / "nowhere", "no such file"),
        (rubbish, "not readable as safetensors"),
        (alone, "is no run that `torchstone train --save` wrote"),
        (images, "holds a softmax_regression, which writes no text"),
        (lost, "the model's logits are no numbers"),
    ):
        assert main(["sample", str(file)]) == 2
        assert message in capsys.readouterr().err


def test_a_run_on_another_text_is_not_resumed(
    trained: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same number of sequences, and other characters in them."""
    words.write_text(WORDS.replace("q", "Q"), encoding="utf-8")
    command = ["train", "gru_language_model", "--data", str(words), "--epochs", "61", "--batch-size", "8"]
    assert main([*command, "--lr", "2", "--resume", str(trained)]) == 2
    assert "was trained on other characters" in capsys.readouterr().err


def test_a_number_falls_into_the_part_of_a_class() -> None:
    """Parts are as long as the probabilities, also where they do not quite add up to 1; none is ever empty."""
    probabilities = np.array([0.0, 0.25, 0.0, 0.5, 0.2499999, 0.0], dtype=np.float32)
    chosen = [sample.drawn(probabilities, number) for number in (0.0, 0.2, 0.3, 0.7, 0.8, 1 - 2**-53)]
    assert chosen == [1, 1, 3, 3, 4, 4]


def test_characters_have_places() -> None:
    """In the order of the vocabulary."""
    np.testing.assert_array_equal(tokens_of("cab", "abc"), [2, 0, 1])
    assert tokens_of("", "abc").dtype == np.int64
    assert training.loss_of("lstm_language_model") == "token_cross_entropy"

"""Images in IDX files: read as they were written, and refused in one line where they are damaged."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from conformance.__main__ import main
from conformance.data import image_files
from conformance.errors import UsageError
from conformance.idx import read_idx
from conformance.tree import Array

RANDOM = np.random.default_rng(0)
PIXELS = RANDOM.integers(0, 256, (60, 5, 4), dtype=np.uint8)
LABELS = (np.arange(60) % 10).astype(np.uint8)


def idx(array: Array) -> bytes:
    """The file of an array, by the format's own description."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def published(folder: Path, *, packed: bool = False, sign: str = "-") -> Path:
    """The four files of a small data set: 50 images to train on, 10 held back."""
    for part, rows in (("train", slice(50)), ("t10k", slice(50, None))):
        for kind, array in ((f"images{sign}idx3", PIXELS), (f"labels{sign}idx1", LABELS)):
            content, name = idx(array[rows]), f"{part}-{kind}-ubyte"
            if packed:
                (folder / f"{name}.gz").write_bytes(gzip.compress(content))
            else:
                (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(("packed", "sign"), [(False, "-"), (True, "-"), (False, "."), (True, ".")])
def test_images_and_labels_are_read(packed: bool, sign: str, tmp_path: Path) -> None:
    """Plain or compressed, in the published names; the test images are those held back."""
    data = image_files(published(tmp_path, packed=packed, sign=sign))
    assert (data.x.dtype, data.target.dtype) == (np.dtype("float32"), np.dtype("int64"))
    assert (data.x.shape, data.held_x.shape) == ((50, 1, 5, 4), (10, 1, 5, 4))
    np.testing.assert_array_equal(np.rint(data.x[:, 0] * 255), PIXELS[:50])
    np.testing.assert_array_equal(np.rint(data.held_x[:, 0] * 255), PIXELS[50:])
    np.testing.assert_array_equal(data.target, LABELS[:50])
    np.testing.assert_array_equal(data.held_target, LABELS[50:])
    assert 0 <= data.x.min() < data.x.max() <= 1


DAMAGES: tuple[tuple[str, Callable[[bytes], bytes], str], ...] = (
    ("empty", lambda content: b"", "begins with the bytes ''"),
    ("a picture", lambda content: b"\x89PNG" + content, "begins with the bytes '89 50 4e 47'"),
    ("floats", lambda content: content[:2] + b"\x0d" + content[3:], "begins with the bytes '00 00 0d 03'"),
    ("labels", lambda content: content[:3] + b"\x01" + content[4:], "begins with the bytes '00 00 08 01'"),
    ("half a header", lambda content: content[:9], "ends within its header"),
    ("cut", lambda content: content[:-1], r"says \(50, 5, 4\), 1000 bytes, and it has 999"),
    ("longer", lambda content: content + b"\x00", "and it has more"),
    ("huge", lambda content: content[:4] + b"\xff" * 12 + content[16:], "more than 2147483648 elements"),
)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("damage", "message"), [entry[1:] for entry in DAMAGES], ids=[entry[0] for entry in DAMAGES]
)
def test_a_damaged_file_is_one_line(
    damage: Callable[[bytes], bytes], message: str, packed: bool, tmp_path: Path
) -> None:
    """Which file, what it has and what was expected."""
    content = damage(idx(PIXELS[:50]))
    file = tmp_path / ("images.gz" if packed else "images")
    file.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(UsageError, match=message) as raised:
        read_idx(file, 3)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("content", [b"not packed", gzip.compress(idx(PIXELS))[:-20]], ids=["plain", "cut"])
def test_a_damaged_archive_is_one_line(content: bytes, tmp_path: Path) -> None:
    """What is no gzip file, and what was cut."""
    file = tmp_path / "images.gz"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="is damaged or no gzip file"):
        read_idx(file, 3)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The folder and the name that was looked for."""
    published(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(UsageError, match=r"has no t10k-labels-idx1-ubyte, with or without \.gz"):
        image_files(tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        image_files(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("train-labels-idx1-ubyte", LABELS[:49], "50 train images of .* and 49 labels"),
        ("train-labels-idx1-ubyte", LABELS[:50] + np.uint8(1), "a train label is 10, expected 0 to 9"),
        ("t10k-images-idx3-ubyte", PIXELS[50:, 1:], r"of \(5, 4\) cells to train on, of \(4, 4\) to test"),
        ("t10k-images-idx3-ubyte", PIXELS[50:, :0], "one at least"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(
    name: str, array: Array, message: str, tmp_path: Path
) -> None:
    """Counts, sizes and labels are checked before anything is trained."""
    (published(tmp_path) / name).write_bytes(idx(array))
    with pytest.raises(UsageError, match=message):
        image_files(tmp_path)


@pytest.mark.parametrize("model", ["softmax_regression", "mlp", "simple_conv_net"])
def test_the_command_trains_on_images(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Images need not be square; the sizes of the model follow."""
    assert main(["train", model, "--data", str(published(tmp_path)), "--epochs", "2", "--lr", "0.1"]) == 0
    first, *epochs = capsys.readouterr().out.splitlines()
    assert "50 images, 10 held back" in first
    assert len(epochs) == 2


@pytest.mark.parametrize(
    ("model", "rows", "columns", "message"),
    [
        ("simple_conv_net", 30, 3, "images of 30 x 3 cells are too small for simple_conv_net"),
        ("lenet", 30, 3, "images of 30 x 3 cells are too small for lenet"),
        # A network with a layer that looks at nothing, of which torch only warns.
        ("simple_conv_net", 3, 7, "images of 3 x 7 cells are too small for simple_conv_net"),
        ("lenet", 1, 1, "the module refuses an input of shape (32, 1, 1, 1)"),
    ],
)
def test_images_that_are_too_small_are_a_usage_error(
    model: str, rows: int, columns: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and one line."""
    published(tmp_path)
    for file, count in (("train-images-idx3-ubyte", 50), ("t10k-images-idx3-ubyte", 10)):
        (tmp_path / file).write_bytes(idx(np.ones((count, rows, columns), dtype=np.uint8)))
    assert main(["train", model, "--data", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1


def test_a_folder_without_images_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and one line."""
    assert main(["train", "mlp", "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1

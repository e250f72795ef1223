"""torchstone judge-model: a user's module on a backend, every operation blamed for its own faults only."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from conformance.__main__ import main
from conformance.errors import UsageError
from conformance.node_by_node import steps
from conformance.recorder import record
from conformance.user_module import built, drawn_inputs, parsed_setting, parsed_shape

BUNDLED = Path(__file__).resolve().parents[2] / "implementations" / "numpy_vectorized"

NETS = '''
import torch
import torch.nn.functional as F
from torch import nn

from sizes import WIDTH


class Twin(nn.Module):
    """Two inputs, one branch for both, a skip, two outputs."""

    def __init__(self, width=WIDTH, classes=4):
        super().__init__()
        self.branch = nn.Sequential(nn.Linear(width, width), nn.Tanh())
        self.head = nn.Linear(width, classes)

    def forward(self, a, b):
        left, right = self.branch(a), self.branch(b)
        both = (left + right).relu()
        return F.log_softmax(self.head(both), -1), left.transpose(0, 1)


class Sequence(nn.Module):
    def __init__(self, hidden=3):
        super().__init__()
        self.rnn = nn.RNN(3, hidden, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * hidden, 2)

    def forward(self, x):
        output, last = self.rnn(x)
        return self.head(output[:, -1]), last[-2:]


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding="same", padding_mode="circular")
        self.depthwise = nn.Conv2d(4, 4, 3, groups=4, stride=2)
        self.head = nn.Linear(4 * 3 * 3, 3)

    def forward(self, x):
        x = self.depthwise(F.relu(self.conv(x), inplace=True))
        x = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        return self.head(x.flatten(1))


class Words(nn.Module):
    """Token numbers, a packed gate, and the loss of the next token."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(11, 4, padding_idx=0)
        self.lstm = nn.LSTM(4, 5, num_layers=2, dropout=0.0, batch_first=True, proj_size=3)
        self.gru = nn.GRU(3, 6, batch_first=True, bidirectional=True)
        self.head = nn.Linear(12, 11)

    def forward(self, tokens):
        x, _ = self.lstm(self.table(tokens[:, :-1]))
        logits = self.head(self.gru(x)[0])
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten()), logits.softmax(2)


class Normalised(nn.Module):
    """One batch norm for two branches."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3, bias=False)
        self.norm = nn.BatchNorm2d(3, momentum=None)

    def forward(self, x):
        return self.norm(self.conv(x)).mean((2, 3)) + self.norm(self.conv(1 - x)).mean((2, 3))


class Zeros(nn.Module):
    """What the first relu cuts off, and only that, lies on the kink of the second."""

    def forward(self, x):
        return x.relu().relu().tanh()


class Outside(nn.Module):
    def forward(self, x):
        y = torch.cumsum(x, 0)
        return torch.sort(y).values.relu()


class Data(nn.Module):
    def forward(self, x):
        return x.relu() if x[0, 0] > 0 else x.tanh()


def make(classes=3):
    return Twin(classes=classes)


ready = Twin()
number = 3


def broken():
    raise RuntimeError("on purpose")
'''


@pytest.fixture
def nets(tmp_path: Path) -> Path:
    """A user's file, and a second one beside it that it imports."""
    (tmp_path / "sizes.py").write_text("WIDTH = 6\n", encoding="utf-8")
    file = tmp_path / "nets.py"
    file.write_text(NETS, encoding="utf-8")
    return file


def backend(folder: Path, operation: str = "", old: str = "", new: str = "") -> Path:
    """The vectorised backend with one line of one operation changed."""
    mine = folder / "mine"
    mine.mkdir()
    for file in BUNDLED.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        if file.stem == operation:
            assert old in text
            text = text.replace(old, new)
        (mine / file.name).write_text(text, encoding="utf-8")
    return mine


MODELS = (
    ("Twin", ("3,6", "3,6"), 8),
    ("make", ("3,6", "3,6"), 8),
    ("ready", ("3,6", "3,6"), 8),
    ("Sequence", ("2,4,3",), 2),
    ("Images", ("2,2,8,8",), 6),
    ("Words", ("2,6:11",), 7),
    ("Normalised", ("3,2,6,5",), 8),
)


@pytest.mark.parametrize(("name", "shapes", "count"), MODELS, ids=[entry[0] for entry in MODELS])
@pytest.mark.parametrize("bundled", ["numpy_vectorized", "manual_loops"])
def test_a_right_backend_conforms(
    name: str,
    shapes: tuple[str, ...],
    count: int,
    bundled: str,
    nets: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A class, a function, a module; several inputs and outputs, a reused branch, views, a sum."""
    options = [word for shape in shapes for word in ("--input-shape", shape)]
    assert main(["judge-model", f"{nets}:{name}", "--backend", bundled, *options]) == 0
    first, *lines, last = capsys.readouterr().out.splitlines()
    assert f"{name} on {bundled}: {count} operations, float32, training mode, inputs (" in first
    assert len(lines) == count
    assert all("✓ output  ✓ gradient" in line and "nets.py:" in line for line in lines)
    assert last == f"all {count} conform: outputs, and gradients where one arrives"


def test_a_line_is_of_a_file_from_here(
    nets: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Below the working directory a file has the name that it was given by."""
    monkeypatch.chdir(nets.parent)
    command = ["judge-model", "nets.py:Sequence", "--backend", "numpy_vectorized", "--input-shape", "2,4,3"]
    assert main(command) == 0
    _, *lines, _ = capsys.readouterr().out.splitlines()
    assert all("  nets.py:" in line for line in lines)


FAULTS = (
    # The operation, the change, the model, its inputs, the marks of the wrong lines, what is said.
    ("tanh", "1 - y * y", "1 - y", "Twin", ("3,6", "3,6"), {2: "✓ ✗", 4: "✓ ✗"}, "tanh.square_forgotten"),
    (
        "avg_pool2d",
        "_divisor(x, pool, count_include_pad, divisor_override)",
        "_divisor(x, pool, True, divisor_override)",
        "Images",
        ("2,2,8,8",),
        {4: "✗ ✗"},
        "avg_pool2d.padding_always_counted",
    ),
)


@pytest.mark.parametrize(
    ("operation", "old", "new", "name", "shapes", "marks", "told"), FAULTS, ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_blamed_once_where_it_arises(
    operation: str,
    old: str,
    new: str,
    name: str,
    shapes: tuple[str, ...],
    marks: dict[int, str],
    told: str,
    nets: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What follows a wrong operation gets right inputs; the first one is named and diagnosed."""
    mine = backend(nets.parent, operation, old, new)
    options = [word for shape in shapes for word in ("--input-shape", shape)]
    report = nets.parent / "report"
    assert (
        main(["judge-model", f"{nets}:{name}", "--backend", str(mine), *options, "--report", str(report)])
        == 1
    )
    text = capsys.readouterr().out
    shown = {
        int(line.split()[0]): f"{line.split()[2]} {line.split()[4]}"
        for line in text.splitlines()
        if " output  " in line
    }
    assert {number: mark for number, mark in shown.items() if "✗" in mark} == marks
    assert f"first deviation: {min(marks)} {operation}, " in text
    assert f"matches `{told}`" in text
    assert "smallest case (float32" in text
    later = [f"{number} {operation}" for number in sorted(marks)[1:]]
    assert (f"also deviating: {', '.join(later)}" in text) == bool(later)
    (stored,) = (report / "cases").iterdir()
    assert f"torchstone replay {stored} --backend {mine}" in text
    assert main(["replay", str(stored), "--backend", str(mine)]) == 1
    assert main(["replay", str(stored), "--backend", "numpy_vectorized"]) == 0


def test_a_mode_is_asked_for(nets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In evaluation a batch norm uses its running statistics; every node is judged all the same."""
    command = [
        "judge-model",
        f"{nets}:Normalised",
        "--backend",
        "numpy_vectorized",
        "--input-shape",
        "3,2,6,5",
    ]
    assert main([*command, "--eval"]) == 0
    first, *lines, last = capsys.readouterr().out.splitlines()
    assert "evaluation mode" in first
    assert sum("batch_norm" in line for line in lines) == 2
    assert last == "all 8 conform: outputs, and gradients where one arrives"


def test_a_fault_that_only_the_model_meets_is_shown_by_its_own_case(
    nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A kernel that is wrong at one width alone: no usual case has it."""
    mine = backend(nets.parent, "relu", "@ieee\ndef forward", "def forward")
    text = (mine / "relu.py").read_text(encoding="utf-8")
    (mine / "relu.py").write_text(
        text + "\n\nright, right_vjp = forward, vjp\n\n\n"
        "def forward(params, x):\n    return right(params, x) + (x.shape == (3, 31))\n\n\n"
        "def vjp(params, x):\n    y, pull = right_vjp(params, x)\n    return y + (x.shape == (3, 31)), pull\n",
        encoding="utf-8",
    )
    shapes = ["--input-shape", "3,31", "--input-shape", "3,31", "--set", "width=31"]
    assert main(["judge-model", f"{nets}:Twin", "--backend", str(mine), *shapes]) == 1
    text = capsys.readouterr().out
    assert "first deviation: 6 relu" in text
    assert "no usual case of the operation shows it; this is the model's own:" in text


def replaced(folder: Path, operation: str, source: str) -> Path:
    """The vectorised backend with another kernel for one operation, which has the right one as `right`."""
    mine = backend(folder)
    (mine / f"{operation}.py").rename(mine / "_right.py")
    (mine / f"{operation}.py").write_text(f"from . import _right as right\n{source}", encoding="utf-8")
    return mine


HANGS = """
import time

def forward(params, x):
    if x.size:
        time.sleep(600)
    return right.forward(params, x)
"""
ABORTS = """
import os

forward = right.forward

def vjp(params, x):
    y, _ = right.vjp(params, x)
    return y, lambda cotangent: os.abort()
"""
ABORTS_AT_ONCE = "import os\nos.abort()\n"
IN_ONE_MODEL = """
import os

def forward(params, x):
    if x.shape == (3, 31):
        os.abort()
    return right.forward(params, x)
"""

BROKEN = (
    # The kernel of tanh, further options, the marks of its two nodes, what is said of the first one.
    (
        "hangs",
        HANGS,
        ("--timeout", "6"),
        "✗ output (timed out)  - gradient",
        "not finished after 6 s in tanh.py",
    ),
    ("aborts", ABORTS, (), "✓ output  ✗ gradient (crashed)", "killed by SIGABRT in tanh.py, line "),
    (
        "aborts at once",
        ABORTS_AT_ONCE,
        (),
        "✗ output (crashed)  - gradient",
        "killed by SIGABRT in tanh.py, line 3",
    ),
    (
        "aborts in this model alone",
        IN_ONE_MODEL,
        (),
        "✗ output (crashed)  - gradient",
        "killed by SIGABRT in tanh.py",
    ),
)


@pytest.mark.parametrize(
    ("source", "options", "marks", "told"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_a_kernel_that_hangs_or_dies_costs_the_verdict_on_its_nodes(
    source: str,
    options: tuple[str, ...],
    marks: str,
    told: str,
    nets: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All other nodes are judged; what it did, and where, is told, with the smallest case that it did it in."""
    mine = replaced(nets.parent, "tanh", source)
    shapes = ["--input-shape", "3,31", "--input-shape", "3,31", "--set", "width=31"]
    assert main(["judge-model", f"{nets}:Twin", "--backend", str(mine), *shapes, *options]) == 1
    text = capsys.readouterr().out
    _, *nodes = text.partition("\n\nfirst deviation")[0].splitlines()
    assert len(nodes) == 8
    assert [line for line in nodes if marks in line and " tanh " in line] == [nodes[1], nodes[3]]
    assert all("✓ output  ✓ gradient" in line for line in nodes if " tanh " not in line)
    assert "first deviation: 2 tanh" in text
    assert told in text
    assert "smallest case (float32" in text
    assert "also deviating: 4 tanh" in text


KINKED = """
forward = right.forward

def vjp(params, x):
    return right.forward(params, x), lambda g: ({}, (g * (x >= 0),))
"""


def test_a_declared_convention_is_honoured(nets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A relu whose derivative at zero is one, where zeros reach it: wrong, unless backend.toml says so."""
    mine = replaced(nets.parent, "relu", KINKED)
    command = ["judge-model", f"{nets}:Zeros", "--backend", str(mine), "--input-shape", "4,5"]
    assert main(command) == 1
    assert "first deviation: 2 relu" in capsys.readouterr().out
    (mine / "backend.toml").write_text('[backend]\nname = "mine"\nkinks = {"relu.zero" = "one"}\n')
    assert main(command) == 0
    text = capsys.readouterr().out
    assert text.count("relu.zero = one, as declared: ") == 1
    (mine / "backend.toml").write_text('[backend]\nname = "mine"\nkinks = {"relu.zero" = "half"}\n')
    assert main(command) == 0, "which convention it has at zero is what the law `kinks` judges"


def test_all_that_is_outside_is_listed_before_anything_runs(
    nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each call with its line; what depends on data is refused with its line."""
    assert main(["judge-model", f"{nets}:Outside", "--backend", "manual_loops", "--input-shape", "2,2"]) == 2
    captured = capsys.readouterr()
    first, second = captured.out.splitlines()
    assert first.startswith("torch.cumsum is outside the specification, ")
    assert second.startswith("torch.sort is outside the specification, ")
    assert first.endswith("y = torch.cumsum(x, 0)")
    assert "has 2 calls that cannot be judged" in captured.err
    assert main(["judge-model", f"{nets}:Data", "--backend", "manual_loops", "--input-shape", "2,2"]) == 2
    captured = capsys.readouterr()
    assert "one run cannot record what depends on data" in captured.out + captured.err
    assert "x.relu() if x[0, 0] > 0" in captured.out + captured.err


def test_what_a_backend_lacks_is_listed_before_anything_runs(
    nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each missing operation with the line that needs it."""
    mine = backend(nets.parent)
    (mine / "tanh.py").unlink()
    (mine / "log_softmax.py").write_text("import nowhere\n", encoding="utf-8")
    shapes = ["--input-shape", "3,6", "--input-shape", "3,6"]
    assert main(["judge-model", f"{nets}:Twin", "--backend", str(mine), *shapes]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "has no kernel for: tanh, " in captured.err
    assert "No module named 'nowhere'" in captured.err


@pytest.mark.parametrize(
    ("address", "options", "message"),
    [
        ("nets.py", (), "expected FILE.py:NAME"),
        ("none.py:Twin", (), "no such file"),
        ("nets.py:Twins", (), "has no 'Twins'; did you mean 'Twin'?"),
        ("nets.py:number", (), "is a int, expected an nn.Module, its class or a function"),
        ("nets.py:broken", (), "raised RuntimeError: on purpose"),
        ("nets.py:ready", ("--set", "classes=3"), "--set has nothing to set"),
        ("nets.py:Twin", ("--set", "clases=3"), "unexpected keyword argument 'clases'"),
        ("nets.py:Twin", ("--set", "classes"), "expected KEY=VALUE"),
        (
            "nets.py:Twin",
            (),
            "--input-shape is needed, once for each input (for Linear 'branch.0' perhaps 2,6)",
        ),
        ("nets.py:Words", (), "(for Embedding 'table' perhaps 2,7:11)"),
        ("nets.py:Images", ("--input-shape", "2,3,8,8"), "raised RuntimeError for (2, 3, 8, 8)"),
        ("nets.py:Images", ("--input-shape", "2,x"), "expected sizes such as 2,3,32,32"),
        ("nets.py:Images", ("--input-shape", "2:0"), "expected sizes such as 2,3,32,32"),
        ("nets.py:Images", ("--input-shape", "2,2,8,9999999999999"), "does not fit into memory"),
        ("nets.py:Images", ("--input-shape", "2,2,8,99999999999999999999"), "does not fit into memory"),
        ("nets.py:Images", ("--input-shape", "2,2,8,8", "--dtype", "float16"), "unknown dtype 'float16'"),
        ("nets.py:Images", ("--input-shape", "2,2,8,8", "--seed", "-1"), "--seed = -1"),
    ],
)
def test_a_wrong_command_is_one_line(
    address: str, options: tuple[str, ...], message: str, nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and what was wrong."""
    assert main(["judge-model", f"{nets.parent / address}", "--backend", "manual_loops", *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err


STRANGE = (
    (
        "nn.Linear(3, 2).bfloat16()",
        "weight is torch.bfloat16, expected float32 or float64 (see Module.float)",
    ),
    ("nn.Linear(3, 2).half()", "weight is torch.float16, expected float32 or float64 (see Module.float)"),
    ("nn.Linear(3, 2, dtype=torch.complex64)", "weight is torch.complex64, expected real numbers"),
    ("nn.Linear(3, 2, device='meta')", "weight is on meta, expected cpu (see Module.to)"),
    ("nn.LazyLinear(3)", "weight is not initialised yet"),
    (
        "nn.Module(); net.b = nn.Buffer(torch.eye(2).to_sparse())",
        "b is torch.sparse_coo, expected a dense tensor",
    ),
)


@pytest.mark.parametrize(("made", "message"), STRANGE, ids=[entry[0] for entry in STRANGE])
def test_a_parameter_that_no_backend_takes_is_one_line(
    made: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other dtypes, other layouts, other devices, and nothing yet."""
    file = tmp_path / "nets.py"
    file.write_text(f"import torch\nfrom torch import nn\n\nnet = {made}\n", encoding="utf-8")
    assert main(["judge-model", f"{file}:net", "--backend", "manual_loops", "--input-shape", "2,3"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err


def test_a_file_that_raises_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The user's own error, in the user's own file."""
    file = tmp_path / "nets.py"
    file.write_text("import nowhere\n", encoding="utf-8")
    assert main(["judge-model", f"{file}:Net", "--backend", "manual_loops"]) == 2
    assert "raised ModuleNotFoundError: No module named 'nowhere'" in capsys.readouterr().err


def test_shapes_and_settings_are_read_as_they_are_written() -> None:
    """Numbers, pairs, booleans and text; integers below a bound."""
    assert parsed_shape("2,3") == ((2, 3), None)
    assert parsed_shape("2,7:100") == ((2, 7), 100)
    assert parsed_shape("") == ((), None)
    assert parsed_setting("width=3") == ("width", 3)
    assert parsed_setting("size=(2, 3)") == ("size", (2, 3))
    assert parsed_setting("mode=same") == ("mode", "same")
    with pytest.raises(UsageError, match="expected KEY=VALUE"):
        parsed_setting("3=x")


def test_inputs_and_weights_follow_the_seed(nets: Path) -> None:
    """The same seed is the same question; evaluation mode is asked for."""
    one, same, other = (built(f"{nets}:Twin", {}, seed, evaluation=seed == 0) for seed in (0, 0, 1))
    assert (one.training, other.training) == (False, True)
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, same.state_dict()[name])
        assert not torch.equal(tensor, other.state_dict()[name])
    x, tokens = drawn_inputs(one, [((2, 3), None), ((50,), 4)], 0)
    assert (x.dtype, tokens.dtype) == (torch.float32, torch.int64)
    assert set(tokens.tolist()) == {0, 1, 2, 3}


def test_the_arguments_and_cotangents_of_a_node_are_torchs() -> None:
    """A chain by hand: what reaches each node forward, and what comes back; all of it exact in float32."""
    module = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    weight, bias = np.array([[1.0, -2, 3], [0.5, 4, -1]]), np.array([0.25, -0.5])
    with torch.no_grad():
        module[0].weight.copy_(torch.from_numpy(weight))  # type: ignore[operator]
        module[0].bias.copy_(torch.from_numpy(bias))  # type: ignore[operator]
    x = np.arange(6.0).reshape(2, 3) / 8
    graph = record(module, [torch.from_numpy(x).float()])
    params = {name: tensor.detach().numpy() for name, tensor in module.named_parameters()}
    first, second = steps(graph, params, [x], dtype="float64", seed=0)
    a, g = x @ weight.T + bias, np.random.default_rng(0).standard_normal((2, 2))
    for got, want in (
        (first.case.inputs[0], x),
        (second.case.inputs[0], a),
        (second.case.cotangent, g),
        (first.case.cotangent, g * (a > 0)),
    ):
        assert isinstance(got, np.ndarray)
        np.testing.assert_array_equal(got, want)
    assert first.pulled
    assert second.pulled

"""What the options of every operation are, how many values of them its cases take, and how many pairs of values.

`python -m conformance.meta_tests.generator` prints the table of docs/inputs.md.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

from conformance.case import Case
from conformance.drawing import LENGTH, REGIMES, Draw
from conformance.operation import Operation
from conformance.operations import OPERATIONS
from conformance.operations._windows import pair, span

Value: TypeAlias = tuple[str, str]
"""An option's name and a class of its values."""


@dataclass(frozen=True)
class Option:
    """Something that varies from case to case: `of` says which class of its values a case has.

    `rare` are the classes that are met in fewer than one case of fifteen, on purpose.
    """

    name: str
    classes: tuple[str, ...]
    of: Callable[[Case], str]
    rare: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[Value, ...]:
        """All its values, the rare ones last."""
        return tuple((self.name, value) for value in (*self.classes, *self.rare))


class Chance:
    """Choices from a generator of random numbers."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def integer(self, high: int) -> int:
        """Any of 0..high."""
        return self._random.randint(0, high)

    def content(self) -> bytes:
        """Any bytes."""
        return self._random.randbytes(LENGTH)


def drawn(operation: Operation, dtype: str, count: int) -> Iterator[Case]:
    """Cases without what the reference says to them."""
    for seed in range(count):
        yield operation.cases(Draw(Chance(seed), operation.name, dtype))


def among(name: str, *classes: Any) -> Option:
    """An option of the config whose values are the classes."""
    return Option(name, tuple(map(str, classes)), lambda case: str(case.config[name]))


def switches(*names: str) -> tuple[Option, ...]:
    """Options of the config that are on or off."""
    return tuple(among(name, False, True) for name in names)


def size(name: str, of: Callable[[Case], int], *, empty: bool = True, large: int = 100) -> Option:
    """A size, which may be 0 where `empty`, and counts as large from `large` on."""

    def label(case: Case) -> str:
        value = of(case)
        return str(value) if value < 2 else "several" if value < large else "large"

    return Option(name, ("1", "several"), label, ("0", "large") if empty else ("large",))


def form(name: str, *, optional: bool = False) -> Option:
    """How an int-or-pair option is written."""

    def label(case: Case) -> str:
        value = case.config[name]
        return "None" if value is None else "pair" if isinstance(value, tuple) else "int"

    return Option(f"form of {name}", ("int", "pair", *(("None",) if optional else ())), label)


def x(case: Case) -> Any:
    """The first input."""
    return case.inputs[0]


def dimensions(most: int = 5) -> Option:
    """How many dimensions the first input has."""
    return Option(
        "dimensions", tuple(map(str, range(1, most + 1))), lambda case: str(x(case).ndim), rare=("0",)
    )


def extent(case: Case) -> int:
    """The longest dimension of the first input, where there are elements."""
    return max(x(case).shape, default=1) if x(case).size else 0


def batch(case: Case, unbatched: int, axis: int = 0) -> str:
    """The class of a batch size; `unbatched` dimensions have no batch."""
    if x(case).ndim == unbatched:
        return "none"
    count = x(case).shape[axis]
    return str(count) if count < 2 else "several" if count < 100 else "large"


def rows(case: Case) -> tuple[int, int, int, int, int]:
    """(size, kernel, stride, dilation, padding) along rows; the padding of a string is what it comes to."""
    config = case.config
    kernel = pair(config["kernel_size"])[0]
    dilation, padding = pair(config.get("dilation", 1))[0], config["padding"]
    if isinstance(padding, str):
        padding = (span(kernel, dilation) - 1) // 2 if padding == "same" else 0
    return x(case).shape[-2], kernel, pair(config["stride"] or kernel)[0], dilation, pair(padding)[0]


def stride_of(case: Case) -> str:
    """A stride against what its window reaches over."""
    _, kernel, stride, dilation, _ = rows(case)
    reach = span(kernel, dilation)
    return (
        "1"
        if stride == 1
        else "overlapping"
        if stride < reach
        else "touching"
        if stride == reach
        else "apart"
    )


def padding_of(case: Case) -> str:
    """The padding of the rows, or the string."""
    padding = case.config["padding"]
    return padding if isinstance(padding, str) else "some" if pair(padding)[0] else "0"


def kernel_of(case: Case) -> str:
    """The parity of the kernel's rows."""
    _, kernel, *_ = rows(case)
    return "1" if kernel == 1 else "odd" if kernel % 2 else "even"


def fit_of(case: Case) -> str:
    """Whether the plane has fewer rows than a window reaches over."""
    count, kernel, _, dilation, _ = rows(case)
    return "wider than the plane" if span(kernel, dilation) > count else "fits"


def end_of(case: Case) -> str:
    """What the last window of the rows does, rounded up."""
    count, kernel, stride, dilation, padding = rows(case)
    over = (count + 2 * padding - span(kernel, dilation)) % stride
    starts = -(-(count + 2 * padding - span(kernel, dilation)) // stride) * stride
    if not over:
        return "ends with the plane"
    return "would start in the padding" if starts >= count + padding else "hangs over"


def windows(*, dilated: bool = True, strings: bool = False) -> tuple[Option, ...]:
    """What convolution and pooling have in common."""
    return (
        form("kernel_size"),
        Option("kernel_size", ("1", "odd", "even"), kernel_of),
        Option("window", ("fits", "wider than the plane"), fit_of),
        form("stride", optional=not strings),
        Option("stride", ("1", "overlapping", "touching", "apart"), stride_of),
        Option("padding", ("0", "some", *(("same", "valid") if strings else ())), padding_of),
        *(
            (
                form("dilation"),
                Option("dilation", ("1", "2", "3"), lambda case: str(pair(case.config["dilation"])[0])),
            )
            if dilated
            else ()
        ),
        Option("batch", ("none", "1", "several"), lambda case: batch(case, 3), rare=("0", "large")),
    )


def groups_of(case: Case) -> str:
    """How the channels are grouped."""
    groups = case.config["groups"]
    if groups == 1:
        return "1"
    return "depthwise" if groups == case.config["in_channels"] else "several"


def divisor_of(case: Case) -> str:
    """The sign of a divisor."""
    divisor = case.config["divisor_override"]
    return "None" if divisor is None else "positive" if divisor > 0 else "negative"


def smoothing_of(case: Case) -> str:
    """How much labels are smoothed."""
    smoothing = case.config["label_smoothing"]
    return {0.0: "0", 1.0: "1"}.get(smoothing, "between")


def ignore_of(case: Case) -> str:
    """Where ignore_index lies."""
    index, shape = case.config["ignore_index"], x(case).shape
    classes = shape[0] if len(shape) == 1 else shape[1]
    return str(index) if index < 0 else "a class" if index < classes else "beyond the classes"


def target_of(case: Case) -> str:
    """The kind of target, and how many of its indices are ignored."""
    target = case.inputs[1]
    assert target is not None
    if target.dtype.kind == "f":
        return "probabilities"
    ignored = target == case.config["ignore_index"]
    return "indices" if not ignored.any() else "all ignored" if ignored.all() else "some ignored"


def weight_of(case: Case) -> str:
    """Class weights."""
    weight = case.params.get("weight")
    return "none" if weight is None else "positive" if weight.all() else "with a zero"


def steps(case: Case) -> int:
    """The length of a sequence."""
    return int(x(case).shape[1 if case.config["batch_first"] and x(case).ndim == 3 else 0])


def width_of(case: Case) -> str:
    """The hidden size against the input's."""
    wide, narrow = case.config["hidden_size"], case.config["input_size"]
    return "as wide" if wide == narrow else "wider" if wide > narrow else "narrower"


def dim_of(case: Case, name: str) -> str:
    """The side from which a dimension is counted."""
    return "from the front" if case.config[name] >= 0 else "from the back"


def counted(name: str) -> Option:
    """A dimension's number."""
    return Option(name, ("from the front", "from the back"), lambda case: dim_of(case, name))


def place_of(case: Case) -> str:
    """Which of the dimensions `dim` is."""
    count = max(x(case).ndim, 1)
    dim = case.config["dim"] % count
    return "the only one" if count == 1 else ("first", "last", "between")[(dim == count - 1) or 2 * (dim > 0)]


def normalised(case: Case) -> int:
    """How many scores are normalised together."""
    return int(x(case).shape[case.config["dim"]]) if x(case).ndim else 1


def flattened_of(case: Case) -> str:
    """How many dimensions become one."""
    count = max(x(case).ndim, 1)
    start, end = (case.config[name] % count for name in ("start_dim", "end_dim"))
    return "one" if start == end else "all" if end - start == count - 1 else "some"


REGIME = Option("regime", tuple(regime.name for regime in REGIMES), lambda case: case.regime)

REDUCTION = among("reduction", "mean", "sum", "none")

_SCORES = (
    REGIME,
    dimensions(),
    counted("dim"),
    Option("place of dim", ("the only one", "first", "between", "last"), place_of),
    size("length of dim", normalised),
)

_END = Option("end", ("ends with the plane", "hangs over", "would start in the padding"), end_of)

OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "linear": (
        REGIME,
        *switches("bias"),
        size("in_features", lambda case: case.config["in_features"]),
        size("out_features", lambda case: case.config["out_features"], empty=False),
        Option("dimensions", ("1", "2", "3", "4"), lambda case: str(x(case).ndim)),
        size("rows", lambda case: math.prod(x(case).shape[:-1])),
    ),
    **{
        name: (REGIME, dimensions(), size("longest dimension", extent))
        for name in ("relu", "sigmoid", "tanh")
    },
    "softmax": _SCORES,
    "log_softmax": _SCORES,
    "flatten": (
        REGIME,
        dimensions(),
        counted("start_dim"),
        counted("end_dim"),
        Option("flattened", ("one", "some", "all"), flattened_of),
    ),
    "conv2d": (
        REGIME,
        *windows(strings=True),
        *switches("bias"),
        among("padding_mode", "zeros", "reflect", "replicate", "circular"),
        Option("groups", ("1", "several", "depthwise"), groups_of),
        size("in_channels", lambda case: case.config["in_channels"], empty=False),
        size("out_channels", lambda case: case.config["out_channels"], empty=False),
    ),
    "max_pool2d": (REGIME, *windows(), _END, *switches("return_indices", "ceil_mode")),
    "avg_pool2d": (
        REGIME,
        *windows(dilated=False),
        _END,
        *switches("ceil_mode", "count_include_pad"),
        Option("divisor_override", ("None", "positive", "negative"), divisor_of),
    ),
    "cross_entropy": (
        REGIME,
        REDUCTION,
        Option("label_smoothing", ("0", "between", "1"), smoothing_of),
        Option("ignore_index", ("-100", "-1", "a class", "beyond the classes"), ignore_of),
        Option("target", ("probabilities", "indices", "some ignored"), target_of, rare=("all ignored",)),
        Option("weight", ("none", "positive", "with a zero"), weight_of),
        Option("dimensions", ("1", "2", "3", "4"), lambda case: str(x(case).ndim)),
        Option("batch", ("none", "1", "several"), lambda case: batch(case, 1), rare=("0", "large")),
    ),
    "mse_loss": (REGIME, REDUCTION, dimensions(), size("longest dimension", extent)),
    "rnn": (
        REGIME,
        among("nonlinearity", "tanh", "relu"),
        *switches("bias", "batch_first", "bidirectional"),
        among("num_layers", 1, 2, 3),
        Option("h_0", ("given", "None"), lambda case: "None" if case.inputs[1] is None else "given"),
        Option("hidden_size", ("as wide", "wider", "narrower"), width_of),
        size("steps", steps, empty=False, large=64),
        Option(
            "batch",
            ("none", "1", "several"),
            lambda case: batch(case, 2, 0 if case.config["batch_first"] else 1),
            rare=("0", "large"),
        ),
    ),
}


@dataclass(frozen=True)
class Impossible:
    """A value that no case has together with one of `others`, each written `option=value`."""

    operations: tuple[str, ...]
    value: str
    others: tuple[str, ...]
    why: str


_POOLS = ("max_pool2d", "avg_pool2d")
_WINDOWS = ("conv2d", *_POOLS)
_SOFTMAX = ("softmax", "log_softmax")
_ELEMENTS = ("relu", "sigmoid", "tanh", "mse_loss")

IMPOSSIBLE: tuple[Impossible, ...] = (
    Impossible(
        ("linear",), "dimensions=1", ("rows=0", "rows=several", "rows=large"), "a vector is a single row"
    ),
    Impossible(
        ("linear",),
        "in_features=0",
        ("out_features=large", "rows=large"),
        "what is large in one dimension is small, and not empty, in the others",
    ),
    Impossible(
        ("linear",),
        "in_features=large",
        ("out_features=1", "out_features=large", "rows=0", "rows=1", "rows=large", "dimensions=1"),
        "a matrix is large in one dimension, and small in the others",
    ),
    Impossible(
        ("linear",),
        "out_features=large",
        ("in_features=1", "rows=0", "rows=1", "rows=large", "dimensions=1"),
        "a matrix is large in one dimension, and small in the others",
    ),
    Impossible(
        ("linear",),
        "rows=large",
        ("in_features=1", "out_features=1", "dimensions=4"),
        "a matrix is large in one dimension, and small in the others",
    ),
    Impossible(
        ("linear",),
        "dimensions=3",
        ("in_features=large", "out_features=large"),
        "large matrices are multiplied by matrices",
    ),
    Impossible(
        ("linear",),
        "dimensions=4",
        ("in_features=large", "out_features=large"),
        "large matrices are multiplied by matrices",
    ),
    Impossible(
        _ELEMENTS,
        "dimensions=0",
        ("longest dimension=0", "longest dimension=several", "longest dimension=large"),
        "no dimension is one element",
    ),
    *(
        Impossible(
            _ELEMENTS, f"dimensions={n}", ("longest dimension=large",), "what is large has two dimensions"
        )
        for n in (3, 4, 5)
    ),
    Impossible(
        _SOFTMAX,
        "dimensions=0",
        (
            *("length of dim=0", "length of dim=several", "length of dim=large"),
            *("place of dim=first", "place of dim=between", "place of dim=last"),
        ),
        "no dimension is one element",
    ),
    Impossible(
        _SOFTMAX,
        "dimensions=1",
        ("place of dim=first", "place of dim=between", "place of dim=last"),
        "a single dimension is the only one",
    ),
    *(
        Impossible(_SOFTMAX, f"dimensions={n}", ("place of dim=the only one",), "there are several")
        for n in (2, 3, 4, 5)
    ),
    Impossible(_SOFTMAX, "dimensions=2", ("place of dim=between",), "there is none between two"),
    *(
        Impossible(_SOFTMAX, f"dimensions={n}", ("length of dim=large",), "what is large has two dimensions")
        for n in (3, 4, 5)
    ),
    Impossible(
        _SOFTMAX, "place of dim=between", ("length of dim=large",), "what is large has two dimensions"
    ),
    Impossible(
        _SOFTMAX,
        "length of dim=0",
        ("place of dim=between", "place of dim=last"),
        "only the first dimension is ever empty",
    ),
    *(
        Impossible(("flatten",), f"dimensions={n}", others, "there are not so many dimensions")
        for n, others in (
            (0, ("flattened=some", "flattened=all")),
            (1, ("flattened=some", "flattened=all")),
            (2, ("flattened=some",)),
        )
    ),
    Impossible(
        _WINDOWS,
        "kernel_size=1",
        ("stride=overlapping", "stride=touching", "window=wider than the plane"),
        "a kernel of one row reaches over one, and a stride of 1 is counted as 1",
    ),
    Impossible(_POOLS, "kernel_size=1", ("end=hangs over",), "a window of one row cannot hang over"),
    Impossible(
        _POOLS, "stride=1", ("end=hangs over", "end=would start in the padding"), "nothing is rounded"
    ),
    Impossible(_POOLS, "kernel_size=1", ("padding=some",), "a pool pads by at most half of its kernel"),
    Impossible(_POOLS, "form of stride=None", ("stride=apart",), "the stride is the kernel's size"),
    Impossible(
        ("avg_pool2d",), "form of stride=None", ("stride=overlapping",), "the stride is the kernel's size"
    ),
    Impossible(
        ("conv2d",),
        "padding=same",
        (*("form of stride=pair", "stride=overlapping", "stride=touching", "stride=apart"),),
        "padding 'same' has stride 1",
    ),
    *(
        Impossible(
            ("conv2d",), f"padding={p}", ("window=wider than the plane",), "a window must fit into the plane"
        )
        for p in ("0", "valid")
    ),
    *(
        Impossible(
            ("conv2d",), f"groups={g}", ("in_channels=1", "out_channels=1"), "every group has a channel"
        )
        for g in ("several", "depthwise")
    ),
    Impossible(
        ("conv2d",),
        "batch=large",
        (
            *("dilation=3", "groups=several", "groups=depthwise", "kernel_size=odd", "in_channels=several"),
            *("in_channels=large", "out_channels=several", "out_channels=large"),
        ),
        "what is large in one dimension is small in the others",
    ),
    *(
        Impossible(
            ("conv2d",),
            f"{name}=large",
            (
                *("dilation=3", "groups=several", "groups=depthwise", "kernel_size=odd"),
                *("batch=0", "batch=none", "batch=several"),
                *(("out_channels=large",) if name == "in_channels" else ()),
            ),
            "what is large in one dimension is small in the others",
        )
        for name in ("in_channels", "out_channels")
    ),
    Impossible(
        ("cross_entropy",),
        "dimensions=1",
        ("batch=0", "batch=1", "batch=several", "batch=large", "target=some ignored"),
        "one dimension are the classes of a single sample",
    ),
    Impossible(
        ("cross_entropy",),
        "batch=none",
        ("dimensions=2", "dimensions=3", "dimensions=4", "target=some ignored"),
        "without a batch there is a single sample",
    ),
    Impossible(
        ("cross_entropy",),
        "batch=large",
        ("dimensions=3", "dimensions=4"),
        "what is large in one dimension is small in the others",
    ),
    Impossible(
        ("cross_entropy",), "batch=0", ("target=some ignored", "target=all ignored"), "there is no target"
    ),
    Impossible(
        ("cross_entropy",),
        "target=probabilities",
        ("ignore_index=a class", "ignore_index=beyond the classes"),
        "it is refused",
    ),
    Impossible(
        ("rnn",),
        "steps=large",
        ("num_layers=3", "batch=large"),
        "what is large in one dimension is small in the others",
    ),
    Impossible(
        ("rnn",), "batch=large", ("num_layers=3",), "what is large in one dimension is small in the others"
    ),
)
"""What is unreachable, and why; options whose value PyTorch refuses are not drawn and not judged."""


def values_of(name: str, cases: Iterable[Case]) -> list[frozenset[Value]]:
    """The values that each case has."""
    return [frozenset((option.name, option.of(case)) for option in OPTIONS[name]) for case in cases]


def pairs_of(name: str) -> set[frozenset[Value]]:
    """All pairs of values of two options."""
    return {
        frozenset((left, right))
        for one, other in combinations(OPTIONS[name], 2)
        for left in one.values
        for right in other.values
    }


def reached(name: str, dtype: str, count: int) -> set[frozenset[Value]]:
    """The pairs that `count` cases have."""
    (operation,) = (operation for operation in OPERATIONS if operation.name == name)
    return {
        frozenset(two)
        for found in values_of(name, drawn(operation, dtype, count))
        for two in combinations(sorted(found), 2)
    }


def impossible(name: str) -> dict[frozenset[Value], str]:
    """The pairs that no case can have, with the reason."""
    return {
        frozenset((_value(entry.value), _value(other))): entry.why
        for entry in IMPOSSIBLE
        if name in entry.operations
        for other in entry.others
    }


def _value(text: str) -> Value:
    option, _, value = text.partition("=")
    return option, value


def coverage(count: int) -> Iterator[str]:
    """A table of what the pairs among `count` cases of every operation are."""
    yield "| operation | values | pairs | impossible | reached | share | not met, though possible |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for operation in OPERATIONS:
        name = operation.name
        possible = pairs_of(name) - set(impossible(name))
        met = reached(name, "float32", count) & possible
        missed = "; ".join(sorted(" with ".join(sorted(map("=".join, two))) for two in possible - met))
        values = sum(len(option.values) for option in OPTIONS[name])
        yield (
            f"| {name} | {values} | {len(pairs_of(name))} | {len(impossible(name))} | {len(met)} "
            f"| {len(met) / len(possible):.1%} | {missed} |"
        )


def exceptions() -> Iterator[str]:
    """A table of what is impossible."""
    yield "| operation | value | never with | because |"
    yield "| --- | --- | --- | --- |"
    for entry in IMPOSSIBLE:
        yield f"| {', '.join(entry.operations)} | {entry.value} | {', '.join(entry.others)} | {entry.why} |"


if __name__ == "__main__":
    print("\n".join((*coverage(1000), "", *exceptions())))

"""Convolution, pooling and recurrence: their cases reach every corner, and each of their laws can fail."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest
from hypothesis import Phase

from conformance.asking import asked_cases, run_given, stream_seed
from conformance.backend import DTYPES
from conformance.case import Case
from conformance.law import Source
from conformance.laws._windows import pair, span
from conformance.operations import OPERATIONS
from conformance.operations._recurrent_params import cells
from conformance.tree import Array

every_dtype = pytest.mark.parametrize("dtype", DTYPES)


@cache
def drawn(name: str, dtype: str) -> tuple[Case, ...]:
    """What two runs of 100 examples, with the seeds 0 and 1, ask of a backend."""
    (operation,) = (operation for operation in OPERATIONS if operation.name == name)
    found: list[Case] = []
    for seed in (0, 1):
        run_given(
            asked_cases(operation, dtype),
            lambda oracle: found.append(oracle.case),
            seed=stream_seed(seed, name, dtype, Source.DRAWN),
            examples=100,
            phases=(Phase.generate,),
        )
    return tuple(found)


@pytest.mark.parametrize("name", ["conv2d", "max_pool2d", "avg_pool2d", "rnn", "lstm", "gru"])
@every_dtype
def test_few_cases_are_alike(name: str, dtype: str) -> None:
    """Four cases of five have a config and shapes that no other one has."""
    cases = drawn(name, dtype)
    kinds = {(str(case.config), tuple(None if a is None else a.shape for a in case.inputs)) for case in cases}
    assert len(kinds) > 0.8 * len(cases)


def axes(case: Case) -> Iterator[tuple[int, int, int, int, int]]:
    """(size, kernel, stride, dilation, padding) of rows and of columns; the padding of a string is 0."""
    config = case.config
    kernel = pair(config["kernel_size"])
    padding = config["padding"]
    assert case.inputs[0] is not None
    yield from zip(
        case.inputs[0].shape[-2:],
        kernel,
        pair(config["stride"] or kernel),
        pair(config.get("dilation", 1)),
        (0, 0) if isinstance(padding, str) else pair(padding),
        strict=True,
    )


def along(holds: Callable[[int, int, int, int, int], bool]) -> Callable[[Case], bool]:
    """Whether something holds for rows or for columns."""
    return lambda case: any(holds(*axis) for axis in axes(case))


def dropped(size: int, kernel: int, stride: int, dilation: int, padding: int) -> bool:
    """Whether rounding up counts a window that starts beyond the plane."""
    windows = -(-(size + 2 * padding - span(kernel, dilation)) // stride) + 1
    return (windows - 1) * stride >= size + padding


def boundary(size: int, kernel: int, stride: int, dilation: int, padding: int) -> bool:
    """Whether the last window that rounding up counts starts with the first cell behind the padding."""
    windows = -(-(size + 2 * padding - span(kernel, dilation)) // stride) + 1
    return windows > 1 and (windows - 1) * stride == size + padding


def overhanging(size: int, kernel: int, stride: int, dilation: int, padding: int) -> bool:
    """Whether rounding up adds a window that ends beyond the padded plane."""
    over = (size + 2 * padding - span(kernel, dilation)) % stride
    return over > 0 and not dropped(size, kernel, stride, dilation, padding)


def mode(name: str, holds: Callable[[Case], bool]) -> Callable[[Case], bool]:
    """`holds` under one padding mode."""
    return lambda case: case.config["padding_mode"] == name and holds(case)


def same(case: Case) -> bool:
    """Padding as much as the kernel takes away."""
    return bool(case.config["padding"] == "same")


def depthwise(case: Case) -> bool:
    """Each channel by itself."""
    return bool(case.config["groups"] == case.config["in_channels"] > 1)


def rounded_up(holds: Callable[..., bool]) -> Callable[[Case], bool]:
    """`holds` along an axis, in ceil_mode."""
    return lambda case: case.config["ceil_mode"] and along(holds)(case)


def unbatched(case: Case) -> bool:
    """An input without a batch dimension."""
    dimensions = 2 if case.operation in ("rnn", "lstm", "gru") else 3
    return case.inputs[0] is not None and case.inputs[0].ndim == dimensions


def projected(case: Case) -> bool:
    """A hidden state that is projected."""
    return bool(case.config["proj_size"])


def masked(case: Case) -> bool:
    """A mask between recurrent layers."""
    return case.inputs[-1] is not None


def empty(case: Case) -> bool:
    """An empty batch."""
    return case.inputs[0] is not None and case.inputs[0].size == 0


SEEN: tuple[tuple[str, str, Callable[[Case], bool]], ...] = (
    *(
        (name, "unbatched", unbatched)
        for name in ("conv2d", "max_pool2d", "avg_pool2d", "rnn", "lstm", "gru")
    ),
    *(
        (name, "an empty batch", empty)
        for name in ("conv2d", "max_pool2d", "avg_pool2d", "rnn", "lstm", "gru")
    ),
    *(
        ("conv2d", f"same, {name}", mode(name, same))
        for name in ("zeros", "reflect", "replicate", "circular")
    ),
    ("conv2d", "same, an even kernel", lambda case: same(case) and along(lambda n, k, *_: k % 2 == 0)(case)),
    ("conv2d", "kernel larger than the plane", along(lambda n, k, s, d, p: span(k, d) > n)),
    ("conv2d", "stride larger than the kernel", along(lambda n, k, s, d, p: s > span(k, d))),
    ("conv2d", "cells never read", along(lambda n, k, s, d, p: (n + 2 * p - span(k, d)) % s > p)),
    ("conv2d", "reflects all but the edge", mode("reflect", along(lambda n, k, s, d, p: p == n - 1 > 0))),
    ("conv2d", "wraps around once", mode("circular", along(lambda n, k, s, d, p: p == n))),
    ("conv2d", "replicates more than there is", mode("replicate", along(lambda n, k, s, d, p: p > n))),
    ("conv2d", "depthwise", depthwise),
    (
        "conv2d",
        "depthwise, several outputs of a channel",
        lambda case: depthwise(case) and case.config["out_channels"] > case.config["groups"],
    ),
    ("conv2d", "groups of channels", lambda case: 1 < case.config["groups"] < case.config["in_channels"]),
    ("conv2d", "a wide plane", along(lambda n, *_: n > 16)),
    *(
        entry
        for name in ("max_pool2d", "avg_pool2d")
        for entry in (
            (name, "stride larger than the kernel", along(lambda n, k, s, d, p: s > span(k, d))),
            (name, "overlapping windows", along(lambda n, k, s, d, p: s < k)),
            (name, "kernel larger than the plane", along(lambda n, k, s, d, p: span(k, d) > n)),
            (name, "a window that starts in the padding is dropped", rounded_up(dropped)),
            (name, "a window that hangs over", rounded_up(overhanging)),
        )
    ),
    *(
        entry
        for name in ("max_pool2d", "avg_pool2d")
        for entry in (
            (name, "a window that would start right behind the plane", rounded_up(boundary)),
            (name, "a stride of 4", along(lambda n, k, s, d, p: s == 4)),
            (
                name,
                "a large dimension",
                lambda case: case.inputs[0] is not None and max(case.inputs[0].shape) > 99,
            ),
        )
    ),
    (
        "max_pool2d",
        "the same, dilated",
        lambda case: rounded_up(lambda n, k, s, d, p: d > 1 and boundary(n, k, s, d, p))(case),
    ),
    ("avg_pool2d", "a negative divisor", lambda case: (case.config["divisor_override"] or 0) < 0),
    ("conv2d", "a dilation of 3", along(lambda n, k, s, d, p: d == 3 and k > 1)),
    (
        "avg_pool2d",
        "padding that is not counted",
        lambda case: (
            not case.config["count_include_pad"]
            and not case.config["divisor_override"]
            and along(lambda n, k, s, d, p: p > 0)(case)
        ),
    ),
    *(
        entry
        for name in ("rnn", "lstm", "gru")
        for entry in (
            (
                name,
                "as wide as its input",
                lambda case: case.config["hidden_size"] == case.config["input_size"] > 1,
            ),
            (name, "unbatched, batch first", lambda case: case.config["batch_first"] and unbatched(case)),
            (
                name,
                "three layers, both directions",
                lambda case: case.config["num_layers"] == 3 and case.config["bidirectional"],
            ),
            (name, "one step", lambda case: steps(case) == 1),
            (name, "all dropped", lambda case: masked(case) and case.config["dropout"] == 1),
            (name, "dropped, unbatched", lambda case: masked(case) and unbatched(case)),
            (
                name,
                "dropped in three layers, both directions",
                lambda case: masked(case) and case.config["num_layers"] == 3 and case.config["bidirectional"],
            ),
            (
                name,
                "dropout of several layers in evaluation",
                lambda case: (
                    case.config["dropout"] > 0
                    and case.config["num_layers"] > 1
                    and not case.config["training"]
                ),
            ),
            (
                name,
                "dropout behind one layer, in training",
                lambda case: (
                    case.config["dropout"] > 0 and case.config["num_layers"] == 1 and case.config["training"]
                ),
            ),
        )
    ),
    (
        "lstm",
        "two layers, both directions, projected",
        lambda case: case.config["num_layers"] > 1 and case.config["bidirectional"] and projected(case),
    ),
    ("lstm", "a projection from zero states", lambda case: projected(case) and case.inputs[1] is None),
    ("lstm", "a projection, unbatched", lambda case: projected(case) and unbatched(case)),
    ("lstm", "a projection of several elements", lambda case: case.config["proj_size"] > 1),
    ("rnn", "a unit that goes on and off", lambda case: bool(sums(case)) and switches(case)),
)


def steps(case: Case) -> int:
    """The length of the sequence."""
    assert case.inputs[0] is not None
    return int(case.inputs[0].shape[case.config["batch_first"] and not unbatched(case)])


@pytest.mark.parametrize(("name", "sentence", "seen"), SEEN, ids=[f"{name}: {s}" for name, s, _ in SEEN])
@every_dtype
def test_is_drawn(name: str, sentence: str, seen: Callable[[Case], bool], dtype: str) -> None:
    """Within 200 examples, at least twice."""
    assert sum(seen(case) for case in drawn(name, dtype)) >= 2, sentence


def sums(case: Case) -> list[tuple[Array, Array]]:
    """What feeds the relu of each cell, (T, N, H), and the same with every term positive; none with tanh."""
    if case.config["nonlinearity"] == "tanh":
        return []
    wide = {name: array.astype(np.float64) for name, array in case.params.items()}
    v = np.asarray(case.inputs[0], dtype=np.float64)
    v = v[:, None] if v.ndim == 2 else v.swapaxes(0, 1) if case.config["batch_first"] else v
    hidden, found, layer = case.config["hidden_size"], [], 0
    below: list[Array] = []
    for state, (above, direction) in enumerate(cells(case.config)):
        if above != layer:
            v, below = np.concatenate(below, axis=-1), []
            if case.inputs[-1] is not None:
                v = passed_on(v, case.inputs[-1][layer], case)
            layer = above
        w_ih, w_hh = (wide[f"{kind}_l{layer}{direction}"] for kind in ("weight_ih", "weight_hh"))
        biases = [
            wide.get(f"{kind}_l{layer}{direction}", np.zeros(hidden)) for kind in ("bias_ih", "bias_hh")
        ]
        h = np.zeros((v.shape[1], hidden))
        if case.inputs[1] is not None:
            h = case.inputs[1][state].astype(np.float64).reshape(h.shape)
        inputs = v[::-1] if direction else v
        fed, terms, outputs = [], [], []
        for x in inputs:
            fed.append(x @ w_ih.T + h @ w_hh.T + sum(biases))
            terms.append(abs(x) @ abs(w_ih.T) + abs(h) @ abs(w_hh.T) + sum(map(abs, biases)))
            h = np.maximum(fed[-1], 0)
            outputs.append(h)
        found.append((np.stack(fed), np.stack(terms)))
        below.append(np.stack(outputs[::-1] if direction else outputs))
    return found


def passed_on(v: Array, mask: Array, case: Case) -> Array:
    """What the next layer reads of the outputs (T, N, F) of a layer with that mask."""
    kept = mask[:, None] if mask.ndim == 2 else mask.swapaxes(0, 1) if case.config["batch_first"] else mask
    rate = case.config["dropout"]
    return np.asarray(v * 0 if rate == 1 else v * kept / (1 - rate))


def switches(case: Case) -> bool:
    """Whether some unit is positive at one step and negative at another."""
    return any(((fed > 0).any(axis=0) & (fed < 0).any(axis=0)).any() for fed, _ in sums(case))


@every_dtype
def test_nothing_that_feeds_a_relu_is_near_zero(dtype: str) -> None:
    """Either nothing cancels, or the sum is an odd integer that every order of summation has exactly."""
    for case in drawn("rnn", dtype):
        for fed, terms in sums(case):
            whole = (fed % 2 == 1) & (terms < 2**24)
            assert (whole | (abs(fed) > 0.999 * terms)).all()

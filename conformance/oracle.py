"""The reference evaluated in float64: expected output, expected cotangents, and their spread under rounding."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .case import Case
from .drawing import Choice
from .noise import Noise, Rewritten, injected
from .specification import build, differentiated, evaluated, known_warnings
from .tree import Array, Tree, is_floating, map_leaves

RUNS = 12
"""Noisy runs of a case whose tight check does not settle it."""

MORE_RUNS = 48
"""Noisy runs before a backend is accused: twelve estimate a spread within a factor of about two."""


def _tensor(array: Array) -> Tensor:
    # A copy: torch refuses read-only arrays, and the reference must not see the kernel's memory.
    return torch.from_numpy(np.array(array, dtype=np.float64 if is_floating(array) else None, order="C"))


def _leaves(value: Any) -> Any:
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    return (
        [leaf for branch in value for leaf in _leaves(branch)]
        if isinstance(value, (tuple, list))
        else [value]
    )


@dataclass(frozen=True)
class Cotangents:
    """What a pullback returns: cotangents of params by name and of inputs in order, None where there is none."""

    params: Mapping[str, Array | None]
    inputs: tuple[Array | None, ...]


@dataclass(frozen=True)
class Spread:
    """Root mean square over noisy runs of the deviation per element, in units of the injected roundoff."""

    output: Tree
    cotangents: Cotangents


_PLAIN = ("_evaluated", "output")
"""What a cotangent does not change, where a cached property keeps its value."""


class Oracle:
    """The reference's answers to one case, each computed when first asked for.

    `choices` are those that the case was drawn with, none where nobody drew it.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.choices: tuple[Choice, ...] = ()
        self._company: tuple[Oracle, ...] = (self,)

    def pulled_back(self, cotangent: Tree, choices: tuple[Choice, ...]) -> "Oracle":
        """The same case with a cotangent, drawn when its output's shape was known; what is answered stays so."""
        whole = Oracle(replace(self.case, cotangent=cotangent))
        whole.choices = choices
        whole.__dict__.update({name: self.__dict__[name] for name in _PLAIN if name in self.__dict__})
        return whole

    def heard(self, cotangent: Tree) -> Tree:
        """The cotangent with zeros for the parts of the output that the reference detaches (new statistics)."""
        if not isinstance(cotangent, tuple):
            return cotangent
        attached = iter([x is not None and x.requires_grad for x in _leaves(self._evaluated.given)])

        def part(tree: Tree) -> Tree:
            if isinstance(tree, tuple):
                return tuple(part(branch) for branch in tree)
            return tree if next(attached) or tree is None else np.zeros_like(tree)

        return part(cotangent)

    @cached_property
    def _evaluated(self) -> "_Evaluation":
        return _Evaluation([self.case])

    @cached_property
    def output(self) -> Tree:
        """The expected output: floating leaves in float64."""
        return map_leaves(lambda array: np.asarray(array[0]), self._evaluated.output())

    @cached_property
    def cotangents(self) -> Cotangents:
        """The expected cotangents in float64, None for what the reference does not differentiate."""
        return _of(0, None, self._evaluated.pull_back([self.case.cotangent]))[1]

    @cached_property
    def spread(self) -> Spread:
        """The spread over RUNS noisy runs, made for the whole company at once."""
        for oracle, spread in zip(self._company, _spreads(self._company, RUNS), strict=True):
            # Where a cached property keeps its value.
            oracle.__dict__["spread"] = spread
        found: Spread = self.__dict__["spread"]
        return found

    @cached_property
    def careful_spread(self) -> Spread:
        """The spread over MORE_RUNS noisy runs, asked for before a backend is accused."""
        return _spreads([self], MORE_RUNS)[0]


def together(oracles: Sequence[Oracle]) -> None:
    """Let the reference answer several cases of one structure at once, where it can."""
    cases = [oracle.case for oracle in oracles]
    if len(cases) < 2 or any(_structure(case) != _structure(cases[0]) for case in cases):
        return
    try:
        evaluation = _Evaluation(cases)
        answers = evaluation.output(), evaluation.pull_back([case.cotangent for case in cases])
    except (RuntimeError, Warning):
        return  # one by one
    for i, oracle in enumerate(oracles):
        output, cotangents = _of(i, *answers)
        oracle.__dict__.update(output=output, cotangents=cotangents)
        oracle._company = tuple(oracles)


def _structure(case: Case) -> Any:
    def form(array: Array | None) -> Any:
        return None if array is None else (array.shape, array.dtype)

    arrays = {k: form(a) for k, a in case.params.items()}, [form(a) for a in case.inputs]
    return dict(case.config), case.mappings, arrays


class _Seed(torch.autograd.Function):
    """A scalar whose gradient with respect to each output is the cotangent given for it.

    Without arithmetic, and without the two seconds that `grad_outputs=` costs when it first imports sympy.
    """

    @staticmethod
    def forward(ctx: Any, cotangents: Sequence[Tensor], *outputs: Tensor) -> Tensor:
        ctx.cotangents = cotangents
        return outputs[0].new_zeros(())

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        return None, *ctx.cotangents


def _marked(output: Any) -> Any:
    """An output with an empty tuple for every part that is None, which vmap would refuse."""
    if output is None:
        return ()
    return tuple(map(_marked, output)) if isinstance(output, (tuple, list)) else output


def _unmarked(output: Any) -> Any:
    """The output that was marked."""
    if isinstance(output, tuple):
        return tuple(map(_unmarked, output)) if output else None
    return output


class _Evaluation:
    """The reference run on cases of one structure: one as it is, several (or several `runs` of each) by vmap."""

    def __init__(
        self, cases: Sequence[Case], runs: int = 1, noise: Noise | None = None, form: int = 0
    ) -> None:
        self._count, self._runs, self._noise = len(cases), runs, noise
        self._lanes = len(cases) * runs
        self._rewritten = Rewritten(noise, form, batched=self._lanes > 1)
        first = cases[0]
        params = {name: self._stacked([case.params[name] for case in cases]) for name in first.params}
        # A count of steps, which decides numbers and not tensors, is the same in every lane, or there is no vmap.
        counts = first.counts
        inputs = [
            self._shared([case.inputs[i] for case in cases])
            if i in counts
            else self._stacked([case.inputs[i] for case in cases])
            for i in range(len(first.inputs))
        ]
        module = build(first)
        learned = differentiated(module)
        # What takes mappings is a step of an optimiser: a function that nobody differentiates.
        varied = () if first.mappings else (*(t for name, t in params.items() if name in learned), *inputs)
        for tensor in varied:
            if tensor is not None and tensor.is_floating_point():
                tensor.requires_grad_()

        def evaluate(params: dict[str, Tensor], *inputs: Any) -> Any:
            if first.mappings:
                return module(params, *first.passed(inputs))
            return evaluated(module, params, inputs)

        def marked(params: dict[str, Tensor], *inputs: Any) -> Any:
            return _marked(evaluate(params, *inputs))

        if self._lanes > 1 and not any(tensor is not None for tensor in (*params.values(), *inputs)):
            raise RuntimeError("nothing to batch")
        dims = (0, *(None if t is None or i in counts else 0 for i, t in enumerate(inputs)))
        with self._modes(), known_warnings():
            if self._lanes > 1:
                self.given = _unmarked(torch.vmap(marked, in_dims=dims)(params, *inputs))
            else:
                self.given = evaluate(params, *inputs)
        self._params, self._inputs = params, inputs

    @property
    def forms(self) -> int:
        """How many forms there are of what was computed under noise."""
        return self._rewritten.forms

    def _modes(self) -> ExitStack:
        stack = ExitStack()
        if self._noise is not None:
            stack.enter_context(self._noise)
        if self._noise is not None or self._lanes > 1:
            stack.enter_context(self._rewritten)
        return stack

    def _stacked(self, arrays: Sequence[Array | None]) -> Any:
        """One tensor of all lanes: the runs of the first case, then those of the second."""
        known = [array for array in arrays if array is not None]
        if not known:
            return None
        if self._lanes == 1:
            # A plain tensor, as a user would call the reference with.
            return _tensor(known[0])
        lanes = np.stack(known)
        return _tensor(lanes if self._runs == 1 else np.repeat(lanes, self._runs, axis=0))

    def _shared(self, arrays: Sequence[Array | None]) -> Any:
        """The tensor of a count."""
        first, *others = [array for array in arrays if array is not None]
        if any(not np.array_equal(first, other) for other in others):
            raise RuntimeError("the counts of steps differ")
        return _tensor(first)

    def _lanes_of(self, tensor: Tensor) -> Array:
        """(cases, ...) or, of several runs, (cases, runs, ...)."""
        lanes = tensor.detach().numpy()
        if self._lanes == 1:
            lanes = lanes[None]
        return lanes if self._runs == 1 else lanes.reshape(self._count, self._runs, *lanes.shape[1:])

    def output(self) -> Tree:
        """The output of all cases, along a first dimension."""

        def part(value: Any) -> Tree:
            if isinstance(value, (tuple, list)):
                return tuple(part(branch) for branch in value)
            if isinstance(value, dict):
                return {key: part(value[key]) for key in sorted(value)}
            return None if value is None else self._lanes_of(value)

        return part(self.given)

    def pull_back(self, cotangents: Sequence[Tree]) -> Cotangents:
        """The cotangents of params and inputs from those of the output: of all cases, along a first dimension."""
        outputs = _leaves(self.given)
        # A case that a law has made up has no cotangent, whatever the structure of its output.
        given = [[None] * len(outputs) if tree is None else _leaves(tree) for tree in cotangents]
        pairs = [
            (leaf, self._stacked(weights))
            for leaf, weights in zip(outputs, zip(*given, strict=True), strict=True)
            if weights[0] is not None and leaf.requires_grad
        ]
        leaves, weights = [leaf for leaf, _ in pairs], [weight for _, weight in pairs]
        wanted = [t for t in (*self._params.values(), *self._inputs) if t is not None and t.requires_grad]
        gradients: dict[int, Tensor] = {id(t): torch.zeros_like(t) for t in wanted}
        if pairs and wanted:
            with self._modes(), known_warnings():
                seed = _Seed.apply(weights, *leaves)  # type: ignore[no-untyped-call]
                found = torch.autograd.grad(seed, wanted, materialize_grads=True, retain_graph=True)
            gradients = {id(t): g for t, g in zip(wanted, found, strict=True)}

        def gradient(tensor: Tensor | None) -> Array | None:
            found = None if tensor is None else gradients.get(id(tensor))
            return None if found is None else self._lanes_of(found)

        return Cotangents(
            {name: gradient(t) for name, t in self._params.items()}, tuple(gradient(t) for t in self._inputs)
        )


def _of(case: int, output: Tree, cotangents: Cotangents) -> tuple[Tree, Cotangents]:
    """One case's part of what an evaluation says of all."""

    def pick(array: Array | None) -> Array | None:
        return None if array is None else np.asarray(array[case])

    params = {name: pick(array) for name, array in cotangents.params.items()}
    return map_leaves(lambda array: np.asarray(array[case]), output), Cotangents(
        params, tuple(pick(array) for array in cotangents.inputs)
    )


def _spreads(oracles: Sequence[Oracle], runs: int) -> list[Spread]:
    """The spread of every oracle: its noisy runs against its calm one, in the form in which they spread most."""
    calm = [_flat(oracle.output, oracle.cotangents) for oracle in oracles]
    cases = [oracle.case for oracle in oracles]
    # All arrays side by side: a network has a hundred small ones.
    quiet = np.stack([side_by_side(arrays, 0) for arrays in calm])[:, None]
    forms: list[Array] = []
    count = 1
    while len(forms) < count:
        noisy, count = _noisy(cases, runs, len(forms))
        with np.errstate(invalid="ignore", over="ignore"):
            forms.append(root_mean_square(side_by_side(noisy, 2) - quiet, 1) / injected(cases[0].dtype))
    # What is NaN, in a form that overflows, says nothing.
    largest = np.fmax.reduce(forms)
    return [
        _refilled(oracle, taken_apart(spread, arrays))
        for oracle, spread, arrays in zip(oracles, largest, calm, strict=True)
    ]


def side_by_side(arrays: Sequence[Array | None], axis: int) -> Array:
    """The floating ones of some arrays side by side, each flat from `axis` on."""
    flat = [
        array.reshape(*array.shape[:axis], -1) for array in arrays if array is not None and is_floating(array)
    ]
    return np.concatenate(flat, axis=axis) if flat else np.empty(0)


def taken_apart(joined: Array, like: Sequence[Array | None]) -> list[Array | None]:
    """What was side by side, in the shapes of what it is `like`; None in the place of what was not there."""
    parts, start = list[Array | None](), 0
    for array in like:
        if array is None or not is_floating(array):
            parts.append(None)
        else:
            parts.append(joined[start : start + array.size].reshape(array.shape))
            start += array.size
    return parts


def _refilled(oracle: Oracle, arrays: Sequence[Array | None]) -> Spread:
    """The arrays in the places of an oracle's output and cotangents."""
    following = iter(arrays)

    def refill(tree: Tree) -> Tree:
        if isinstance(tree, dict):
            return {key: refill(tree[key]) for key in sorted(tree)}
        return tuple(refill(branch) for branch in tree) if isinstance(tree, tuple) else next(following)

    output = refill(oracle.output)
    params = {name: next(following) for name in oracle.cotangents.params}
    return Spread(output, Cotangents(params, tuple(following)))


def root_mean_square(deviations: Array, axis: int) -> Array:
    """Over the runs, which lie along `axis`: scaled, since the square of 1e-170 is zero."""
    size = np.abs(deviations)
    largest = size.max(axis=axis, keepdims=True)
    scaled = size / np.where(largest > 0, largest, 1.0)
    found: Array = largest.squeeze(axis) * np.sqrt((scaled * scaled).mean(axis=axis))
    return found


def _noisy(cases: Sequence[Case], runs: int, form: int) -> tuple[list[Array | None], int]:
    """The noisy outputs and cotangents, (cases, runs, ...), and how many forms they have.

    All at once; one by one where torch cannot.
    """
    try:
        return _noisy_at_once(cases, runs, form)
    except (RuntimeError, Warning):
        found, counts = zip(*(_noisy_one_by_one(case, runs, form) for case in cases), strict=True)
        whole = [None if leaf[0] is None else np.concatenate(leaf) for leaf in zip(*found, strict=True)]
        return whole, max(counts)


def _noisy_at_once(cases: Sequence[Case], runs: int, form: int = 0) -> tuple[list[Array | None], int]:
    evaluation = _Evaluation(cases, runs, _noise(cases[0], 0), form)
    cotangents = evaluation.pull_back([case.cotangent for case in cases])
    return _flat(evaluation.output(), cotangents), evaluation.forms


def _noisy_one_by_one(case: Case, runs: int, form: int = 0) -> tuple[list[Array | None], int]:
    found, count = [], 1
    for run in range(runs):
        evaluation = _Evaluation([case], noise=_noise(case, run), form=form)
        found.append(_flat(evaluation.output(), evaluation.pull_back([case.cotangent])))
        count = evaluation.forms
    stacked = [None if leaf[0] is None else np.stack(leaf, axis=1) for leaf in zip(*found, strict=True)]
    return stacked, count


def _noise(case: Case, run: int) -> Noise:
    return Noise(_seed(case, run), case.dtype)


def _seed(case: Case, run: int) -> int:
    digest = hashlib.sha256(f"{case.operation}{case.dtype}{sorted(case.config.items())}{run}".encode())
    for array in (*case.params.values(), *case.inputs):
        digest.update(b"" if array is None else array.tobytes())
    return int.from_bytes(digest.digest()[:7], "big")


def _flat(output: Tree, cotangents: Cotangents) -> list[Any]:
    return [*_leaves(output), *cotangents.params.values(), *cotangents.inputs]

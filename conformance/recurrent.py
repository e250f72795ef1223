"""Recurrent networks step by step, in the sums that kernels make of them: what their noise is that of.

The products of a step with its input and with its state are one sum in many kernels, in any order: what is added
first, the largest terms perhaps, has the roundings of all that follow. So each is filled with zeros to the terms
of both. (For gru's candidate they are two sums; kernels with one matrix for all gates fill with zeros, too.)

The cotangent of a state is one sum, too: of what comes through the product of the next step, and of all else, to
which a kernel may add the terms of that product one by one.

What every step uses again is given to each by itself, so that its cotangent is one sum over all steps, with the
error of a sum in any order. Torch begins with the last step, and where the first one has the largest term, that
is the order that errs least.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

States: TypeAlias = tuple[Tensor, ...]
"""(h,), or (h, c) of lstm."""

Step: TypeAlias = Callable[[Tensor, Tensor, States], States]
"""(what the input gives, what the state gives, the states before) -> the states after."""

Weights: TypeAlias = tuple[Tensor, Tensor, Tensor | None, Tensor | None, Tensor | None]
"""W_ih, W_hh, b_ih, b_hh and, where h is projected, W_hr."""

Joined: TypeAlias = Callable[[Tensor, Tensor, int], Tensor]
"""(a sum of products, another term, how many products) -> both added, with the error of one sum in any order."""


def _rnn(activation: Callable[[Tensor], Tensor]) -> Step:
    return lambda fed, back, states: (activation(fed + back),)


def _lstm(fed: Tensor, back: Tensor, states: States) -> States:
    i, f, g, o = (fed + back).chunk(4, -1)
    c = f.sigmoid() * states[1] + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def _gru(fed: Tensor, back: Tensor, states: States) -> States:
    (i_r, i_z, i_n), (h_r, h_z, h_n) = fed.chunk(3, -1), back.chunk(3, -1)
    n = torch.tanh(i_n + h_n * torch.sigmoid(h_r + i_r))
    return ((states[0] - n) * torch.sigmoid(h_z + i_z) + n,)


class _Forked(torch.autograd.Function):
    """A state twice: for the next step's product, and for all else."""

    generate_vmap_rule = True

    @staticmethod
    def forward(state: Tensor, joined: Joined, terms: int) -> tuple[Tensor, Tensor]:
        return state.view_as(state), state.view_as(state)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        _, ctx.joined, ctx.terms = inputs

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor) -> Any:
        of_product, of_all_else = cotangents
        return ctx.joined(of_product, of_all_else, ctx.terms), None, None


def _product(x: Tensor, weight: Tensor, bias: Tensor | None, terms: int) -> Tensor:
    """W x + b as a part of a sum of so many terms."""
    missing = terms - weight.shape[1]
    return functional.linear(functional.pad(x, (0, missing)), functional.pad(weight, (0, missing)), bias)


def _layer(joined: Joined, step: Step, x: Tensor, states: States, weights: Weights) -> tuple[Tensor, States]:
    """The states h of all steps (T, N, H), and the last ones."""
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    terms = w_ih.shape[1] + w_hh.shape[1]
    fed = _product(x, w_ih, b_ih, terms)
    outputs = []
    for now, w, b, projection in zip(fed, *(_for_each(v, len(x)) for v in (w_hh, b_hh, w_hr)), strict=True):
        passed, kept = _Forked.apply(states[0], joined, w.shape[0])  # type: ignore[no-untyped-call]
        outputs.append(kept)
        states = step(now, _product(passed, w, b, terms), (kept, *states[1:]))
        if projection is not None:
            states = (functional.linear(states[0], projection), *states[1:])
    return torch.stack([*outputs[1:], states[0]]), states


def _for_each(shared: Tensor | None, steps: int) -> Sequence[Tensor | None]:
    """What all steps use, once for each."""
    return [None] * steps if shared is None else shared.expand(steps, *shared.shape).unbind(0)


def _weights(params: Sequence[Tensor], has_biases: bool, projected: bool) -> Iterator[Weights]:
    """Those of each layer and direction."""
    left = iter(params)
    for w_ih in left:
        w_hh = next(left)
        b_ih, b_hh = (next(left), next(left)) if has_biases else (None, None)
        yield w_ih, w_hh, b_ih, b_hh, next(left) if projected else None


def _tuple(states: Any) -> States:
    return tuple(states) if isinstance(states, (tuple, list)) else (states,)


def _steps(step: Step) -> Callable[..., Any]:
    def network(
        joined: Joined,
        x: Tensor,
        states: Any,
        params: Sequence[Tensor],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> tuple[Tensor, ...]:
        assert not (dropout and train and num_layers > 1)  # the reference drops between layers of its own
        given = _tuple(states)
        projected = len(given) > 1 and given[0].shape[-1] != given[1].shape[-1]
        each, ends = _weights(params, has_biases, projected), list[States]()
        seen = x.transpose(0, 1) if batch_first else x
        for _ in range(num_layers):
            outputs = []
            for reverse in (False, True)[: 1 + bidirectional]:
                first = tuple(state[len(ends)] for state in given)
                h, end = _layer(joined, step, seen.flip(0) if reverse else seen, first, next(each))
                outputs.append(h.flip(0) if reverse else h)
                ends.append(end)
            seen = torch.cat(outputs, -1)
        output = seen.transpose(0, 1) if batch_first else seen
        return output, *map(torch.stack, zip(*ends, strict=True))

    return network


def _one_step(step: Step) -> Callable[..., Any]:
    def cell(
        joined: Joined, x: Tensor, states: Any, w_ih: Tensor, w_hh: Tensor, b_ih: Any = None, b_hh: Any = None
    ) -> Any:
        _, end = _layer(joined, step, x[None], _tuple(states), (w_ih, w_hh, b_ih, b_hh, None))
        return end[0] if len(end) == 1 else end

    return cell


RECURRENT: Mapping[str, Callable[..., Any]] = {
    "rnn_tanh": _steps(_rnn(torch.tanh)),
    "rnn_relu": _steps(_rnn(torch.relu)),
    "lstm": _steps(_lstm),
    "gru": _steps(_gru),
    "rnn_tanh_cell": _one_step(_rnn(torch.tanh)),
    "rnn_relu_cell": _one_step(_rnn(torch.relu)),
    "lstm_cell": _one_step(_lstm),
    "gru_cell": _one_step(_gru),
}
"""By the names of torch's own entry points, with a `Joined` before their arguments."""

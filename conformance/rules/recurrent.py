"""Rules of recurrent networks, all layers and directions in one call, and of their cells, one step."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .recipe import Outside, Recipe, Rule, present


def network(operation: str, gates: int = 1, **options: str) -> Rule:
    """The rule of the function under nn.RNN and nn.GRU, which has `gates`; `options` complete the config."""

    def rule(
        input: Tensor,
        hx: Tensor,
        params: Sequence[Tensor],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> Recipe:
        if isinstance(params, Tensor):
            # Their second argument is the sizes of the batches, and all others come one later.
            raise Outside("packed sequences are outside the specification")
        return Recipe(
            operation=operation,
            config={
                "input_size": params[0].shape[1],
                "hidden_size": params[0].shape[0] // gates,
                "num_layers": num_layers,
                **options,
                "bias": has_biases,
                "batch_first": batch_first,
                "dropout": _no_dropout(dropout, train and num_layers > 1),
                "bidirectional": bidirectional,
            },
            params=_named(params, has_biases, num_layers, bidirectional),
            inputs=(input, hx),
        )

    return rule


def lstm(
    input: Tensor,
    hx: Sequence[Tensor],
    params: Sequence[Tensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> Recipe:
    """The function under nn.LSTM, which returns (output, h_n, c_n); with a projection, h has its size."""
    if isinstance(hx, Tensor):
        raise Outside("packed sequences are outside the specification")
    named = _named(params, has_biases, num_layers, bidirectional)
    return Recipe(
        operation="lstm",
        config={
            "input_size": params[0].shape[1],
            "hidden_size": params[0].shape[0] // 4,
            "num_layers": num_layers,
            "bias": has_biases,
            "batch_first": batch_first,
            "dropout": _no_dropout(dropout, train and num_layers > 1),
            "bidirectional": bidirectional,
            "proj_size": named["weight_hr_l0"].shape[0] if "weight_hr_l0" in named else 0,
        },
        params=named,
        inputs=(input, *hx),
        arranged=_states_together,
    )


def cell(operation: str, **options: str) -> Rule:
    """The rule of the function under nn.RNNCell, nn.LSTMCell and nn.GRUCell; `options` complete the config."""

    def rule(
        input: Tensor,
        hx: Tensor | Sequence[Tensor],
        w_ih: Tensor,
        w_hh: Tensor,
        b_ih: Tensor | None = None,
        b_hh: Tensor | None = None,
    ) -> Recipe:
        if (b_ih is None) != (b_hh is None):
            raise Outside("one bias of two is outside the specification")
        return Recipe(
            operation=operation,
            config={
                "input_size": w_ih.shape[1],
                "hidden_size": w_hh.shape[1],
                "bias": b_ih is not None,
                **options,
            },
            params=present(weight_ih=w_ih, weight_hh=w_hh, bias_ih=b_ih, bias_hh=b_hh),
            inputs=(input, hx) if isinstance(hx, Tensor) else (input, *hx),
        )

    return rule


def _named(
    params: Sequence[Tensor], has_biases: bool, num_layers: int, bidirectional: bool
) -> dict[str, Tensor]:
    """The parameters in torch's order, by name: each direction of each layer has two, four, or one more."""
    directions = ("", "_reverse")[: 1 + bidirectional]
    kinds = ["weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if has_biases else ())]
    if len(params) > len(kinds) * num_layers * len(directions):
        kinds.append("weight_hr")
    names = [f"{kind}_l{layer}{end}" for layer in range(num_layers) for end in directions for kind in kinds]
    return dict(zip(names, params, strict=True))


def _no_dropout(dropout: float, drops: bool) -> float:
    """0, which dropout is outside training and behind the last layer."""
    if dropout and drops:
        raise Outside("dropout in training draws random numbers (see Module.eval)")
    return 0.0


def _states_together(result: Any) -> Any:
    output, *states = result
    return output, tuple(states)

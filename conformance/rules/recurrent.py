"""Rules of recurrent networks, all layers and directions in one call, and of their cells, one step."""

from collections.abc import Sequence

from torch import Tensor

from .recipe import Outside, Recipe, Rule, present


def elman(nonlinearity: str) -> Rule:
    """The rule of the function under nn.RNN."""

    def rule(
        input: Tensor,
        hx: Tensor,
        params: Sequence[Tensor],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: object = None,
    ) -> Recipe:
        if not isinstance(batch_first, bool):
            raise Outside("packed sequences")
        if dropout and train:
            raise Outside("dropout in training draws random numbers (see Module.eval)")
        names = [
            f"{kind}_l{layer}{direction}"
            for layer in range(num_layers)
            for direction in ("", "_reverse")[: 1 + bidirectional]
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if has_biases else 2]
        ]
        return Recipe(
            operation="rnn",
            config={
                "input_size": params[0].shape[1],
                "hidden_size": params[1].shape[1],
                "num_layers": num_layers,
                "nonlinearity": nonlinearity,
                "bias": has_biases,
                "batch_first": batch_first,
                # Outside training, dropout does nothing.
                "dropout": 0.0,
                "bidirectional": bidirectional,
            },
            params=dict(zip(names, params, strict=True)),
            inputs=(input, hx),
        )

    return rule


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

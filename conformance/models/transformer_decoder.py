"""transformer_decoder: cases and claims of a language model of blocks of causal self-attention."""

from typing import Any

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._transformer import HEADS, affine, drawn, named, norm


def cases(draw: Draw) -> Case:
    """Sequences of a few tokens of a small vocabulary, weights tied or not."""
    heads, each = draw.choice(HEADS)
    batch, steps = draw.size(3), draw.integer(1, 4)
    vocabulary_size = draw.integer(2, 5)
    config: dict[str, Any] = {
        "vocabulary_size": vocabulary_size,
        "embedding_dim": heads * each,
        "num_heads": heads,
        "num_layers": draw.choice((1, 1, 1, 1, 2)),
        "context_length": steps + draw.integer(0, 2),
        "feedforward_dim": draw.choice((3, 1, 2, None)),
        "tie_weights": draw.choice((True, True, False)),
    }
    return draw.case(
        config=config,
        params=drawn(draw, _shapes(config)),
        inputs=[draw.classes((batch, steps), vocabulary_size)],
    )


def _shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """The state_dict's shapes by name."""
    tokens, features = config["vocabulary_size"], config["embedding_dim"]
    hidden = 4 * features if config["feedforward_dim"] is None else config["feedforward_dim"]
    found: dict[str, tuple[int, ...]] = {
        "embedding.weight": (tokens, features),
        "position.weight": (config["context_length"], features),
    }
    block = {
        **norm("attention_norm", features),
        **affine("attention.projections", features, 3 * features),
        **affine("attention.output", features, features),
        **norm("feedforward_norm", features),
        **affine("expand", features, hidden),
        **affine("contract", hidden, features),
    }
    for number in range(config["num_layers"]):
        found |= named(f"blocks.{number}", block)
    found |= norm("norm", features)
    if not config["tie_weights"]:
        found["output.weight"] = (tokens, features)
    return found


TRANSFORMER_DECODER = ModelOperation(
    name="transformer_decoder",
    cases=cases,
    parts=("embedding", "add", "layer_norm", "linear", "scaled_dot_product_attention", "gelu"),
    loss="token_cross_entropy",
    inputs=("tokens",),
    laws=MODEL_LAWS,
    one_in=5,
)

"""transformer_encoder: cases and claims of a classifier of layers of self-attention."""

from typing import Any

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS
from ._transformer import HEADS, affine, drawn, named, norm


def cases(draw: Draw) -> Case:
    """Sequences, images of one channel or two, or tokens; normalised before the sublayers or after them."""
    heads, each = draw.choice(HEADS)
    tokens = draw.choice((False, True, False))
    batch, steps = draw.size(3), draw.integer(1, 3)
    channels, columns = draw.integer(1, 2), draw.integer(1, 3)
    features = draw.integer(2, 5) if tokens else channels * columns
    config = {
        "in_features": features,
        "embedding_dim": heads * each,
        "num_heads": heads,
        "feedforward_dim": draw.integer(1, 4),
        "num_layers": draw.choice((1, 1, 1, 1, 2)),
        "num_classes": draw.integer(2, 4),
        "max_length": steps + draw.integer(0, 2),
        "norm_first": draw.boolean(),
        "tokens": tokens,
    }
    if tokens:
        x = draw.classes((batch, steps), features)
    elif draw.boolean():
        x = draw.tensor((batch, channels, steps, columns), 0.25)
    else:
        x = draw.tensor((batch, steps, features), 0.25)
    return draw.case(config=config, params=drawn(draw, _shapes(config)), inputs=[x])


def _shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """The state_dict's shapes by name."""
    read, features, hidden = config["in_features"], config["embedding_dim"], config["feedforward_dim"]
    found: dict[str, tuple[int, ...]] = {"position.weight": (config["max_length"], features)}
    if config["tokens"]:
        found["embedding.weight"] = (read, features)
    else:
        found |= affine("embedding", read, features)
    layer = {
        "self_attn.in_proj_weight": (3 * features, features),
        "self_attn.in_proj_bias": (3 * features,),
        **affine("self_attn.out_proj", features, features),
        **affine("linear1", features, hidden),
        **affine("linear2", hidden, features),
        **norm("norm1", features),
        **norm("norm2", features),
    }
    for number in range(config["num_layers"]):
        found |= named(f"layers.{number}", layer)
    if config["norm_first"]:
        found |= norm("norm", features)
    return found | affine("output", features, config["num_classes"])


TRANSFORMER_ENCODER = ModelOperation(
    name="transformer_encoder",
    cases=cases,
    parts=("embedding", "linear", "add", "multihead_attention", "layer_norm", "gelu", "mean"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
    one_in=5,
)

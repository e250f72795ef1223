"""Cases of models that read tokens with recurrent layers: a class for every token."""

from typing import Any

from ..case import Case
from ..drawing import Draw


def token_case(draw: Draw, gates: int, *, num_classes: int | None = None, directions: int = 1) -> Case:
    """One or two layers of `gates` blocks; without `num_classes` the classes are those of the next token."""
    vocabulary_size, embedding_dim = draw.integer(2, 5), draw.integer(1, 4)
    hidden_size, num_layers = draw.integer(1, 3), draw.integer(1, 2)
    classes = vocabulary_size if num_classes is None else num_classes
    config: dict[str, Any] = {"vocabulary_size": vocabulary_size}
    if num_classes is not None:
        config["num_classes"] = num_classes
    params = {"embedding.weight": draw.tensor((vocabulary_size, embedding_dim))}
    for layer in range(num_layers):
        features = embedding_dim if layer == 0 else directions * hidden_size
        for end in ("", "_reverse")[:directions]:
            shapes = {
                "weight_ih": (gates * hidden_size, features),
                "weight_hh": (gates * hidden_size, hidden_size),
                "bias_ih": (gates * hidden_size,),
                "bias_hh": (gates * hidden_size,),
            }
            for kind, shape in shapes.items():
                # Sums of a few such products neither vanish nor saturate every unit.
                params[f"layers.{kind}_l{layer}{end}"] = draw.tensor(shape, 0.25)
    return draw.case(
        config={
            **config,
            "embedding_dim": embedding_dim,
            "hidden_size": hidden_size,
            "num_layers": num_layers,
        },
        params={
            **params,
            "output.weight": draw.tensor((classes, directions * hidden_size)),
            "output.bias": draw.tensor((classes,)),
        },
        inputs=[draw.classes((draw.size(3), draw.integer(1, 4)), vocabulary_size)],
    )

"""embedding: lookup in a table."""

from conformance.case import Case

from ._option import REGIME, Impossible, Option, among, size, switches, x


def padding_of(case: Case) -> str:
    """The side from which padding_idx is counted."""
    padding = case.config["padding_idx"]
    return "None" if padding is None else "from the front" if padding >= 0 else "from the back"


def indices_of(case: Case) -> str:
    """How often indices occur."""
    indices = x(case)
    if indices.size == 0:
        return "none"
    return "each once" if len(set(indices.ravel().tolist())) == indices.size else "repeated"


OPTIONS = (
    REGIME,
    size("rows", lambda case: int(case.config["num_embeddings"]), empty=False),
    size("features", lambda case: int(case.config["embedding_dim"])),
    Option("padding_idx", ("None", "from the front", "from the back"), padding_of),
    among("norm_type", 2.0, 1.0),
    *switches("scale_grad_by_freq"),
    Option("index type", ("int64", "int32"), lambda case: str(x(case).dtype)),
    Option("indices", ("each once", "repeated"), indices_of, rare=("none",)),
    Option("dimensions", ("0", "1", "2", "3"), lambda case: str(x(case).ndim)),
)

IMPOSSIBLE = (
    Impossible("dimensions=0", ("indices=repeated", "indices=none"), "there is one index"),
    Impossible(
        "rows=large",
        ("features=large", "dimensions=0", "dimensions=2", "dimensions=3", "indices=none"),
        "what is large in one dimension is small in the others",
    ),
    Impossible(
        "features=large",
        ("dimensions=0", "dimensions=2", "dimensions=3", "indices=none"),
        "what is large in one dimension is small in the others",
    ),
)

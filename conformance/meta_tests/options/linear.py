"""linear: a dense layer."""

import math

from ._option import (
    REGIME,
    Impossible,
    Option,
    size,
    switches,
    x,
)

OPTIONS = (
    REGIME,
    *switches("bias"),
    size("in_features", lambda case: case.config["in_features"]),
    size("out_features", lambda case: case.config["out_features"], empty=False),
    Option("dimensions", ("1", "2", "3", "4"), lambda case: str(x(case).ndim)),
    size("rows", lambda case: math.prod(x(case).shape[:-1])),
)

IMPOSSIBLE = (
    Impossible("dimensions=1", ("rows=0", "rows=several", "rows=large"), "a vector is a single row"),
    Impossible(
        "in_features=0",
        ("out_features=large", "rows=large"),
        "what is large in one dimension is small, and not empty, in the others",
    ),
    Impossible(
        "in_features=large",
        ("out_features=1", "out_features=large", "rows=0", "rows=1", "rows=large", "dimensions=1"),
        "a matrix is large in one dimension, and small in the others",
    ),
    Impossible(
        "out_features=large",
        ("in_features=1", "rows=0", "rows=1", "rows=large", "dimensions=1"),
        "a matrix is large in one dimension, and small in the others",
    ),
    Impossible(
        "rows=large",
        ("in_features=1", "out_features=1", "dimensions=4"),
        "a matrix is large in one dimension, and small in the others",
    ),
    Impossible(
        "dimensions=3",
        ("in_features=large", "out_features=large"),
        "large matrices are multiplied by matrices",
    ),
    Impossible(
        "dimensions=4",
        ("in_features=large", "out_features=large"),
        "large matrices are multiplied by matrices",
    ),
)

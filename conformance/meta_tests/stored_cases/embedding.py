"""embedding: stored cases."""

from typing import Any

import numpy as np

from conformance.case import Case
from conformance.tree import Array

from ._stored import indices, stored, values


def embedding(x: Array, **options: Any) -> Case:
    """A lookup in a table of 4 rows of 3."""
    config = {
        "num_embeddings": 4,
        "embedding_dim": 3,
        "padding_idx": None,
        "max_norm": None,
        "norm_type": 2.0,
        "scale_grad_by_freq": False,
        "sparse": False,
        **options,
    }
    return stored("embedding", config, (x,), (*x.shape, 3), weight=values(4, 3, salt=1))


CASES = (
    embedding(indices(2, 0, 2, 1, 2)),
    embedding(np.array(3)),
    embedding(indices((3, 1), (1, 0)).astype(np.int32), scale_grad_by_freq=True),
    embedding(indices((1, 0, 1), (3, 1, 1)), padding_idx=1),
    embedding(indices(2, 3, 3, 0), padding_idx=-1, scale_grad_by_freq=True, norm_type=1.0),
)

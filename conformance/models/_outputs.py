"""What a model returned, without the running statistics that stand behind its output in training."""

import numpy as np

from ..tree import Array, Tree


def of_output(tree: Tree) -> Array:
    """The output itself, or its cotangent."""
    output = tree[0] if isinstance(tree, tuple) else tree
    assert isinstance(output, np.ndarray)
    return output

"""log_softmax: scores along a dimension."""

from ._scores import IMPOSSIBLE as IMPOSSIBLE
from ._scores import OPTIONS as OPTIONS

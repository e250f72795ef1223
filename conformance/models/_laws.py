"""The laws of every model, beside those of every operation: an explicit tuple, in the report's order."""

from ..law import Law
from ._numerical_gradient import numerical_gradient
from ._training import training

MODEL_LAWS: tuple[Law, ...] = (
    Law(check=numerical_gradient, needs_vjp=True),
    # Three steps, each under noise: an eighth of the examples takes as long as half of the other laws.
    Law(check=training, needs_vjp=True, counts_informative=True, one_in=8),
)

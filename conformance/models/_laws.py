"""The laws of every model, beside those of every operation, in the report's order."""

from ..law import Law
from ._numerical_gradient import numerical_gradient
from ._training import training


def model_laws(one_in: int = 1) -> tuple[Law, ...]:
    """Those of a model of whose cases one in `one_in` is drawn."""
    return (
        Law(check=numerical_gradient, needs_vjp=True),
        # Three steps, each under noise: a quarter of all cases takes as long as all other laws.
        Law(check=training, needs_vjp=True, counts_informative=True, one_in=-(-4 // one_in)),
    )

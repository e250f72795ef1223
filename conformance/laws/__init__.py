"""The laws that every operation is judged by, the grossest first: an explicit tuple, in the report's order."""

from ..law import Law, Source
from .agreement import agreement
from .determinism import determinism
from .directional_difference import directional_difference
from .kinks import kinks
from .memory_layout import memory_layout
from .pullback_is_linear import pullback_is_linear
from .purity import purity
from .rejection import rejection
from .shape_and_dtype import shape_and_dtype
from .special_values import special_values
from .vjp import vjp
from .zero_pulls_back_to_zero import zero_pulls_back_to_zero

LAWS: tuple[Law, ...] = (
    Law(check=shape_and_dtype),
    Law(check=agreement, counts_informative=True, every_content=True),
    Law(check=vjp, needs_vjp=True, counts_informative=True, every_content=True),
    Law(check=pullback_is_linear, needs_vjp=True),
    Law(check=zero_pulls_back_to_zero, needs_vjp=True),
    # Those with one_in call a kernel half a dozen times and more for a case.
    Law(check=directional_difference, needs_vjp=True, one_in=2),
    Law(check=purity),
    Law(check=determinism, needs_determinism=True, one_in=2),
    Law(check=memory_layout, one_in=2),
    Law(check=special_values, source=Source.SPECIAL),
    Law(check=kinks, source=Source.KINKS),
    Law(check=rejection, source=Source.REJECTS),
)

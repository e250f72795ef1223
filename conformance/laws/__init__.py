"""The laws that every operation is judged by, the grossest first: an explicit tuple, in the report's order."""

from ..law import Law, Source
from .agreement import agreement
from .determinism import determinism
from .kinks import kinks
from .memory_layout import memory_layout
from .purity import purity
from .rejection import rejection
from .shape_and_dtype import shape_and_dtype
from .special_values import special_values
from .vjp import vjp

LAWS: tuple[Law, ...] = (
    Law(check=shape_and_dtype),
    Law(check=agreement, counts_informative=True, every_content=True),
    Law(check=vjp, needs_vjp=True, counts_informative=True, every_content=True),
    Law(check=purity),
    Law(check=determinism, needs_determinism=True),
    Law(check=memory_layout),
    Law(check=special_values, source=Source.SPECIAL),
    Law(check=kinks, source=Source.KINKS),
    Law(check=rejection, source=Source.REJECTS),
)

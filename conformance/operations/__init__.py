"""The operations of the specification: an explicit tuple, in the order of the report."""

from ..operation import Operation
from .linear import LINEAR

OPERATIONS: tuple[Operation, ...] = (LINEAR,)

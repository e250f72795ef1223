"""mse_loss: mean squared error."""

from ._elements import IMPOSSIBLE as IMPOSSIBLE
from ._option import REDUCTION, REGIME, dimensions, extent, size

OPTIONS = (REGIME, REDUCTION, dimensions(), size("longest dimension", extent))

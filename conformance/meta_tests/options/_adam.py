"""Options that adam and adamw have."""

from conformance.operations._adam import BETAS, EPS, LR, WEIGHT_DECAY

from ._optimizers import NOTHING, PARAMS, STATE
from ._option import REGIME, Impossible, Option, among, switches

ADAMS: tuple[Option, ...] = (
    REGIME,
    PARAMS,
    STATE,
    among("lr", *LR),
    among("betas", *BETAS),
    among("eps", *EPS),
    among("weight_decay", *WEIGHT_DECAY),
    *switches("amsgrad", "maximize"),
)

NEVER: tuple[Impossible, ...] = (
    *NOTHING,
    Impossible("eps=0.0", ("betas=(0.9, 0.0)",), "where a gradient vanishes, nothing is divided by"),
)

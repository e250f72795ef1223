"""mse_loss: cases, special values and rejections."""

import numpy as np

from ..case import Case
from ..drawing import ANY, MILD, Draw, Reach
from ..law import Law
from ..laws.arguments_exchange import arguments_exchange
from ..laws.batch_is_independent import batch_is_independent
from ..laws.reductions_agree import reductions_agree
from ..laws.scales_quadratically import scales_quadratically
from ..operation import Kink, Operation, Rejection
from ._shapes import any_shape, losses

REDUCTIONS = ("mean", "sum", "none")

SQUARED = Reach(rows=ANY.rows, whole=((1.0, 1e4), (1.0, -1e4), (1e15, 0.0), (1e-15, 0.0)))
"""Numbers whose squares neither overflow nor vanish."""


def cases(draw: Draw) -> Case:
    """Any shape, the same for input and target, under every reduction; now and then they nearly agree."""
    shape = any_shape(draw)
    reduction = draw.choice(REDUCTIONS)
    count = int(np.prod(shape))
    x, near = draw.tensor(shape, reach=SQUARED), draw.rarely(3)
    target = draw.tensor(shape, reach=MILD if near else SQUARED)
    if near and draw.regime != "exact":
        target = np.asarray(x + target / 1024, dtype=draw.dtype)
    return draw.case(
        config={"reduction": reduction},
        inputs=[x, target],
        # A mean is exact where its divisor is a power of two.
        exact=reduction != "mean" or count & (count - 1) == 0,
    )


def special(draw: Draw) -> Case:
    """NaN, infinities and zeros on both sides, subnormals where nothing is divided.

    The order of 2 / n and the difference decides how a subnormal quotient is rounded, so that a mean of
    subnormals is nobody's to judge; nor is how far a difference of the largest numbers overflows.
    """
    shape = any_shape(draw)
    reduction = draw.choice(REDUCTIONS)
    tiny = 3 * float(np.finfo(draw.dtype).smallest_subnormal)
    table = (np.inf, -np.inf, np.nan, 0.0, -0.0, *(() if reduction == "mean" else (tiny, -tiny)))
    return draw.case(
        config={"reduction": reduction},
        inputs=[draw.sprinkled(draw.tensor(shape), table), draw.sprinkled(draw.tensor(shape), table)],
    )


def _rejected(name: str, target_shape: tuple[int, ...], reduction: str = "mean") -> Rejection:
    inputs = (np.arange(6.0).reshape(2, 3), np.ones(target_shape))
    return Rejection(name=name, config={"reduction": reduction}, inputs=inputs)


MSE_LOSS = Operation(
    name="mse_loss",
    profile="core",
    inputs=("input", "target"),
    cases=cases,
    special=special,
    rejects=(
        _rejected("shapes that do not broadcast", (2, 2)),
        _rejected("shapes that broadcast", (3,)),
        _rejected("a column that broadcasts", (2, 1)),
        _rejected("target without a dimension", ()),
        _rejected("target with a dimension more", (1, 2, 3)),
        _rejected("input transposed", (3, 2), "none"),
        _rejected("unknown reduction", (2, 3), "average"),
    ),
    kinks=(
        Kink(
            name="mean_of_nothing",
            config={"reduction": "mean"},
            inputs=(np.zeros((0, 2)), np.zeros((0, 2))),
            output=np.array(np.nan),
            cotangent=np.array(3.0),
            inputs_cotangents=(np.zeros((0, 2)), np.zeros((0, 2))),
        ),
    ),
    samples=losses,
    laws=(
        Law(check=reductions_agree),
        Law(check=arguments_exchange),
        Law(check=scales_quadratically),
        Law(check=batch_is_independent),
    ),
)

"""clip_grad_norm: cases, special values and rejections."""

import math

import numpy as np

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.clipped_norm_is_bounded import clipped_norm_is_bounded
from ..laws.gradients_have_no_order import gradients_have_no_order
from ..laws.norm_of_norms_is_norm import norm_of_norms_is_norm
from ..laws.unbounded_is_measured import unbounded_is_measured
from ..operation import Operation, Rejection
from ..tree import Array
from ._optimizers import shapes, tensors

MAX_NORM = (1.0, 8.0, 100.0, 1e-3, math.inf, 0.0)
NORM_TYPE: tuple[float | str, ...] = (2.0, 1.0, math.inf, 3.0, 0.5, 0.0, -math.inf, -1.0, "inf")
EXACT = (math.inf, 0.0, -math.inf)
"""Types whose norm is a choice or a count. A sum of sizes, too, may be a root of powers of scaled numbers."""


def cases(draw: Draw) -> Case:
    """All types of norm, with bounds below and above."""
    max_norm, norm_type = draw.choice(MAX_NORM), draw.choice(NORM_TYPE)
    return draw.case(
        config={"max_norm": max_norm, "norm_type": norm_type, "error_if_nonfinite": draw.boolean()},
        inputs=[tensors(draw, _sizes(draw, float(norm_type)))],
        exact=max_norm == math.inf and float(norm_type) in EXACT,
    )


def special(draw: Draw) -> Case:
    """NaN, infinities and zeros: none, some, or many; and not so large that squares overflow."""
    norm_type = draw.choice(NORM_TYPE)
    gradients = tensors(draw, _sizes(draw, float(norm_type)))
    table = draw.choice(((math.nan, 0.0), (math.inf, -math.inf, -0.0), (math.nan, math.inf, 0.0)))
    return draw.case(
        config={"max_norm": draw.choice(MAX_NORM), "norm_type": norm_type, "error_if_nonfinite": False},
        inputs=[{name: draw.sprinkled(gradient, table) for name, gradient in gradients.items()}],
    )


def _sizes(draw: Draw, norm_type: float) -> dict[str, tuple[int, ...]]:
    """The shapes of one gradient or more; empty ones where they have a norm."""
    sizes = shapes(draw) or {"weight": (2,)}
    if norm_type >= 0 and norm_type != math.inf:
        return sizes
    return {name: tuple(size or 1 for size in shape) for name, shape in sizes.items()}


def _rejected(name: str, gradient: Array, **options: object) -> Rejection:
    config = {"max_norm": 1.0, "norm_type": 2.0, "error_if_nonfinite": False, **options}
    return Rejection(name=name, config=config, inputs=({"weight": gradient, "bias": np.array([0.5])},))


TWO = np.array([1.5, -0.5])
EMPTY = np.zeros((0, 2))

CLIP_GRAD_NORM = Operation(
    name="clip_grad_norm",
    profile="optimizers",
    inputs=("gradients",),
    outputs=(),
    differentiable=False,
    cases=cases,
    special=special,
    rejects=(
        _rejected("a type that is no number", TWO, norm_type="two"),
        _rejected("the largest of nothing", EMPTY, norm_type=math.inf),
        _rejected("the smallest of nothing", EMPTY, norm_type=-math.inf),
        _rejected("a negative norm of nothing", EMPTY, norm_type=-1.0),
        _rejected("a norm that is no number", np.array([np.nan, 1.0]), error_if_nonfinite=True),
        _rejected("an infinite norm", np.array([np.inf, 1.0]), error_if_nonfinite=True),
        _rejected(
            "an infinite norm and no bound", np.array([-np.inf]), error_if_nonfinite=True, max_norm=math.inf
        ),
    ),
    laws=(
        Law(check=gradients_have_no_order),
        Law(check=unbounded_is_measured),
        Law(check=norm_of_norms_is_norm),
        Law(check=clipped_norm_is_bounded),
    ),
)

"""sgd: cases and rejections."""

from ..case import Case
from ..drawing import Draw
from ..law import Law
from ..laws.ten_steps import ten_steps
from ..operation import Operation
from ._optimizers import known, rejected, shapes, tensors, wrong_mappings

# In the regime exact the second of each pair: powers of two, so that every product and sum is exact.
LR = ((0.1, 0.5), (1e-3, 0.25), (0.013, 0.125), (1.0, 1.0), (0.0, 0.0))
MOMENTUM = ((0.0, 0.0), (0.9, 0.5), (0.37, 0.25), (1.1, 2.0))
DAMPENING = ((0.0, 0.0), (0.3, 0.5), (0.9, 0.25), (1.0, 1.0), (-0.2, -0.5))
WEIGHT_DECAY = ((0.0, 0.0), (0.01, 0.25), (0.3, 0.5))


def cases(draw: Draw) -> Case:
    """All options; before the first step, after it, and in between, where one param is new."""
    exact = draw.regime == "exact"
    sizes = shapes(draw)
    nesterov = draw.rarely(3)
    momentum = draw.choice(MOMENTUM[1:] if nesterov else (*MOMENTUM, *MOMENTUM[1:]))
    dampening = draw.choice((DAMPENING[0],) if nesterov else DAMPENING)
    config = {
        "lr": draw.choice(LR)[exact],
        "momentum": momentum[exact],
        "dampening": dampening[exact],
        "weight_decay": draw.choice(WEIGHT_DECAY)[exact],
        "nesterov": nesterov,
        "maximize": draw.boolean(),
    }
    stepped = known(draw, sizes) if momentum[exact] else {}
    return draw.case(
        config=config,
        params=tensors(draw, sizes),
        inputs=[tensors(draw, sizes), tensors(draw, stepped, "momentum_buffer")],
        exact=True,
    )


PLAIN = {
    "lr": 0.1,
    "momentum": 0.9,
    "dampening": 0.0,
    "weight_decay": 0.0,
    "nesterov": False,
    "maximize": False,
}

SGD = Operation(
    name="sgd",
    profile="optimizers",
    inputs=("gradients", "state"),
    outputs=(),
    differentiable=False,
    cases=cases,
    rejects=(
        rejected("negative lr", {**PLAIN, "lr": -0.1}),
        rejected("negative momentum", {**PLAIN, "momentum": -0.9}),
        rejected("negative weight decay", {**PLAIN, "weight_decay": -0.1}),
        rejected("nesterov without momentum", {**PLAIN, "momentum": 0.0, "nesterov": True}),
        rejected("nesterov with dampening", {**PLAIN, "dampening": 0.5, "nesterov": True}),
        *wrong_mappings(PLAIN, ("momentum_buffer",)),
    ),
    laws=(Law(check=ten_steps, one_in=4),),
)

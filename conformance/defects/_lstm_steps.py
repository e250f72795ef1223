"""A step of a long short-term memory in tensors, and steps with a mistake in them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import linear

Gates: TypeAlias = dict[str, Tensor]
"""Under "i", "f", "g" and "o" the sums that feed the gates, or the gates themselves."""

Step: TypeAlias = Callable[[Gates, Tensor], tuple[Tensor, Tensor]]
"""(sums, c) -> (m, c): the next c, and h before a projection."""


def gate_sums(params: Mapping[str, Any], x: Tensor, h: Tensor, suffix: str = "") -> Gates:
    """What feeds the gates of the cell whose params' names end in `suffix`."""
    w_ih, w_hh, b_ih, b_hh = (
        params.get(name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    assert w_ih is not None and w_hh is not None
    a = linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)
    return dict(zip("ifgo", a.chunk(4, -1), strict=True))


def opened(sums: Gates) -> Gates:
    """The gates."""
    return {name: torch.tanh(a) if name == "g" else torch.sigmoid(a) for name, a in sums.items()}


def remembered(gates: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """What is right once the gates are."""
    c = gates["f"] * c + gates["i"] * gates["g"]
    return gates["o"] * torch.tanh(c), c


def output_gate_missing(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The state h is tanh(c): the output gate is never applied."""
    _, c = remembered(opened(sums), c)
    return torch.tanh(c), c


def cell_not_squashed(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The state h is o * c, without the tanh."""
    gates = opened(sums)
    _, c = remembered(gates, c)
    return gates["o"] * c, c


def candidate_through_sigmoid(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The candidate g goes through a sigmoid like the gates."""
    return remembered({name: torch.sigmoid(a) for name, a in sums.items()}, c)


def output_gate_through_tanh(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The output gate goes through a tanh."""
    return remembered({**opened(sums), "o": torch.tanh(sums["o"])}, c)


def tanh_on_the_last_block(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The sigmoid is taken of the first three blocks and the tanh of the last one, but g is the third."""
    gates = {name: torch.tanh(a) if name == "o" else torch.sigmoid(a) for name, a in sums.items()}
    return remembered(gates, c)


def gates_coupled(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The input gate is 1 - f, as in memories with coupled gates."""
    gates = opened(sums)
    return remembered({**gates, "i": 1 - gates["f"]}, c)


def forget_bias_of_one(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The forget gate has a bias of 1 beside those of the parameters."""
    return remembered(opened({**sums, "f": sums["f"] + 1}), c)


def gates_peep_at_the_cell(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The input and forget gates see the cell beside the state, as with peepholes."""
    return remembered(opened({**sums, "i": sums["i"] + c, "f": sums["f"] + c}), c)


def output_gate_peeps_at_the_cell(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The output gate sees the next cell, as with a peephole."""
    gates = opened(sums)
    _, after = remembered(gates, c)
    return torch.sigmoid(sums["o"] + after) * torch.tanh(after), after


def sigmoid_in_three_pieces(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The gates go through the piecewise linear sigmoid, clip(0.2 a + 0.5, 0, 1)."""
    gates = {name: torch.clamp(0.2 * a + 0.5, 0, 1) for name, a in sums.items()}
    return remembered({**gates, "g": torch.tanh(sums["g"])}, c)


def cell_not_carried(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The next cell is i * g alone: what the forget gate keeps is never added."""
    return remembered(opened(sums), 0 * c)


def cell_carried_whole(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """Nothing is forgotten: the next cell is c + i * g, as in the memory of 1997."""
    gates = opened(sums)
    return remembered({**gates, "f": torch.ones_like(c)}, c)


def cell_not_differentiated(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The cotangent of the cell before a step is zero."""
    return remembered(opened(sums), c.detach())


def squashing_not_differentiated(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """The derivative of tanh(c) is taken for 1."""
    gates = opened(sums)
    _, after = remembered(gates, c)
    # The value of tanh and the derivative of the identity; a zero of either sign is one.
    return gates["o"] * (after + (torch.tanh(after) - after).detach()), after


def forget_gate_not_differentiated(sums: Gates, c: Tensor) -> tuple[Tensor, Tensor]:
    """No cotangent flows into the forget gate."""
    return remembered(opened({**sums, "f": sums["f"].detach()}), c)


STEPS: Mapping[Step, str] = {
    output_gate_missing: "agreement",
    cell_not_squashed: "agreement",
    candidate_through_sigmoid: "agreement",
    output_gate_through_tanh: "agreement",
    tanh_on_the_last_block: "agreement",
    gates_coupled: "agreement",
    forget_bias_of_one: "agreement",
    gates_peep_at_the_cell: "agreement",
    output_gate_peeps_at_the_cell: "agreement",
    sigmoid_in_three_pieces: "agreement",
    cell_not_carried: "agreement",
    cell_carried_whole: "agreement",
    cell_not_differentiated: "vjp",
    squashing_not_differentiated: "vjp",
    forget_gate_not_differentiated: "vjp",
}
"""Each mistake with the law that rejects it."""

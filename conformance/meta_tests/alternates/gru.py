"""Gated recurrent networks: other formulas, biases together or apart, sums in all orders."""

from ._alternate import Alternate, alternate
from ._gated import Gated
from ._sums import ORDERS, native, sequential, wide

ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate(
            "gru",
            name,
            Gated(
                order,
                convex=i % 2 == 1,
                halves=i % 3 == 1,
                bias="first" if i % 2 else "apart",
                gather=i % 2 == 0,
            ).vjp,
        )
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("gru", "1 - z by its own exponential", Gated(native, convex=True, mirrored=True).vjp),
    alternate("gru", "step by step", Gated(sequential, mirrored=True, bias="first", gather=True).vjp),
    alternate("gru", "onto the output's cotangent", Gated(sequential, onto=True).vjp),
    alternate("gru", "wide, 1 - z by its own exponential", Gated(wide, mirrored=True).vjp),
)

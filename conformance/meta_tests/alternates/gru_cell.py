"""One gated step: a network over a sequence of one, other formulas, sums in all orders."""

from ._alternate import Alternate, alternate
from ._gated import Gated
from ._sums import ORDERS, native, wide
from .rnn_cell import step

ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate(
            "gru_cell",
            name,
            step(Gated(order, convex=i % 2 == 1, halves=i % 3 == 1, bias="first" if i % 2 else "apart").vjp),
        )
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate(
        "gru_cell", "1 - z by its own exponential", step(Gated(native, convex=True, mirrored=True).vjp)
    ),
    alternate("gru_cell", "wide, 1 - z by its own exponential", step(Gated(wide, mirrored=True).vjp)),
)

"""Wrong recurrent networks."""

from typing import Any

from ._between_layers import between_layers
from ._defect import wrong
from ._networks import both_directions_read_forward, network_defects, reverse_outputs_not_flipped
from ._right import Params, right

rnn = right("rnn")


def nonlinearity_ignored(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """It is always tanh."""
    rnn(params, x, h_0, mask, **config)  # still refuses what is invalid
    return rnn(params, x, h_0, mask, **{**config, "nonlinearity": "tanh"})


def recurrent_weight_transposed(params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """The recurrent weight, which is square, is applied transposed."""
    return rnn(
        {name: p.T if "weight_hh" in name else p for name, p in params.items()}, x, h_0, mask, **config
    )


SEEN = {
    reverse_outputs_not_flipped: "https://github.com/d2l-ai/d2l-en/issues/2306",
    both_directions_read_forward: "https://github.com/stanfordmlgroup/nlc/issues/8",
}

DEFECTS = (
    *network_defects("rnn", SEEN),
    wrong("rnn", nonlinearity_ignored, law="agreement"),
    wrong("rnn", recurrent_weight_transposed, law="agreement"),
    *(wrong("rnn", function, law=law) for function, law in between_layers("rnn")),
)

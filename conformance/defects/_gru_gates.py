"""Mistakes with the gates r, z, n, of a cell and of a network: as changes of params, or as another step."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ._between_layers import passed_on
from ._right import Params

Step = Callable[..., Tensor]
"""(x, h, weight_ih, weight_hh, bias_ih, bias_hh) -> the next h, of one layer in one direction."""

WRONG_ORDERS = ("z_r_n", "r_n_z", "n_r_z", "z_n_r", "n_z_r")


def read_in_order(params: Params, order: str) -> dict[str, Tensor]:
    """What is read by someone who takes the blocks of gates to be in another order than r, z, n."""
    places = [order.split("_").index(gate) for gate in "rzn"]
    return {
        name: _blocks(p, lambda blocks: [blocks[place] for place in places]) for name, p in params.items()
    }


def mirrored_update(params: Params) -> dict[str, Tensor]:
    """1 - z in the place of z: sigmoid(-a) is 1 - sigmoid(a)."""
    return {name: _blocks(p, lambda blocks: [blocks[0], -blocks[1], blocks[2]]) for name, p in params.items()}


def bias_outside_reset(params: Params) -> dict[str, Tensor]:
    """b_hn beside b_in, where the reset gate does not reach it."""
    return _changed_biases(params, lambda ih, hh: (torch.cat([ih[0], ih[1], ih[2] + hh[2]]), _cut(hh)))


def one_bias_cotangent(params: Params) -> dict[str, Tensor]:
    """The cotangent of bias_ih for bias_hh too."""
    return _changed_biases(
        params,
        lambda ih, hh: (
            torch.cat([a + (b - b.detach()) for a, b in zip(ih, hh, strict=True)]),
            torch.cat(list(hh)).detach(),
        ),
    )


def reset_before_product(
    x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> Tensor:
    """The new gate tanh(W_in x + b_in + W_hn (r h) + b_hn)."""
    i_r, i_z, i_n = (x @ w_ih.T + b_ih).chunk(3, -1)
    (w_r, w_z, w_n), (b_r, b_z, b_n) = w_hh.chunk(3), b_hh.chunk(3)
    r, z = torch.sigmoid(i_r + h @ w_r.T + b_r), torch.sigmoid(i_z + h @ w_z.T + b_z)
    n = torch.tanh(i_n + (r * h) @ w_n.T + b_n)
    return n + z * (h - n)


def reset_detached(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """The reset gate is a constant to the pullback."""
    (i_r, i_z, i_n), (h_r, h_z, h_n) = (x @ w_ih.T + b_ih).chunk(3, -1), (h @ w_hh.T + b_hh).chunk(3, -1)
    r, z = torch.sigmoid(i_r + h_r).detach(), torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return n + z * (h - n)


def state_detached_in_update(
    x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
) -> Tensor:
    """The term z h hands no cotangent on to h."""
    (i_r, i_z, i_n), (h_r, h_z, h_n) = (x @ w_ih.T + b_ih).chunk(3, -1), (h @ w_hh.T + b_hh).chunk(3, -1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    n = torch.tanh(i_n + r * h_n)
    return n + z * (h.detach() - n)


def sigmoid_for_new(x: Tensor, h: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """A sigmoid for n, as for r and z."""
    (i_r, i_z, i_n), (h_r, h_z, h_n) = (x @ w_ih.T + b_ih).chunk(3, -1), (h @ w_hh.T + b_hh).chunk(3, -1)
    r, z = torch.sigmoid(i_r + h_r), torch.sigmoid(i_z + h_z)
    n = torch.sigmoid(i_n + r * h_n)
    return n + z * (h - n)


def unrolled(step: Step, params: Params, x: Any, h_0: Any, mask: Any, **config: Any) -> Any:
    """A network whose layers take that step."""
    time = 1 if config["batch_first"] and x.ndim == 3 else 0
    directions = ("", "_reverse")[: 1 + config["bidirectional"]]
    units = config["hidden_size"]
    finals: list[Tensor] = []
    seen = list(x.unbind(time))
    for layer in range(config["num_layers"]):
        if layer and mask is not None:
            kept = mask[layer - 1].unbind(time)
            seen = [passed_on(h, m, config["dropout"]) for h, m in zip(seen, kept, strict=True)]
        outputs = []
        for direction in directions:
            h = x.new_zeros(*seen[0].shape[:-1], units) if h_0 is None else h_0[len(finals)]
            states = []
            for now in reversed(seen) if direction else seen:
                h = step(now, h, *weights(params, f"_l{layer}{direction}"))
                states.append(h)
            outputs.append(states[::-1] if direction else states)
            finals.append(h)
        seen = [torch.cat(parts, -1) for parts in zip(*outputs, strict=True)]
    return torch.stack(seen, time), torch.stack(finals)


def weights(params: Params, suffix: str = "") -> tuple[Any, Any, Any, Any]:
    """The weights and biases of a layer in one direction; biases that are absent are zero."""
    w_ih, w_hh = params["weight_ih" + suffix], params["weight_hh" + suffix]
    none = torch.zeros(len(w_ih), dtype=w_ih.dtype)
    return w_ih, w_hh, params.get("bias_ih" + suffix, none), params.get("bias_hh" + suffix, none)


def _blocks(p: Tensor, change: Callable[[list[Tensor]], list[Tensor]]) -> Tensor:
    return torch.cat(change(list(p.chunk(3)))) if len(p) else p


def _cut(hh: list[Tensor]) -> Tensor:
    return torch.cat([hh[0], hh[1], 0 * hh[2]])


def _changed_biases(
    params: Params, change: Callable[[list[Tensor], list[Tensor]], tuple[Tensor, Tensor]]
) -> dict[str, Tensor]:
    found = dict(params)
    for name in params:
        if name.startswith("bias_hh"):
            first = name.replace("bias_hh", "bias_ih")
            found[first], found[name] = change(list(params[first].chunk(3)), list(params[name].chunk(3)))
    return found

"""lstm: the layers of `_lstm_layer`, stacked, in one direction or both."""

from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.tree import Array

from ._alternate import Alternate, Cotangents, Params, Pullback, alternate
from ._between_layers import passed_on
from ._lstm_layer import Layer, Weights
from ._sums import ORDERS, native, sequential, wide

Output = tuple[Array, tuple[Array, Array]]
Vjp = Callable[..., tuple[Output, Pullback]]


def network(layer: Layer) -> Vjp:
    """A network of such layers, as a kernel."""

    def vjp(
        params: Params,
        x: Array,
        h_0: Array | None,
        c_0: Array | None,
        mask: Array | None,
        *,
        hidden_size: int,
        num_layers: int,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        proj_size: int,
        **_: Any,
    ) -> tuple[Output, Pullback]:

        def turned(sequence: Array) -> Array:
            """Time first, or back; a batch of one where there is none."""
            return sequence.swapaxes(0, 1) if batch_first and x.ndim == 3 else sequence

        seen = turned(x) if x.ndim == 3 else x[:, None]
        kept = [] if mask is None else [turned(m) if x.ndim == 3 else m[:, None] for m in mask]
        directions = ("", "_reverse")[: 1 + bidirectional]
        size, cells = proj_size or hidden_size, num_layers * len(directions)
        h = np.zeros((cells, seen.shape[1], size), x.dtype) if h_0 is None else h_0
        c = np.zeros((cells, seen.shape[1], hidden_size), x.dtype) if c_0 is None else c_0
        h, c = h.reshape(cells, seen.shape[1], size), c.reshape(cells, seen.shape[1], hidden_size)
        runs: list[tuple[str, int, Array, Any]] = []
        for number in range(num_layers):
            if number and kept:
                seen = passed_on(seen, kept[number - 1], dropout, excess=layer.gather)
            outputs = []
            for direction in directions:
                suffix, step, k = f"_l{number}{direction}", -1 if direction else 1, len(runs)
                biases = [params[f"bias_{kind}{suffix}"] for kind in ("ih", "hh")] if bias else []
                run = layer.run(seen[::step], h[k], c[k], _weights(params, suffix), biases)
                runs.append((suffix, step, seen[::step], run))
                outputs.append(np.stack(run[1][1:])[::step])
            seen = np.concatenate(outputs, 2)
        h_n = np.stack([run[1][-1] for _, _, _, run in runs])
        c_n = np.stack([run[0][-1][4] for _, _, _, run in runs])

        def shaped(state: Array) -> Array:
            return state if x.ndim == 3 else state[:, 0]

        def pullback(cotangent: Any) -> Cotangents:
            d_seen = turned(cotangent[0]) if x.ndim == 3 else cotangent[0][:, None]
            d_h, d_c = cotangent[1][0].reshape(h.shape), cotangent[1][1].reshape(c.shape)
            of_params: dict[str, Array | None] = {}
            of_h, of_c = np.empty(h.shape, x.dtype), np.empty(c.shape, x.dtype)
            for number in reversed(range(num_layers)):
                parts = []
                for place in range(len(directions)):
                    k = number * len(directions) + place
                    suffix, step, given, run = runs[k]
                    d_states = d_seen[:, :, place * size : (place + 1) * size][::step]
                    d_x, of_h[k], of_c[k], d_ih, d_hh, d_b, d_hr = layer.pull(
                        d_states, d_h[k], d_c[k], given, c[k], run, _weights(params, suffix)
                    )
                    parts.append(d_x[::step])
                    of_params |= {f"weight_ih{suffix}": d_ih, f"weight_hh{suffix}": d_hh}
                    of_params |= {f"bias_ih{suffix}": d_b, f"bias_hh{suffix}": d_b} if bias else {}
                    of_params |= {f"weight_hr{suffix}": d_hr} if proj_size else {}
                d_seen = parts[0] if len(parts) == 1 else parts[1] + parts[0]
                if number and kept:
                    d_seen = passed_on(d_seen, kept[number - 1], dropout, excess=layer.gather)
            d_x = turned(d_seen) if x.ndim == 3 else d_seen[:, 0]
            return of_params, (d_x, *((None, None) if h_0 is None else (shaped(of_h), shaped(of_c))), None)

        output = turned(seen) if x.ndim == 3 else seen[:, 0]
        return (output, (shaped(h_n), shaped(c_n))), pullback

    return vjp


def _weights(params: Params, suffix: str) -> Weights:
    return params["weight_ih" + suffix], params["weight_hh" + suffix], params.get("weight_hr" + suffix)


BIASES = ("first", "last", "apart")

ALTERNATES: tuple[Alternate, ...] = (
    *(
        alternate(
            "lstm",
            name,
            network(
                Layer(order, by_gate=i % 2 == 1, bias=BIASES[i % 3], gather=i % 2 == 0, two_sided=i % 4 < 2)
            ),
        )
        for i, (name, order) in enumerate(ORDERS.items())
    ),
    alternate("lstm", "fused", network(Layer(native, fused=True))),
    alternate("lstm", "fused, by gate", network(Layer(sequential, fused=True, by_gate=True, gather=True))),
    alternate("lstm", "fused, wide", network(Layer(wide, fused=True, two_sided=True))),
    alternate("lstm", "onto the output's cotangent", network(Layer(sequential, onto=True))),
)

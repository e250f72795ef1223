"""The multiple of the allowances, calibrated on some operations and validated on the others.

`python -m conformance.meta_tests.calibration` prints the table of docs/allowances.md: the errors of all correct
kernels, in root-mean-square deviations of 48 noisy runs of the reference.
"""

import argparse
import sys
from collections.abc import Sequence

import numpy as np

from conformance.backend import DTYPES
from conformance.comparison import MULTIPLE
from conformance.operation import Operation
from conformance.selection import choose_operations

from .alternates._margins import Margin, margins

CALIBRATED_ON = ("linear", "tanh", "softmax", "conv2d", "cross_entropy", "rnn")

VALIDATED_ON = (
    *("sigmoid", "log_softmax", "avg_pool2d", "mse_loss", "max_pool2d"),
    *("rnn_cell", "lstm_cell", "gru_cell", "dropout", "layer_norm", "gelu", "silu"),
    *("adaptive_avg_pool2d", "local_response_norm", "leaky_relu", "hardswish", "add", "sub", "mul"),
    *("lstm", "gru", "embedding", "scaled_dot_product_attention", "multihead_attention"),
    *("batch_norm", "mean", "matmul"),
    *("sgd", "adam", "adamw", "clip_grad_norm"),
)
"""Those left, without relu, relu6, flatten and concat, which round nothing."""

QUANTILES = (0.5, 0.9, 0.99, 0.999, 0.9999)


def described(what: str, found: Sequence[Margin]) -> str:
    """A row: arrays, elements that deviate, quantiles of error / deviation, the multiple that would do."""
    if not found:
        return f"| {what} | 0 | 0 |" + " |" * (len(QUANTILES) + 3)
    ratios = np.concatenate([margin.deviations(MULTIPLE) for margin in found])
    # What the first two terms of the allowance leave to the multiple.
    needed = max(
        float((np.maximum(m.error - m.floor, 0) * MULTIPLE / np.maximum(m.allowed - m.floor, 5e-324)).max())
        for m in found
    )
    places = " | ".join(f"{value:.2f}" for value in np.quantile(ratios, QUANTILES))
    headroom = max(margin.headroom for margin in found)
    return (
        f"| {what} | {len(found):,} | {ratios.size:,} | {places} | {ratios.max():.2f} | {needed:.2f} | "
        f"{headroom:.2f} |"
    )


def measured(operation: Operation, examples: int, contents: int, seed: int) -> dict[str, list[Margin]]:
    """The margins of an operation in each dtype."""
    return {
        dtype: margins(operation, dtype, examples=examples, contents=contents, careful=True, seed=seed)
        for dtype in DTYPES
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="calibration", description=__doc__)
    parser.add_argument("--examples", type=int, default=60)
    parser.add_argument("--contents", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    heads = " | ".join(f"{quantile:.2%}" for quantile in QUANTILES)
    print(f"| corpus | arrays | elements | {heads} | largest | multiple needed | largest headroom |")
    print("| --- |" + " --- |" * (len(QUANTILES) + 5))
    for corpus, names in (("calibration", CALIBRATED_ON), ("validation", VALIDATED_ON)):
        whole: list[Margin] = []
        for operation in choose_operations(names):
            for dtype, found in measured(operation, options.examples, options.contents, options.seed).items():
                print(described(f"{operation.name}, {dtype}", found), flush=True)
                whole += found
        print(described(f"**{corpus}**", whole), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

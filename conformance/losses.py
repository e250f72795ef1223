"""The losses that models are trained with, and how an output and its targets are put to one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .tree import Array


@dataclass(frozen=True, kw_only=True)
class Loss:
    """An operation with its complete config, torch's defaults; `tokens` says that it is one loss for each token.

    Then outputs are logits (N, T, V) with the classes last, as recurrent layers and projections leave them, and
    targets are class indices (N, T): N * T samples of V classes.
    """

    operation: str
    config: Mapping[str, Any]
    tokens: bool = False

    def samples(self, output: Any, target: Any) -> tuple[Any, Any]:
        """Output and target, arrays or tensors, as the operation takes them; only shapes change."""
        if not self.tokens:
            return output, target
        return output.reshape(-1, output.shape[-1]), target.reshape(-1)

    @property
    def has_classes(self) -> bool:
        """Whether outputs are logits."""
        return self.operation == "cross_entropy"

    @property
    def class_axis(self) -> int:
        """Where the classes of an output lie."""
        return -1 if self.tokens else 1

    def targets(self, output: Array) -> Array:
        """Some targets for outputs of this shape, read off its numbers."""
        return output.argmax(axis=self.class_axis) if self.has_classes else output


_CROSS_ENTROPY = {"ignore_index": -100, "reduction": "mean", "label_smoothing": 0.0}

LOSSES: Mapping[str, Loss] = {
    "cross_entropy": Loss(operation="cross_entropy", config=_CROSS_ENTROPY),
    "token_cross_entropy": Loss(operation="cross_entropy", config=_CROSS_ENTROPY, tokens=True),
    "mse_loss": Loss(operation="mse_loss", config={"reduction": "mean"}),
}
"""By the names that models know them by."""

"""The two kinds of target of a cross-entropy.

Arrays are (N, C, L): samples, classes, and all other dimensions in one. Losses, and their cotangent `scale`,
are (N, 1, L); `weight` is what their mean divides by.
"""

import numpy as np

from ._kernel import Array


class Indices:
    """One class for each loss; log_p[target] alone is read, so that a -inf elsewhere does no harm."""

    def __init__(self, target: Array, class_weight: Array, ignore_index: int, smoothing: float) -> None:
        self.kept = target != ignore_index
        self.label = np.where(self.kept, target, 0)
        if np.any((self.label < 0) | (self.label >= len(class_weight))):
            raise ValueError(f"target has a class outside 0 .. {len(class_weight) - 1}")
        samples, _, length = target.shape
        self.at_target = np.arange(samples)[:, None, None], self.label, np.arange(length)
        weights = class_weight[self.label]
        self.hard = (1 - smoothing) * weights
        self.soft = smoothing / len(class_weight) * class_weight[:, None]
        self.smoothing = smoothing
        self.weight = np.sum(weights, where=self.kept)

    def losses(self, log_p: Array) -> Array:
        """-(hard log_p[target] + sum soft log_p), 0 where ignored."""
        losses: Array = -self.hard * log_p[self.at_target]
        if self.smoothing:
            losses -= np.sum(self.soft * log_p, axis=1, keepdims=True)
        return np.where(self.kept, losses, 0)

    def d_log_p(self, scale: Array) -> Array:
        """-scale soft, and at the target -scale (hard + soft)."""
        scale = np.where(self.kept, scale, 0)
        d_log_p: Array = -scale * self.soft
        d_log_p[self.at_target] -= scale * self.hard
        return d_log_p

    def d_target(self, scale: Array, log_p: Array) -> None:
        """Indices are not differentiated."""


class Probabilities:
    """A distribution over the classes for each loss."""

    def __init__(self, target: Array, class_weight: Array, smoothing: float) -> None:
        n, classes, length = target.shape
        self.class_weight = class_weight[:, None]
        self.smoothing = smoothing
        self.q = self.class_weight * ((1 - smoothing) * target + smoothing / classes)
        self.weight = n * length

    def losses(self, log_p: Array) -> Array:
        """-sum q log_p."""
        losses: Array = -np.sum(self.q * log_p, axis=1, keepdims=True)
        return losses

    def d_log_p(self, scale: Array) -> Array:
        """-scale q."""
        d_log_p: Array = -scale * self.q
        return d_log_p

    def d_target(self, scale: Array, log_p: Array) -> Array:
        """-scale w (1 - e) log_p."""
        d_target: Array = -scale * (1 - self.smoothing) * self.class_weight * log_p
        return d_target

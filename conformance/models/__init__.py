"""The models of the specification: an explicit tuple, in the order of the report."""

from ._composed import ModelOperation
from .linear_regression import LINEAR_REGRESSION
from .lstm_classifier import LSTM_CLASSIFIER
from .mlp import MLP
from .simple_conv_net import SIMPLE_CONV_NET
from .softmax_regression import SOFTMAX_REGRESSION

__all__ = ["MODELS", "ModelOperation"]

MODELS: tuple[ModelOperation, ...] = (
    LINEAR_REGRESSION,
    SOFTMAX_REGRESSION,
    MLP,
    SIMPLE_CONV_NET,
    LSTM_CLASSIFIER,
)

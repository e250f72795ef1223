"""The models of the specification: an explicit tuple, in the order of the report."""

from ._composed import ModelOperation
from .alexnet import ALEXNET
from .inception import INCEPTION
from .lenet import LENET
from .linear_regression import LINEAR_REGRESSION
from .mlp import MLP
from .mobilenet import MOBILENET
from .resnet import RESNET
from .simple_conv_net import SIMPLE_CONV_NET
from .softmax_regression import SOFTMAX_REGRESSION
from .vgg import VGG

__all__ = ["MODELS", "ModelOperation"]

MODELS: tuple[ModelOperation, ...] = (
    LINEAR_REGRESSION,
    SOFTMAX_REGRESSION,
    MLP,
    SIMPLE_CONV_NET,
    LENET,
    ALEXNET,
    VGG,
    INCEPTION,
    RESNET,
    MOBILENET,
)

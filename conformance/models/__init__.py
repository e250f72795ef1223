"""The models of the specification: an explicit tuple, in the order of the report."""

from ._composed import ModelOperation
from .alexnet import ALEXNET
from .bidirectional_tagger import BIDIRECTIONAL_TAGGER
from .gru_language_model import GRU_LANGUAGE_MODEL
from .inception import INCEPTION
from .lenet import LENET
from .linear_regression import LINEAR_REGRESSION
from .lstm_classifier import LSTM_CLASSIFIER
from .lstm_language_model import LSTM_LANGUAGE_MODEL
from .mlp import MLP
from .mobilenet import MOBILENET
from .resnet import RESNET
from .rnn_language_model import RNN_LANGUAGE_MODEL
from .simple_conv_net import SIMPLE_CONV_NET
from .softmax_regression import SOFTMAX_REGRESSION
from .transformer_decoder import TRANSFORMER_DECODER
from .transformer_encoder import TRANSFORMER_ENCODER
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
    LSTM_CLASSIFIER,
    RNN_LANGUAGE_MODEL,
    LSTM_LANGUAGE_MODEL,
    GRU_LANGUAGE_MODEL,
    BIDIRECTIONAL_TAGGER,
    TRANSFORMER_ENCODER,
    TRANSFORMER_DECODER,
)

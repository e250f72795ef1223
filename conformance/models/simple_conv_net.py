"""simple_conv_net: cases and claims of a small convolutional network."""

from ..case import Case
from ..drawing import Draw
from ._composed import ModelOperation
from ._laws import MODEL_LAWS


def cases(draw: Draw) -> Case:
    """Images of 5 to 7 rows and columns; where the contents are integers, no sum that feeds a ReLU is 0.

    Convolutions of integers may tie within a pooling window, so that no case claims exact sums: under noise a
    tie is broken either way, and its cotangents decide nothing.
    """
    in_channels, num_filters = draw.integer(1, 2), draw.integer(1, 3)
    kernel_size, stride, padding = draw.integer(2, 3), draw.integer(1, 2), draw.integer(0, 1)
    height, width = draw.integer(5, 7), draw.integer(5, 7)
    hidden_features, num_classes = draw.integer(1, 4), draw.integer(2, 4)
    rows, columns = (((size + 2 * padding - kernel_size) // stride + 1) // 2 for size in (height, width))
    return draw.case(
        config={
            "in_channels": in_channels,
            "image_size": height if height == width else (height, width),
            "num_filters": num_filters,
            "kernel_size": kernel_size,
            "stride": stride,
            "padding": padding,
            "hidden_features": hidden_features,
            "num_classes": num_classes,
        },
        params={
            "conv.weight": draw.tensor((num_filters, in_channels, kernel_size, kernel_size)),
            "conv.bias": draw.off_zero((num_filters,)),
            "hidden.weight": draw.tensor((hidden_features, num_filters * rows * columns), 0.125),
            # Products of halves and eighths are sixteenths.
            "hidden.bias": draw.off_zero((hidden_features,), 0.0625),
            "output.weight": draw.tensor((num_classes, hidden_features)),
            "output.bias": draw.tensor((num_classes,)),
        },
        inputs=[draw.tensor((draw.size(2), in_channels, height, width))],
    )


SIMPLE_CONV_NET = ModelOperation(
    name="simple_conv_net",
    cases=cases,
    parts=("conv2d", "relu", "max_pool2d", "flatten", "linear"),
    loss="cross_entropy",
    laws=MODEL_LAWS,
)

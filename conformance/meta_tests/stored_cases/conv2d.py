"""conv2d: stored cases."""

from typing import Any

from conformance.case import Case

from ._stored import stored, values


def conv2d(
    x_shape: tuple[int, ...], weight_shape: tuple[int, ...], y_shape: tuple[int, ...], **options: Any
) -> Case:
    """A convolution with a weight of shape (out_channels, in_channels // groups, *kernel_size)."""
    config = {
        "in_channels": x_shape[-3],
        "out_channels": weight_shape[0],
        "kernel_size": weight_shape[2:],
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "bias": True,
        "padding_mode": "zeros",
        **options,
    }
    params = {"weight": values(*weight_shape, salt=1)}
    if config["bias"]:
        params["bias"] = values(weight_shape[0], salt=2)
    return stored("conv2d", config, (values(*x_shape),), y_shape, **params)


CASES = (
    conv2d((2, 2, 5, 4), (3, 2, 3, 2), (2, 3, 3, 3)),
    conv2d((2, 6, 5), (4, 1, 2, 3), (4, 4, 3), stride=(2, 3), padding=(1, 2), groups=2, bias=False),
    conv2d((1, 2, 7, 6), (2, 2, 3, 2), (1, 2, 3, 4), dilation=2, padding_mode="circular", padding="valid"),
    conv2d((1, 2, 4, 5), (2, 2, 2, 4), (1, 2, 4, 5), padding="same"),
    conv2d((1, 2, 4, 5), (2, 2, 4, 3), (1, 2, 4, 5), padding="same", padding_mode="reflect"),
    conv2d((2, 1, 4, 3), (2, 1, 3, 2), (2, 2, 4, 6), padding=(1, 2), padding_mode="reflect"),
    conv2d((2, 1, 4, 3), (2, 1, 3, 2), (2, 2, 4, 8), padding=(1, 3), padding_mode="circular"),
    conv2d((2, 1, 4, 3), (2, 1, 3, 2), (2, 2, 8, 6), padding=(3, 2), padding_mode="replicate"),
)

"""mse_loss: stored cases."""

from ._stored import stored, values

CASES = (
    stored("mse_loss", {"reduction": "mean"}, (values(3, 4), values(3, 4, salt=1)), ()),
    stored("mse_loss", {"reduction": "sum"}, (values(5), values(5, salt=1)), ()),
    stored("mse_loss", {"reduction": "none"}, (values(2, 1, 3), values(2, 1, 3, salt=1)), (2, 1, 3)),
)

"""log_softmax: scores to log-probabilities along one dimension."""

from torch import nn


class LogSoftmax(nn.LogSoftmax):
    """y[i] = x[i] - m - log(sum over j of exp(x[j] - m)), m = max over j of x[j], i and j along dim

    It stays finite where the logarithm of softmax(x) would be -inf. A slice that holds NaN or inf, or nothing
    but -inf, gives NaN; beside a finite number, -inf gives -inf.

    Config:
        dim: the dimension whose exponentials sum to 1; a negative one counts from the last.

    Inputs:
        x: (...); a 0-d x has the dimensions 0 and -1

    Output:
        y: (...), the shape of x

    Raises:
        ValueError: dim is None or out of range. (PyTorch still guesses a dimension for None, and warns.)

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html
        Blanchard, Higham, Higham (2021), Accurately computing the log-sum-exp and softmax functions,
        https://doi.org/10.1093/imanum/draa038
    """

    def __init__(self, dim: int | None = None) -> None:
        if dim is None:
            raise ValueError("dim must be an int, got None")
        super().__init__(dim)

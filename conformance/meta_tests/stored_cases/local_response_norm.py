"""local_response_norm: stored cases."""

from conformance.case import Case

from ._stored import stored, values


def local_response_norm(
    shape: tuple[int, ...], size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Case:
    """A local response norm."""
    config = {"size": size, "alpha": alpha, "beta": beta, "k": k}
    return stored("local_response_norm", config, (values(*shape),), shape)


CASES = (
    local_response_norm((2, 3, 4), 2),
    local_response_norm((2, 4, 3), 3, alpha=1.0),
    local_response_norm((1, 5, 2, 2), 4, alpha=0.5, k=2.0),
    local_response_norm((2, 3, 1, 2, 2), 1, alpha=2.0, beta=0.5),
    local_response_norm((1, 3, 2, 2), 9, alpha=3.0, beta=2.0, k=0.5),
)

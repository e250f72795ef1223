"""PyTorch itself as a backend, one operation at a time: what runs on it gives torch's own bits."""

from conformance.backend import Backend, Declaration
from conformance.eager import eager_kernel
from conformance.operations import OPERATIONS

TORCH = Backend(
    declaration=Declaration(name="torch"),
    address="",
    kernels={operation.name: eager_kernel(operation.name) for operation in OPERATIONS},
)

"""Paths of kernels that only large arrays take: with a small bound, the judge's ordinary cases take them."""

from inspect import unwrap

import pytest

from conformance.engine import judge_kernel
from conformance.kernel import Kernel
from conformance.selection import choose_operations, load_for
from conformance.verdict import Status, Verdict

BACKEND, OPERATION = "numpy_vectorized", "scaled_dot_product_attention"


def judged(monkeypatch: pytest.MonkeyPatch, block: int, multiplications: int) -> tuple[Verdict, ...]:
    """Attention a few heads at a time, and its products in parts."""
    (operation,) = choose_operations([OPERATION])
    backend = load_for(BACKEND, operation)
    kernel = backend.kernels[OPERATION]
    assert isinstance(kernel, Kernel) and kernel.forward is not None
    attention = unwrap(kernel.forward).__globals__["attend"].__globals__
    monkeypatch.setitem(attention, "BLOCK", block)
    monkeypatch.setitem(attention["product"].__globals__, "MULTIPLICATIONS", multiplications)
    return judge_kernel(
        operation, kernel, backend.declaration, dtype="float32", examples=20, shrink_seconds=0
    )


@pytest.mark.parametrize(("block", "multiplications"), [(1, 10**6), (100, 10**6), (2**19, 5), (60, 9)])
def test_attention_in_blocks(monkeypatch: pytest.MonkeyPatch, block: int, multiplications: int) -> None:
    """One head at a time or a few of them, products whole or in parts: every law is kept."""
    verdicts = judged(monkeypatch, block, multiplications)
    passed = {verdict.law for verdict in verdicts if verdict.status == Status.PASSED}
    assert passed >= {"agreement", "vjp", "purity", "memory_layout", "determinism"}
    # Few cases have what some laws are about.
    assert {verdict.status for verdict in verdicts} <= {Status.PASSED, Status.VACUOUS}

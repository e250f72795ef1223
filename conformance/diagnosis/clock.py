"""The time that a diagnosis may take."""

import time
from dataclasses import dataclass, field

PATIENCE = 3
"""Seconds that may pass for each one of computing, on a busy machine or with a kernel that waits."""


@dataclass(frozen=True)
class Clock:
    """So many seconds of computing from now."""

    seconds: float
    _computed: float = field(default_factory=time.process_time)
    _passed: float = field(default_factory=time.monotonic)

    @property
    def goes_on(self) -> bool:
        """Whether there is time left."""
        computed, passed = time.process_time() - self._computed, time.monotonic() - self._passed
        return computed < self.seconds and passed < PATIENCE * self.seconds

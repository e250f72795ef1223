"""The time that a diagnosis may take."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Clock:
    """So many seconds from now."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    @property
    def goes_on(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() - self.started < self.seconds

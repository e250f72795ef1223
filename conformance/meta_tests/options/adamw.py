"""adamw: a step of AdamW."""

from ._adam import ADAMS, NEVER

OPTIONS = ADAMS

IMPOSSIBLE = NEVER

"""The running request, as whatever works for it finds it: one context variable, since each costs every request."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Running:
    """`trace_id` stands on every line that is logged for it; `stages` are how long each took, in seconds."""

    trace_id: str
    stages: dict[str, float] = field(default_factory=dict)


# The outermost layer puts each request here; what runs without one is timed and counted for nobody.
running: ContextVar[Running | None] = ContextVar("running", default=None)

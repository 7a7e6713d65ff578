"""Until when a statement of SQLite may run."""

import time

STEPS = 10_000  # of SQLite's machine between two looks at the clock


class Deadline:
    """A statement is broken off when its time is over, or when it is given up before; any thread may do so."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds
        self.given_up = False

    def is_over(self) -> bool:
        return self.given_up or time.monotonic() > self._at

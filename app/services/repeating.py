"""What is done again and again as long as the process lives, each time after a pause."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable


class Repeating:
    """A task of its own, which `do` must not fail: whatever it raises would end it."""

    def __init__(self, every: float, do: Callable[[], Awaitable[None]]) -> None:
        self._every = every  # seconds
        self._do = do
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self._do()

"""Those who wait until what they have done together is stored."""

import asyncio
from collections.abc import Callable


class Waiters:
    """The futures of a group, in the order in which they joined. Who has gone away meanwhile is told nothing."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()  # each time it is asked for is a system call
        self._futures: list[asyncio.Future[None]] = []

    def __len__(self) -> int:
        return len(self._futures)

    def join(self) -> asyncio.Future[None]:
        """What one more waits for."""
        waiting: asyncio.Future[None] = self._loop.create_future()
        self._futures.append(waiting)
        return waiting

    def here(self) -> list[bool]:
        """Which of them still wait; the others are forgotten."""
        found = [not one.done() for one in self._futures]
        self._futures = [one for one in self._futures if not one.done()]
        return found

    def have_all_gone(self) -> bool:
        return all(one.cancelled() for one in self._futures)

    def tell(self, error: Callable[[], BaseException] | None = None) -> None:
        """Each that all is stored, or an error of its own."""
        for one in self._futures:
            if one.done():
                continue
            if error is None:
                one.set_result(None)
            else:
                one.set_exception(error())

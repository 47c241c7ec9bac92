"""From the writer's threads back to the event loop: all that is done at once comes in one go."""

import asyncio
from collections import deque
from concurrent.futures import Future
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class Returns:
    """Hands what became of futures to those who await it; for one event loop.

    Waking the loop for each of a batch would cost more than the batch: the thread that wakes it
    must give way to it every time.
    """

    def __init__(self) -> None:
        self._done: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._lock, self._woken = Lock(), False

    async def wait(self, future: "Future[T]") -> T:
        """Return the future's value, or raise what it failed with."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()

        def keep(done: "Future[T]") -> None:
            self._done.append((waiting, done))
            with self._lock:
                asleep, self._woken = not self._woken, True
            if asleep:
                loop.call_soon_threadsafe(self._hand_out)

        future.add_done_callback(keep)
        return await waiting

    def _hand_out(self) -> None:
        with self._lock:
            self._woken = False  # before looking: what comes from now on wakes the loop again
        while self._done:
            waiting, done = self._done.popleft()
            if waiting.cancelled():
                continue
            failure = done.exception()
            if failure is None:
                waiting.set_result(done.result())
            else:
                waiting.set_exception(failure)

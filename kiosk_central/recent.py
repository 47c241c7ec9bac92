"""What was just read of the database, for as long as it may be believed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

BELIEVED_S = 1.0
KEPT_MAX = 4096


class Recent:
    """Remembers answers for a second. What this server itself changes, it forgets at once."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: dict[Hashable, tuple[float, asyncio.Future[Any]]] = {}

    async def recall(self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """Return what was read less than a second ago, or read it; those who ask at once share it.

        Raises what ``read`` raises, which is never remembered.
        """
        now = self._monotonic()
        asked_at, answer = self._kept.get(key, (0.0, None))
        if answer is None or now >= asked_at + BELIEVED_S:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            answer = asyncio.ensure_future(read())
            self._kept[key] = (now, answer)
        try:
            found: T = answer.result() if answer.done() else await asyncio.shield(answer)
        except BaseException:
            self._kept.pop(key, None)
            raise
        return found

    def forget(self) -> None:
        """Forget all of it."""
        self._kept.clear()

"""Many questions of one kind, answered by one look at the database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

KEYS_MAX = 500
"""Of one look; a statement takes no more than so many values, by far."""


class Together(Generic[K, V]):
    """Whoever asks while a look is under way waits for the next one, with all who ask meanwhile.

    For one event loop. The price of a look is one thread and one statement, however many ask.
    """

    def __init__(self, look: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        """Answer by ``look``, which leaves out what it does not find."""
        self._look = look
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._work: asyncio.Task[None] | None = None

    def ask(self, key: K) -> "asyncio.Future[V | None]":
        """Return what will be found of ``key``: None if nothing is; or it fails as the look did."""
        if key not in self._waiting:
            self._waiting[key] = asyncio.get_running_loop().create_future()
            if self._work is None:
                self._work = asyncio.create_task(self._answer())
        return self._waiting[key]

    async def _answer(self) -> None:
        while self._waiting:
            asked = {key: self._waiting.pop(key) for key in [*islice(self._waiting, KEYS_MAX)]}
            look = asyncio.ensure_future(self._look([*asked]))
            await asyncio.wait([look])
            failure = look.exception()
            for key, answer in asked.items():
                if answer.cancelled():
                    continue
                if failure is None:
                    answer.set_result(look.result().get(key))
                else:
                    answer.set_exception(failure)
        self._work = None

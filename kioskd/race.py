"""Wait for whichever comes first: card in, tap on a button, device lost."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

from kioskd.errors import KioskError

T = TypeVar("T")


async def first_of(*jobs: Callable[[], Awaitable[T]]) -> T:
    """Run all jobs; return the result of the first to finish and cancel the others.

    A KioskError raised by the first to end is raised plain, not inside an exception group.
    """
    results: list[T] = []
    errors: list[KioskError] = []

    async with trio.open_nursery() as nursery:

        async def run(job: Callable[[], Awaitable[T]]) -> None:
            try:
                result = await job()
            except KioskError as error:
                errors.append(error)
            else:
                results.append(result)
            nursery.cancel_scope.cancel()

        for job in jobs:
            nursery.start_soon(run, job)
    if results:
        return results[0]
    raise errors[0]

"""Keep the parts running: a part that falls is logged and started again with back-off.

The only place with ``except Exception``: here every fault that nobody named ends.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import trio

from kioskd import log

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
STEADY_AFTER_S = 60.0
"""A part that ran this long is steady again: the back-off starts anew."""


async def supervise(name: str, part: Callable[[], Awaitable[object]]) -> None:
    """Run ``part`` for ever; a fall is logged as ``part.fell`` and followed by a restart."""
    delay_s = FIRST_DELAY_S
    while True:
        started = trio.current_time()
        with _fault_logged(name):
            await part()
        if trio.current_time() - started > STEADY_AFTER_S:
            delay_s = FIRST_DELAY_S
        await trio.sleep(delay_s)
        delay_s = min(LONGEST_DELAY_S, 2 * delay_s)


@contextmanager
def _fault_logged(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as fault:  # noqa: BLE001 - every unnamed fault ends here, with its trace
        log.fault("part.fell", fault, part=name)
    else:
        log.warning("part.ended", part=name)

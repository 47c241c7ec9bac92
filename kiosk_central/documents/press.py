"""Where papers are made: a few worker threads compose and seal, so that nobody else waits.

Typst and pyHanko are imported with the first paper: a centre that seals nothing starts without.
"""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk_central.clock import utc_now
from kiosk_central.documents.facts import Paper
from kiosk_central.documents.seal_key import SealKey
from kiosk_central.problems import Refused
from kioskd.errors import KioskError
from kioskd.protocols.central import ProblemCode

if TYPE_CHECKING:
    from kiosk_central.documents.compose import Composer
    from kiosk_central.documents.seal import Seal

WORKERS = 2
WAITING_MAX = 32
"""Beyond this a kiosk is told to come again: at 0.1 s a paper nobody should wait for longer."""
_log = logging.getLogger("kiosk_central.documents")


@dataclass(frozen=True, slots=True)
class Made:
    """A paper as a PDF, before and after sealing."""

    unsigned: bytes
    sealed: bytes
    pages: int


class Press:
    """Makes papers; ``make`` from the event loop only, which owns ``_waiting``."""

    def __init__(self, key: SealKey | None) -> None:
        self._key = key
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="press")
        self._tools = threading.local()
        self._waiting = 0

    async def make(self, paper: Paper) -> Made:
        """Compose and seal in a worker.

        Raises Refused: UNAVAILABLE (no seal, no fonts, too busy), NOT_PRINTABLE (a character that
        no font has: an outlet must write this paper).
        A caller that goes away leaves the work to end by itself; it changes nothing.
        """
        if self._key is None:
            _log.error("documents: there is no seal; give --seal FILE to serve")
            raise Refused(ProblemCode.UNAVAILABLE, "there is no seal")
        if self._key.expires <= utc_now():
            _log.error("documents: the seal's certificate has expired")
            raise Refused(ProblemCode.UNAVAILABLE, "the seal has expired")
        if self._waiting >= WAITING_MAX:
            raise Refused(ProblemCode.UNAVAILABLE, "too many papers are waiting")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._make, paper)
        finally:
            self._waiting -= 1

    def _make(self, paper: Paper) -> Made:
        assert self._key is not None, "looked before"
        from kiosk_central.documents.compose import NotPrintable

        try:
            return make(paper, *self._own_tools(self._key, paper.letterhead.agency))
        except NotPrintable as error:
            _log.warning("documents: a character of a %s is in no font", error)
            raise Refused(ProblemCode.NOT_PRINTABLE) from None
        except KioskError as error:
            _log.error("documents: %s", error)
            raise Refused(ProblemCode.UNAVAILABLE, "composing") from None

    def _own_tools(self, key: SealKey, agency: str) -> "tuple[Composer, Seal]":
        """Return this thread's composer and seal: neither may be used by two at once."""
        from kiosk_central.documents.compose import Composer
        from kiosk_central.documents.seal import Seal

        if not hasattr(self._tools, "composer"):
            self._tools.composer = Composer()
        return self._tools.composer, Seal(key, agency)

    def close(self) -> None:
        """End the workers, after what they have begun."""
        self._pool.shutdown(cancel_futures=True)


def make(paper: Paper, composer: "Composer", seal: "Seal") -> Made:
    """Compose and seal one paper."""
    unsigned = composer.compose(paper)
    sealed, pages = seal.seal(unsigned)
    return Made(unsigned, sealed, pages)

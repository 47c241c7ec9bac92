"""How often somebody may guess: by account in the database, by address in memory."""

from collections import deque
from datetime import datetime, timedelta

from starlette.requests import Request

FREE_FAILURES = 5
BLOCK_FIRST = timedelta(seconds=30)
BLOCK_LONGEST = timedelta(minutes=15)
DOUBLINGS_MAX = 10
ADDRESSES_MAX = 10_000


def block_after(failures: int) -> timedelta:
    """Return how long an account takes no log-in after that many wrong ones in a row."""
    if failures < FREE_FAILURES:
        return timedelta()
    doublings: int = min(failures - FREE_FAILURES, DOUBLINGS_MAX)
    return min(BLOCK_FIRST * (1 << doublings), BLOCK_LONGEST)


class Limiter:
    """Counts tries of an address in the last while. Touched by the event loop only."""

    def __init__(self, tries: int, within: timedelta) -> None:
        self._tries, self._within = tries, within
        self._known: dict[str, deque[datetime]] = {}

    def allows(self, address: str, now: datetime) -> bool:
        """Count one more try; return False if there were too many."""
        if len(self._known) > ADDRESSES_MAX:
            self._forget(now)
        tries = self._known.setdefault(address, deque(maxlen=self._tries))
        if len(tries) == self._tries and now - tries[0] < self._within:
            return False
        tries.append(now)
        return True

    def _forget(self, now: datetime) -> None:
        recent = {
            key: tries for key, tries in self._known.items() if now - tries[-1] < self._within
        }
        self._known = recent if len(recent) <= ADDRESSES_MAX else {}


def address_of(request: Request) -> str:
    """Return where a request comes from; behind a proxy known to uvicorn, from before it."""
    return request.client.host if request.client is not None else ""

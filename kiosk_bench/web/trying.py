"""Trying what may be impossible: whatever a deed meets is said in words, and the bench goes on."""

from collections.abc import Awaitable

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds import BadDeed
from kiosk_bench.kinds import NotOfKind
from kioskd.errors import KioskError


async def refusal_of(deed: Awaitable[object]) -> str | None:
    """Await a deed; return why it could not be done, None if it was."""
    try:
        await deed
    except* (BadDeed, NotOfKind, StoryFailed, KioskError, RuntimeError) as bad:
        why = str(_first(bad))
    except* trio.TooSlowError:
        why = "the kiosk did not answer in time"
    except* (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
        why = "what this needs is not there: is the power on?"
    else:
        return None
    return why


def _first(found: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group, however deep."""
    inner = found.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner

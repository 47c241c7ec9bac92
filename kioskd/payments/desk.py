"""What paying and recovery work with, bundled once by the composition root."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import trio

from kioskd.contracts import Central, PinPad
from kioskd.domain.payment import PaymentRef
from kioskd.payments.contract import PaymentJournal

T = TypeVar("T")


class Keep(Protocol):
    """How a call that waits for the disk is made, to its end."""

    async def __call__(self, write: Callable[[], T], /) -> T: ...


async def at_once(write: Callable[[], T], /) -> T:
    """Call it here and now: for tests under a clock that does not wait for threads."""
    await trio.lowlevel.checkpoint()
    return write()


async def in_a_thread(write: Callable[[], T], /) -> T:
    """Call it in a worker thread, so that a slow disk stops neither screen nor wire."""
    return await trio.to_thread.run_sync(write)


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """One PIN pad, one journal, one centre: whoever uses the PIN pad for money holds ``turn``."""

    pin_pad: PinPad
    central: Central
    journal: PaymentJournal
    now: Callable[[], str]
    """RFC 3339, UTC."""
    keep: Keep = at_once
    turn: trio.Lock = field(default_factory=trio.Lock)
    inconclusive: Counter[PaymentRef] = field(default_factory=Counter)
    """How often the PIN pad's books, settled and read twice, have said nothing of a payment."""

"""What paying and recovery work with, bundled once by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from kioskd.contracts import Central, PinPad
from kioskd.payments.contract import PaymentJournal


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """One PIN pad, one journal, one centre: whoever uses the PIN pad for money holds ``turn``."""

    pin_pad: PinPad
    central: Central
    journal: PaymentJournal
    now: Callable[[], str]
    """RFC 3339, UTC."""
    turn: trio.Lock = field(default_factory=trio.Lock)

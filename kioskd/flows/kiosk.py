"""What a flow may use: the kiosk as one frozen value, and the visit as another."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import trio

from kioskd.contracts import (
    Cabinet,
    CabinetBook,
    Central,
    IdReader,
    PinPad,
    ReceiptPrinter,
    SocialCardReader,
    Stage,
    Uplink,
    Voice,
)
from kioskd.domain.person import Person
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import SessionToken
from kioskd.errors import TookTooLong
from kioskd.flows.settings import VisitSettings
from kioskd.health import HealthBoard
from kioskd.payments.pay import PaymentDesk
from kioskd.screens.busy import Busy, BusyWith

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kiosk:
    """Everything a flow may ask of the world."""

    stage: Stage
    social_cards: SocialCardReader
    id_reader: IdReader
    pin_pad: PinPad
    receipt_printer: ReceiptPrinter
    cabinet: Cabinet
    central: Central
    region: RegionPack
    desk: PaymentDesk
    uplink: Uplink
    health: HealthBoard
    times: VisitSettings
    today: Callable[[], date]
    cabinet_book: CabinetBook
    voice: Voice

    async def while_busy(self, what: BusyWith, job: Callable[[], Awaitable[T]]) -> T:
        """Do ``job`` behind a screen that says what is being waited for, and how long already.

        Raises TookTooLong at the wait's limit. A change that was sent to the centre is waited for
        all the same: such a call ends by the line's own limits.
        """
        async with self.stage.follow(Busy(what)):
            with trio.move_on_after(what.limit_s):
                return await job()
        raise TookTooLong(what.key)


@dataclass(frozen=True, slots=True)
class Visit:
    """One logged-in visitor. Lives in local variables only and is gone with them."""

    person: Person
    token: SessionToken

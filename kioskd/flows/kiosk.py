"""What a flow may use: the kiosk as one frozen value, and the visit as another."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from kioskd.contracts import (
    Cabinet,
    Central,
    DocumentPrinter,
    IdReader,
    PinPad,
    PrintBook,
    ReceiptPrinter,
    SealChecker,
    SocialCardReader,
    Stage,
    Uplink,
)
from kioskd.domain.person import Person
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import SessionToken
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
    document_printer: DocumentPrinter
    seals: SealChecker
    prints: PrintBook
    cabinet: Cabinet
    central: Central
    region: RegionPack
    desk: PaymentDesk
    uplink: Uplink
    health: HealthBoard
    times: VisitSettings
    today: Callable[[], date]

    async def while_busy(self, what: BusyWith, job: Callable[[], Awaitable[T]]) -> T:
        """Do ``job`` behind a screen that says what is being waited for."""
        async with self.stage.follow(Busy(what)):
            return await job()


@dataclass(frozen=True, slots=True)
class Visit:
    """One logged-in visitor. Lives in local variables only and is gone with them."""

    person: Person
    token: SessionToken

"""What a flow may use: the kiosk as one frozen value, and the visit as another."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

import trio

from kioskd.contracts import (
    Cabinet,
    CabinetBook,
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
    Voice,
)
from kioskd.contracts.technician import Workshop
from kioskd.domain.person import Person
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import SessionToken
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import TookTooLong
from kioskd.flows.settings import VisitSettings
from kioskd.health import HealthBoard
from kioskd.payments.pay import PaymentDesk
from kioskd.pinyin import Pinyin
from kioskd.screens.busy import Busy, BusyWith
from kioskd.screens.policies import PackState

T = TypeVar("T")


class Updates(Protocol):
    """New software of this machine."""

    async def due(self) -> None:
        """Return when a version waits for its trial and this is the moment."""

    async def give_way(self) -> None:
        """Let that trial begin; return if the machine does not restart."""


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
    cabinet_book: CabinetBook
    voice: Voice
    pinyin: Pinyin = field(default_factory=Pinyin)
    """What the soft keyboard asks for Chinese."""
    outlet_id: str = ""
    """The outlet of the region pack in which this kiosk stands; empty where nobody said."""
    region_seen_on: str = ""
    """ISO date on which the centre last confirmed the region pack."""
    region_changed: Callable[[], Awaitable[None]] = trio.sleep_forever
    """Returns when there is another region pack."""
    updates: Updates | None = None
    workshop: Workshop | None = None
    """Lets technicians in; None where nobody is ever let in."""

    def pack_state(self) -> PackState:
        """Say how fresh the region's content is, and whether the centre is away."""
        kept = self.health.trouble_of("central") is not None
        return PackState(self.region.version, self.region_seen_on, kept)

    async def technician_called(self) -> None:
        """Return when a technician makes her sign."""
        if self.workshop is None:
            await trio.sleep_forever()
        else:
            await self.workshop.called()

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


def closed_to(kiosk: Kiosk, visit: Visit, service: str) -> Trouble | None:
    """Say why the city does not give this visitor the service, whatever works here; or None."""
    if service not in kiosk.region.services:
        return Trouble(TroubleReason.NOT_OFFERED, "H-01")
    wanted = kiosk.region.services[service]
    if wanted is not None and not visit.person.assurance.suffices_for(wanted):
        return Trouble(TroubleReason.NEEDS_SOCIAL_CARD, "H-02")
    return None

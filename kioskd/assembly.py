"""Every part of a kiosk, made from its configuration and joined: part of the composition root.

Nothing here runs: ``kioskd.daemon`` does that, behind the first picture.
"""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from kioskd import log
from kioskd.config import Config
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.services import PAYING
from kioskd.hardware import Hardware, fitted
from kioskd.health import HealthBoard
from kioskd.payments.caretaker import audit_forever, care_forever, mend_forever
from kioskd.payments.closed_journal import ClosedJournal
from kioskd.payments.day_book import DayBook
from kioskd.payments.day_end import DayEndKeeper
from kioskd.payments.desk import PaymentDesk, in_a_thread
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.owner import owning
from kioskd.payments.settings import PaymentSettings
from kioskd.payments.store import Store
from kioskd.pinyin import Pinyin
from kioskd.protocols.central_pack import PACK_MODULE
from kioskd.relay.acceptance_box import AcceptanceBox
from kioskd.relay.cabinet_book import CabinetBook
from kioskd.relay.client import CentralClient
from kioskd.relay.clock import utc_now
from kioskd.relay.documents import report_prints_forever
from kioskd.relay.enrolment import renew_forever
from kioskd.relay.heartbeat import Heart, Reactions
from kioskd.relay.pack_check import PackChecker
from kioskd.relay.region_copy import RegionCopy, SeenPack
from kioskd.relay.region_keeper import RegionKeeper
from kioskd.relay.true_clock import note_forever
from kioskd.relay.uplink import Uplink
from kioskd.relay.vitals import Body, MoneyVitals
from kioskd.screens.out_of_service import OutOfService
from kioskd.screens.stage import PygameStage
from kioskd.technician.desk import TechnicianDesk
from kioskd.technician.status import tell_forever
from kioskd.update.kiosk_side import Asked, UpdateSide, update_side
from kioskd.update.slots import software_version

Part = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Assembly:
    """What works behind the screen."""

    config: Config
    stage: PygameStage
    state: Path
    hardware: Hardware
    central: CentralClient
    cabinet_book: CabinetBook
    sheets: AcceptanceBox
    books: "Books"
    desk: PaymentDesk
    uplink: Uplink
    keeper: RegionKeeper
    heart: Heart
    updates: UpdateSide
    health: HealthBoard
    body: Body

    def parts(self) -> dict[str, Part]:
        """Return what has to run all day, each under its name in the log."""
        central, kiosk_id = self.central, self.config.kiosk.id
        return {
            **self.hardware.parts(),
            "print_reports": partial(report_prints_forever, self.hardware.prints, central),
            "acceptances": self.sheets.send_forever,
            "cabinet_events": partial(self.cabinet_book.tell_forever, central),
            "central": central.run,
            "identity": partial(renew_forever, central, central.identity, kiosk_id),
            "clock": partial(note_forever, self.state),
            "health": self.health.run,
            "uplink": self.uplink.run,
            "heartbeat": partial(self.heart.run, self.body),
            "status": partial(tell_forever, self.body, kiosk_id),
            "caretaker": partial(care_forever, self.desk),
            **self.books.parts(self.desk, self.config.payments),
            **self.updates.parts(_asked(self.body, self.stage, self.heart)),
        }

    def kiosk(self, seen: SeenPack) -> Kiosk:
        """Return what the flows are given."""
        hardware = self.hardware
        return Kiosk(
            stage=self.stage,
            social_cards=hardware.cards,
            id_reader=hardware.id_reader,
            pin_pad=hardware.pin_pad,
            receipt_printer=hardware.receipt_printer,
            document_printer=hardware.a4_printer,
            seals=hardware.seals,
            prints=hardware.prints,
            cabinet=hardware.cabinet,
            central=self.central,
            region=seen.pack,
            desk=self.desk,
            uplink=self.uplink,
            health=self.health,
            times=self.config.visit,
            today=date.today,
            cabinet_book=self.cabinet_book,
            voice=hardware.voice,
            pinyin=Pinyin.for_region(seen.pack.phrases),
            outlet_id=self.config.kiosk.outlet_id,
            region_changed=self.keeper.changed,
            updates=self.updates,
            workshop=self._workshop(),
        )

    def _workshop(self) -> TechnicianDesk:
        version = partial(_region_version, self.keeper)
        return TechnicianDesk(self.config, self.central, self.sheets, self.stage.call.wait, version)


def assemble(
    config: Config, stage: PygameStage, at_last: ExitStack, restart: Callable[[], None]
) -> Assembly:
    """Make everything; the journal is shut by ``at_last``."""
    state = state_folder(config)
    hardware = fitted(config, state)
    central = CentralClient(config.central, config.kiosk.id)
    cabinet_book = CabinetBook(state / "cabinet.json")
    books = open_books(state / "journal.db", config.kiosk.id, at_last)
    desk = PaymentDesk(hardware.pin_pad, central, books.journal, utc_now, in_a_thread)
    keeper = _keeper(config, state, central)
    heart = Heart(central, Reactions(restart, keeper.refresh), software=software_version())
    updates = update_side()
    health = _health(hardware, stage, central, keeper, desk, cabinet_book, heart, updates)
    return Assembly(
        config=config,
        stage=stage,
        state=state,
        hardware=hardware,
        central=central,
        cabinet_book=cabinet_book,
        sheets=AcceptanceBox(state / "acceptances", central),
        books=books,
        desk=desk,
        uplink=Uplink(books.outbox, central, in_a_thread),
        keeper=keeper,
        heart=heart,
        updates=updates,
        health=health,
        body=_body(health, stage, hardware, desk, books, keeper),
    )


def state_folder(config: Config) -> Path:
    """Return the folder of the journal, made where it is missing. Raises OSError."""
    state = Path(config.kiosk.state_dir)
    state.mkdir(parents=True, exist_ok=True)
    return state


@dataclass(frozen=True, slots=True)
class Books:
    """The journal's file and what works on it; without a file there is only the reason why."""

    journal: Journal | ClosedJournal
    outbox: Outbox | ClosedJournal
    store: Store | None = None
    path: Path = Path()

    def parts(self, desk: PaymentDesk, settings: PaymentSettings) -> dict[str, Part]:
        """Return what works on it all day; nothing where there is no file."""
        if self.store is None or not isinstance(self.journal, Journal):
            return {}
        day_book = DayBook(self.store, self.journal.tell)
        return {
            "day_end": DayEndKeeper(desk, day_book, settings.day_end).run,
            "audit": partial(audit_forever, self.store, self.path),
            "mending": partial(mend_forever, self.store, self.path),
        }


def open_books(path: Path, kiosk_id: str, at_last: ExitStack) -> Books:
    """Open the journal; one that is damaged stops payments with a reason, never the kiosk."""
    try:
        at_last.enter_context(owning(path))
        store = Store(path, kiosk_id)
        at_last.callback(store.shut)  # when nobody can write to it any more
        journal = Journal(store)
    except JournalDamaged as damage:
        log.warning("journal.damaged", reason=str(damage))
        closed = ClosedJournal(str(damage))
        return Books(closed, closed)
    return Books(journal, Outbox(store, journal), store, path)


def _health(
    hardware: Hardware,
    stage: PygameStage,
    central: CentralClient,
    keeper: RegionKeeper,
    desk: PaymentDesk,
    cabinet_book: CabinetBook,
    heart: Heart,
    updates: UpdateSide,
) -> HealthBoard:
    """Return the board with everybody who may be in trouble."""
    others = {
        "central": lambda: central.trouble,
        PACK_MODULE: lambda: keeper.trouble,
        "journal": lambda: _money_trouble(desk),
        "held": lambda: cabinet_book.trouble or heart.trouble,
    }
    troubles = {**hardware.troubles(), **stage.health.troubles(), **updates.troubles(), **others}
    return HealthBoard(troubles, heart.ticket)


def _money_trouble(desk: PaymentDesk) -> Trouble | None:
    """Say why no payment may start: the journal's own trouble, or one left open by a power cut."""
    trouble = desk.journal.trouble
    if trouble is None and not desk.turn.locked() and desk.journal.open_payments():
        return Trouble(TroubleReason.PAYMENT_IN_DOUBT, "P-01")
    return trouble


def _keeper(config: Config, state: Path, central: CentralClient) -> RegionKeeper:
    """Return what keeps the region pack; it believes the CA that the line believes."""
    checker = PackChecker(Path(config.central.ca), config.kiosk.id)
    return RegionKeeper(central, RegionCopy(state / "region.json", checker), checker, date.today)


def _body(
    health: HealthBoard,
    stage: PygameStage,
    hardware: Hardware,
    desk: PaymentDesk,
    books: "Books",
    keeper: RegionKeeper,
) -> Body:
    """Return what the heartbeat looks at."""
    return Body(
        health,
        lambda: _shown(stage),
        lambda: hardware.receipt_printer.last_paper,
        PAYING,
        desk,
        books.outbox,
        partial(_region_version, keeper),
    )


def _asked(body: Body, stage: PygameStage, heart: Heart) -> Asked:
    """Return what a trial of new software is begun and judged by."""

    def at_rest() -> bool:
        try:
            money = body.money()
        except JournalDamaged:
            return False
        return not body.health.trouble_of("door") and money == MoneyVitals()

    return Asked(
        troubles=body.health.all,
        in_visit=lambda: _shown(stage)[1],
        frame=lambda: stage.shown is not None,
        at_rest=at_rest,
        wanted=lambda: heart.answer.software if heart.answer else None,
    )


def _region_version(keeper: RegionKeeper) -> int:
    return keeper.seen.pack.version if keeper.seen else 0


def _shown(stage: PygameStage) -> tuple[str, bool]:
    """Return the id of the screen that is up, and whether somebody is served."""
    if stage.shown is None:
        return "", False
    screen, _ = stage.shown
    return screen.id, not (screen.between_visits or isinstance(screen, OutOfService))

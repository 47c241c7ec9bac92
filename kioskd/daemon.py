"""The composition root: configuration -> objects -> nursery. The only file that knows everything.

Order of starting: the screen first, so that somebody sees life; then the devices and the journal;
then recovery of open payments, which greys paying until it has decided; then visitors.
"""

import signal
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import trio

from kioskd import log
from kioskd.config import Config
from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.flows.cabinet_guard import guard_cabinet
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.services import PAYING
from kioskd.flows.session import serve_visitors
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
from kioskd.screens.console import ScreenConsole
from kioskd.screens.frame import FrameFacts
from kioskd.screens.out_of_service import OutOfService
from kioskd.screens.stage import PygameStage
from kioskd.sdnotify import feed_watchdog, notify
from kioskd.supervise import supervise
from kioskd.technician.desk import TechnicianDesk
from kioskd.technician.status import tell_forever
from kioskd.technician.why import said
from kioskd.update.kiosk_side import Asked, UpdateSide, software_version, update_side

TITLE = Text("人力资源和社会保障自助服务终端", "Human Resources and Social Security Terminal")
"""Until the centre has once said which city this is."""
REGION_INTERVAL_S = 5.0


async def run(config: Config) -> bool:
    """Run the kiosk until SIGTERM or SIGINT; a payment under way is finished first.

    Returns whether it shall be started anew: an operator has asked for it.
    """
    again = _Again()
    with ExitStack() as at_last:
        await _run_until_stopped(config, at_last, again)
    return again.wanted


@dataclass(slots=True)
class _Again:
    """Whether the program shall be started anew when it has ended."""

    wanted: bool = False


async def _run_until_stopped(config: Config, at_last: ExitStack, again: _Again) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_stop_on_signal, nursery.cancel_scope)
        stage = PygameStage(config.screen, FrameFacts(TITLE, config.kiosk.outlet, ()))
        await nursery.start(_show, stage, nursery.cancel_scope)
        if config.screen.console:
            console = ScreenConsole(stage, config.screen.console)
            nursery.start_soon(supervise, "console", console.run)
        notify("READY=1")
        nursery.start_soon(feed_watchdog, lambda: stage.last_tick)

        def restart() -> None:
            again.wanted = True
            nursery.cancel_scope.cancel()

        await _run_behind(config, stage, nursery, at_last, restart)


async def _show(
    stage: PygameStage,
    everything: trio.CancelScope,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Run the stage; when its window is closed the kiosk ends."""
    await stage.run(task_status)
    everything.cancel()


async def _stop_on_signal(everything: trio.CancelScope) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for number in signals:
            log.event("kiosk.stopping", signal=signal.Signals(number).name)
            notify("STOPPING=1")
            everything.cancel()
            return


async def _run_behind(
    config: Config,
    stage: PygameStage,
    nursery: trio.Nursery,
    at_last: ExitStack,
    restart: Callable[[], None],
) -> None:
    """Start everything behind the screen and serve visitors."""
    state = _state_folder(config)
    hardware = fitted(config, state)
    stage.reader = hardware.reading
    central = CentralClient(config.central, config.kiosk.id)
    cabinet_book = CabinetBook(state / "cabinet.json")
    sheets = AcceptanceBox(state / "acceptances", central)
    books = _open_books(state / "journal.db", config.kiosk.id, at_last)
    desk = PaymentDesk(hardware.pin_pad, central, books.journal, utc_now, in_a_thread)
    uplink = Uplink(books.outbox, central, in_a_thread)
    keeper = _keeper(config, state, central)
    heart = Heart(central, Reactions(restart, keeper.refresh), software=software_version())
    updates = update_side()
    health = _health(hardware, stage, central, keeper, desk, cabinet_book, heart, updates)
    body = _body(health, stage, hardware, desk, books, keeper)
    parts: dict[str, Callable[[], Awaitable[object]]] = {
        **hardware.parts(),
        "print_reports": partial(report_prints_forever, hardware.prints, central),
        "acceptances": sheets.send_forever,
        "cabinet_events": partial(cabinet_book.tell_forever, central),
        "central": central.run,
        "identity": partial(renew_forever, central, central.identity, config.kiosk.id),
        "clock": partial(note_forever, state),
        "health": health.run,
        "uplink": uplink.run,
        "heartbeat": partial(heart.run, body),
        "status": partial(tell_forever, body, config.kiosk.id),
        "caretaker": partial(care_forever, desk),
        **books.parts(desk, config.payments),
        **updates.parts(_asked(body, stage, heart)),
    }
    for name, part in parts.items():
        nursery.start_soon(supervise, name, part, name=name)
    seen = await _region(keeper, stage, central)
    nursery.start_soon(supervise, "region", keeper.run, name="region")
    kiosk = Kiosk(
        stage=stage,
        social_cards=hardware.cards,
        id_reader=hardware.id_reader,
        pin_pad=hardware.pin_pad,
        receipt_printer=hardware.receipt_printer,
        document_printer=hardware.a4_printer,
        seals=hardware.seals,
        prints=hardware.prints,
        cabinet=hardware.cabinet,
        central=central,
        region=seen.pack,
        desk=desk,
        uplink=uplink,
        health=health,
        times=config.visit,
        today=date.today,
        cabinet_book=cabinet_book,
        voice=hardware.voice,
        pinyin=Pinyin.for_region(seen.pack.phrases),
        outlet_id=config.kiosk.outlet_id,
        region_changed=keeper.changed,
        updates=updates,
        workshop=_workshop(config, central, sheets, stage, keeper),
    )
    nursery.start_soon(supervise, "cabinet_guard", partial(guard_cabinet, kiosk))
    newest = partial(_with_newest_pack, kiosk, stage, keeper, seen)
    await supervise("visitors", partial(serve_visitors, newest))


def _workshop(
    config: Config,
    central: CentralClient,
    sheets: AcceptanceBox,
    stage: PygameStage,
    keeper: RegionKeeper,
) -> TechnicianDesk:
    """Return where technicians are let in, and what their sheets are sent by."""
    version = partial(_region_version, keeper)
    return TechnicianDesk(config, central, sheets, stage.call.wait, version)


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


def _state_folder(config: Config) -> Path:
    state = Path(config.kiosk.state_dir)
    state.mkdir(parents=True, exist_ok=True)
    return state


def _body(
    health: HealthBoard,
    stage: PygameStage,
    hardware: Hardware,
    desk: PaymentDesk,
    books: "_Books",
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


def _region_version(keeper: RegionKeeper) -> int:
    return keeper.seen.pack.version if keeper.seen else 0


def _shown(stage: PygameStage) -> tuple[str, bool]:
    """Return the id of the screen that is up, and whether somebody is served."""
    if stage.shown is None:
        return "", False
    screen, _ = stage.shown
    return screen.id, not (screen.between_visits or isinstance(screen, OutOfService))


def _with_newest_pack(
    kiosk: Kiosk, stage: PygameStage, keeper: RegionKeeper, first: SeenPack
) -> Kiosk:
    """Return the kiosk with the newest region pack, which the frame shows from now on."""
    newest = keeper.seen or first
    pack = newest.pack
    stage.facts = FrameFacts(pack.title, stage.facts.outlet, pack.hotlines)
    pinyin = kiosk.pinyin if pack is first.pack else Pinyin.for_region(pack.phrases)
    return replace(kiosk, region=pack, region_seen_on=newest.confirmed_on, pinyin=pinyin)


@dataclass(frozen=True, slots=True)
class _Books:
    """The journal's file and what works on it; without a file there is only the reason why."""

    journal: Journal | ClosedJournal
    outbox: Outbox | ClosedJournal
    store: Store | None = None
    path: Path = Path()

    def parts(
        self, desk: PaymentDesk, settings: PaymentSettings
    ) -> dict[str, Callable[[], Awaitable[object]]]:
        if self.store is None or not isinstance(self.journal, Journal):
            return {}
        day_book = DayBook(self.store, self.journal.tell)
        return {
            "day_end": DayEndKeeper(desk, day_book, settings.day_end).run,
            "audit": partial(audit_forever, self.store, self.path),
            "mending": partial(mend_forever, self.store, self.path),
        }


def _open_books(path: Path, kiosk_id: str, at_last: ExitStack) -> _Books:
    """Open the journal; one that is damaged stops payments with a reason, never the kiosk."""
    try:
        at_last.enter_context(owning(path))
        store = Store(path, kiosk_id)
        at_last.callback(store.shut)  # when nobody can write to it any more
        journal = Journal(store)
    except JournalDamaged as damage:
        log.warning("journal.damaged", reason=str(damage))
        closed = ClosedJournal(str(damage))
        return _Books(closed, closed)
    return _Books(journal, Outbox(store, journal), store, path)


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


async def _region(keeper: RegionKeeper, stage: PygameStage, central: CentralClient) -> SeenPack:
    """Return the centre's region pack, or the kept one while the centre cannot be reached."""
    while True:
        seen = await keeper.begin()
        if seen is not None:
            return seen
        trouble = central.trouble or keeper.trouble
        trouble = trouble or Trouble(TroubleReason.CENTRE_UNREACHABLE, "S-01")
        async with stage.follow(_out_of_service(trouble)):
            await trio.sleep(REGION_INTERVAL_S)


def _out_of_service(trouble: Trouble) -> OutOfService:
    """Return the screen; of a kiosk that is not enrolled it says what provisioning found."""
    notice = said() if trouble.reason is TroubleReason.IDENTITY_NONE else None
    if notice is None:
        return OutOfService(trouble)
    return OutOfService(replace(trouble, code=notice.code), (notice.reason, notice.next_step))

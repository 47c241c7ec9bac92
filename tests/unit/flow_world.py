"""A kiosk whose visitor, devices and centre are scripted, for tests of flows."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

import trio

from kioskd.contracts import Saying
from kioskd.domain.document import GenuinePages, PrintEnd, PrintProgress, Receipt
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentRef, Printed
from kioskd.domain.person import Assurance, Person
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import IdNumber, PersonName, SessionToken
from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble
from kioskd.errors import JournalDamaged, NotGenuine, SealFault, ServerError, SessionEnded
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.settings import VisitSettings
from kioskd.health import HealthBoard
from kioskd.payments.contract import Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import PrintReport, ReceiptCopy, ReceiptEntry
from kioskd.protocols.central_cabinet import CabinetEventKind
from kioskd.protocols.central_documents import (
    DocumentPrintReport,
    DocumentRequest,
    SealedDocument,
)
from kioskd.screens.contract import Done, Screen
from tests.fakes import NOW
from tests.goldens.gallery_pay import HOTLINES, RULES

PERSON = Person(
    PersonName("测试甲"), IdNumber("999999199001010017"), "示例市", True, Assurance.SOCIAL_CARD
)
VISIT = Visit(PERSON, SessionToken("token"))
REGION = RegionPack(
    version=1,
    city=Text("示例市", "Sample City"),
    title=Text("示例市人力资源和社会保障自助服务终端", "Sample City Self-service Terminal"),
    hotlines=HOTLINES,
    average_wage=Money(7_000_00),
    schemes=RULES,
    services={},
    policies=(),
    outlets=(),
    verify_url="https://kiosk.example/v/",
)


@dataclass
class FakeStage:
    """Touches the buttons in ``touches``; ``seen`` are the screens that were up, in order."""

    touches: list[str] = field(default_factory=list)
    language: str = "zh_CN"
    seen: list[Screen[Any]] = field(default_factory=list)
    leaves: SessionEnded | None = None
    """Ends the visit at the next ``show``."""
    followed_touches: list[str] = field(default_factory=list)
    """Touched on screens that are followed."""
    leaving: trio.Event = field(default_factory=trio.Event)
    """Set when she leaves while a screen is followed."""

    async def show(self, screen: Screen[Any], time_limit_s: float | None = None) -> Any:
        self.seen.append(screen)
        await trio.lowlevel.checkpoint()
        if self.leaves is not None:
            raise self.leaves
        while self.touches:
            after = screen.tap(self.touches.pop(0))
            assert after is not None, f"{screen.id} has no such button"
            if isinstance(after, Done):
                return after.answer
            screen = after
        await trio.sleep_forever()
        raise AssertionError("nobody wakes it")

    @asynccontextmanager
    async def follow(self, screen: Screen[Any]) -> AsyncIterator["FakeStage"]:
        self.seen.append(screen)
        yield self

    async def answered(self) -> Any:
        if not self.followed_touches:
            await trio.sleep_forever()
        await trio.lowlevel.checkpoint()
        after = self.seen[-1].tap(self.followed_touches.pop(0))
        assert isinstance(after, Done)
        return after.answer

    def update(self, screen: Screen[Any]) -> None:
        self.seen.append(screen)

    async def visit_ended(self) -> None:
        await self.leaving.wait()

    def last(self, kind: type[Any]) -> Any:
        """Return the newest screen of a kind."""
        return next(screen for screen in reversed(self.seen) if isinstance(screen, kind))


@dataclass
class FakePrinter:
    """Prints on ``papers`` and says what ``says`` holds, in turn; YES when it is empty."""

    papers: list[Receipt] = field(default_factory=list)
    says: list[Printed] = field(default_factory=list)

    async def print(self, receipt: Receipt) -> Printed:
        await trio.lowlevel.checkpoint()
        self.papers.append(receipt)
        return self.says.pop(0) if self.says else Printed.YES


@dataclass
class FakeJournal:
    """Remembers what it was told; ``damaged`` makes every call fail."""

    payments: dict[str, Payment] = field(default_factory=dict)
    refuses: bool = False
    damaged: bool = False
    printed: dict[str, Printed] = field(default_factory=dict)
    reports: list[PrintReport] = field(default_factory=list)

    def get(self, ref: PaymentRef) -> Payment:
        self._check()
        return self.payments[ref]

    def refused(self, ref: PaymentRef) -> bool:
        self._check()
        return self.refuses

    def set_printed(self, ref: PaymentRef, printed: Printed) -> None:
        self._check()
        self.printed[ref] = printed

    def report_print(self, report: PrintReport) -> None:
        self._check()
        self.reports.append(report)

    def _check(self) -> None:
        if self.damaged:
            raise JournalDamaged("a test")


@dataclass
class FakeUplink:
    """Has the centre's word, or none."""

    posting: Posting | None = None

    async def delivered(self, ref: PaymentRef, within_s: float) -> Posting | None:
        await trio.lowlevel.checkpoint()
        return self.posting


@dataclass
class FakeReceipts:
    """The centre's receipts: gives copies as the test says, and remembers the print references."""

    entries: tuple[ReceiptEntry, ...] = ()
    give: Callable[[ReceiptEntry], ReceiptCopy] | None = None
    print_refs: list[str] = field(default_factory=list)

    async def receipts(self, token: SessionToken) -> tuple[ReceiptEntry, ...]:
        await trio.lowlevel.checkpoint()
        return self.entries

    async def copy(self, token: SessionToken, ref: str, print_ref: str) -> ReceiptCopy:
        await trio.lowlevel.checkpoint()
        self.print_refs.append(print_ref)
        assert self.give is not None
        return self.give(next(entry for entry in self.entries if entry.ref == ref))


@dataclass
class FakeDocuments:
    """The centre as composer, the A4 printer, the seal checker and the print book in one."""

    gives: SealedDocument | ServerError | None = None
    fault: SealFault | None = None
    ends: list[PrintEnd] = field(default_factory=list)
    """How prints end, in turn; all pages come out when it is empty."""
    waits: bool = False
    """Print one page and wait until it is cancelled."""
    trouble: Trouble | None = None
    asked: list[DocumentRequest] = field(default_factory=list)
    printed: list[tuple[str, str]] = field(default_factory=list)
    """Document and print reference of each print."""
    notes: list[DocumentPrintReport] = field(default_factory=list)
    cancelled: trio.Event = field(default_factory=trio.Event)

    async def document(
        self, token: SessionToken, ref: str, request: DocumentRequest
    ) -> SealedDocument:
        await trio.lowlevel.checkpoint()
        self.asked.append(request)
        if isinstance(self.gives, ServerError):
            raise self.gives
        return SealedDocument(ref, request.kind, "SB-1", 3, b"", b"%PDF", NOW)

    async def check(self, document: SealedDocument) -> GenuinePages:
        await trio.lowlevel.checkpoint()
        if self.fault is not None:
            raise NotGenuine(self.fault)
        return GenuinePages(document.ref, document.pages, document.pdf)

    async def print(
        self, paper: GenuinePages, print_ref: str, on_progress: Callable[[PrintProgress], None]
    ) -> PrintEnd:
        self.printed.append((paper.ref, print_ref))
        on_progress(PrintProgress(paper.pages, 1))
        if self.waits:
            await self.cancelled.wait()
            return PrintEnd(Printed.UNKNOWN, paper.pages, 1, cancelled=True)
        await trio.lowlevel.checkpoint()
        return self.ends.pop(0) if self.ends else PrintEnd(Printed.YES, paper.pages, paper.pages)

    def cancel(self) -> None:
        self.cancelled.set()

    def note(self, report: DocumentPrintReport) -> None:
        self.notes.append(report)


@dataclass
class FakeCabinet:
    """Its lamps by slot: what was done to each, in order; ``door_open`` as the test says."""

    done: list[tuple[str, str]] = field(default_factory=list)
    lit: set[str] = field(default_factory=set)
    door_open: bool = False
    somebody_there: bool = True
    earphones: bool = False
    changed: trio.Event = field(default_factory=trio.Event)

    def lamp(self, slot: str, lit: bool) -> None:
        self.done.append((slot, "on" if lit else "off"))
        (self.lit.add if lit else self.lit.discard)(slot)

    def blink(self, slot: str) -> None:
        self.done.append((slot, "blinks"))
        self.lit.add(slot)

    def is_lit(self, slot: str) -> bool:
        return slot in self.lit

    async def wait_change(self) -> None:
        await self.changed.wait()

    def door(self, is_open: bool) -> None:
        """Open or close it."""
        self.door_open = is_open
        self._tell()

    def jack(self, plugged: bool) -> None:
        """Plug earphones in, or pull them out."""
        self.earphones = plugged
        self._tell()

    def presence(self, somebody: bool) -> None:
        """Let somebody stand before the kiosk, or nobody."""
        self.somebody_there = somebody
        self._tell()

    def _tell(self) -> None:
        self.changed.set()
        self.changed = trio.Event()


@dataclass
class FakeBook:
    """Remembers events; ``all_told`` as the test says."""

    held: bool = False
    all_told: bool = True
    noted: list[CabinetEventKind] = field(default_factory=list)

    async def note(self, kind: CabinetEventKind) -> None:
        self.noted.append(kind)
        self.held = self.held or kind is CabinetEventKind.OPENED
        await trio.lowlevel.checkpoint()

    async def release(self) -> None:
        self.held = False
        await trio.lowlevel.checkpoint()


@dataclass
class FakeVoice:
    """What was said; an empty text where speaking was stopped."""

    said: list[str] = field(default_factory=list)
    volume: int = 1

    def say(self, sayings: Sequence[Saying], language: str) -> None:
        self.said.extend(saying.text for saying in sayings)

    def hush(self) -> None:
        self.said.append("")

    def louder(self) -> None:
        self.volume += 1

    def usual_volume(self) -> None:
        self.volume = 1


class FlowWorld:
    """Everything a test scripts, and ``kiosk`` made of it."""

    def __init__(self) -> None:
        self.stage, self.printer = FakeStage(), FakePrinter()
        self.journal, self.uplink, self.centre = FakeJournal(), FakeUplink(), FakeReceipts()
        self.cabinet, self.book, self.voice = FakeCabinet(), FakeBook(), FakeVoice()
        self.documents = FakeDocuments()
        desk = PaymentDesk(
            cast(Any, None), cast(Any, self.centre), cast(Any, self.journal), lambda: NOW
        )
        self.kiosk = Kiosk(
            stage=cast(Any, self.stage),
            social_cards=cast(Any, None),
            id_reader=cast(Any, None),
            pin_pad=cast(Any, None),
            receipt_printer=cast(Any, self.printer),
            cabinet=cast(Any, self.cabinet),
            document_printer=self.documents,
            seals=self.documents,
            prints=cast(Any, self.documents),
            central=cast(Any, self.centre),
            region=REGION,
            desk=desk,
            uplink=self.uplink,
            health=HealthBoard(
                {"seal": lambda: None, "document_printer": lambda: self.documents.trouble}
            ),
            times=VisitSettings(),
            today=lambda: date(2026, 11, 22),
            cabinet_book=self.book,
            voice=self.voice,
        )

    def rows(self) -> list[str]:
        """Return the rows of the newest paper as one text each, left and right."""
        return [f"{line.left} {line.right}".strip() for line in self.printer.papers[-1].lines]

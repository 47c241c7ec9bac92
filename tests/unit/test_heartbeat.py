"""The kiosk's heartbeat: when it beats, what it tells, and what it does about the answer."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio
from trio.testing import MockClock

from kioskd import log
from kioskd.domain.document import PaperState
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import JournalDamaged, ServerUnreachable
from kioskd.health import HealthBoard
from kioskd.payments.contract import ReportKind, Waiting
from kioskd.protocols.central_fleet import (
    BUNDLE_BYTES_MAX,
    Heartbeat,
    HeartbeatAnswer,
    ModuleState,
    Order,
    OrderKind,
    OrderState,
    PaperLevel,
    TicketNote,
)
from kioskd.relay.heartbeat import HELD_BY_OPERATOR, INTERVAL_S, Heart, Reactions, bundle
from kioskd.relay.vitals import Body

NAMED = ("part", "reason", "detail", "why", "what", "because", "error", "by", "place", "state")
ANSWER = HeartbeatAnswer("2026-11-22T02:00:00Z", 60.0, region=1)
PAPER_OUT = Trouble(TroubleReason.RECEIPT_PAPER_OUT, "D-11")
NO_A4 = Trouble(TroubleReason.DOCUMENT_PRINTER_NONE, "D-40")
NO_SEAL = Trouble(TroubleReason.DOCUMENT_SEAL_MISSING, "D-50")


@dataclass
class FakeCentre:
    """Hears heartbeats with their times; answers as told, or is away."""

    heard: list[tuple[float, Heartbeat]] = field(default_factory=list)
    bundles: list[tuple[str, bytes]] = field(default_factory=list)
    answer: HeartbeatAnswer = ANSWER
    away: bool = False
    refuses_bundles: bool = False

    async def beat(self, heart: Heartbeat) -> HeartbeatAnswer:
        await trio.lowlevel.checkpoint()
        if self.away:
            raise ServerUnreachable
        self.heard.append((trio.current_time(), heart))
        return self.answer

    async def send_bundle(self, ref: str, lines: bytes) -> None:
        await trio.lowlevel.checkpoint()
        if self.refuses_bundles:
            raise ServerUnreachable
        self.bundles.append((ref, lines))

    @property
    def last(self) -> Heartbeat:
        return self.heard[-1][1]


@dataclass
class FakeJournal:
    """Payments that nobody knows the end of; damaged it tells nothing."""

    open: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    damaged: bool = False

    def open_payments(self) -> tuple[str, ...]:
        return tuple(self.open)

    def unresolved(self) -> tuple[str, ...]:
        if self.damaged:
            raise JournalDamaged("x")
        return tuple(self.unknown)

    def undelivered(self) -> int:
        return len(self.waiting)

    def next_report(self) -> Waiting | None:
        return self.waiting[0] if self.waiting else None


class World:
    """A kiosk whose parts a test breaks, and its heart."""

    def __init__(self) -> None:
        self.troubles: dict[str, Trouble | None] = {
            "receipt_printer": None, "document_printer": None, "seal": None,
            "central": Trouble(TroubleReason.CENTRE_UNREACHABLE, "S-01"),
            "held": None, "journal": None, "pin_pad": None, "door": None,
        }  # fmt: skip
        self.screen = ("welcome", False)
        self.paper = PaperState.ADEQUATE
        self.journal, self.centre = FakeJournal(), FakeCentre()
        self.turn = trio.Lock()
        self.done: list[str] = []
        reactions = Reactions(self._note("restart"), self._note("region"))
        self.heart = Heart(self.centre, reactions, jitter=lambda least, most: (least + most) / 2)
        board = HealthBoard(
            {role: lambda role=role: self.troubles[role] for role in self.troubles},  # type: ignore[misc]
            self.heart.ticket,
        )
        desk = cast(Any, SimpleNamespace(journal=self.journal, turn=self.turn))
        paying = ("held", "central", "journal", "pin_pad")
        self.body = Body(
            board, lambda: self.screen, lambda: self.paper, paying, desk, self.journal, lambda: 1
        )

    def _note(self, what: str) -> Callable[[], None]:
        return lambda: self.done.append(what)

    def serve(self, screen: str) -> None:
        self.screen = (screen, True)

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.heart.run, self.body)
            await trio.sleep(11)
            yield
            nursery.cancel_scope.cancel()


async def test_it_beats_after_a_while_and_then_as_it_is_told(autojump_clock: MockClock) -> None:
    """Ten seconds after the start, then in the pauses that the centre asks for."""
    world = World()
    world.centre.answer = replace(ANSWER, next_s=20.0)
    async with world.beating():
        await trio.sleep(45)
    times = [round(at) for at, _ in world.centre.heard]
    assert times == [10, 30, 50]
    assert [heart.sequence for _, heart in world.centre.heard] == [1, 2, 3]
    assert len({heart.boot for _, heart in world.centre.heard}) == 1


@pytest.mark.parametrize(("told", "taken"), [(0.0, 5), (1e9, 600)])
async def test_a_foolish_pause_is_not_taken(
    autojump_clock: MockClock, told: float, taken: int
) -> None:
    """A kiosk neither floods its centre nor falls silent because an answer says so."""
    world = World()
    world.centre.answer = replace(ANSWER, next_s=told)
    async with world.beating():
        await trio.sleep(taken + 1)
    (first, _), (second, _), *_ = world.centre.heard
    assert round(second - first) == taken


async def test_a_part_that_changes_is_told_at_once(autojump_clock: MockClock) -> None:
    """Within seconds, not within the minute; a part that flutters not oftener than each three."""
    world = World()
    async with world.beating():
        world.troubles["receipt_printer"] = PAPER_OUT
        world.paper = PaperState.OUT
        await trio.sleep(5)
        assert len(world.centre.heard) == 2
        assert ModuleState("receipt_printer", "D-11") in world.centre.last.modules
        assert world.centre.last.receipt_paper is PaperLevel.OUT
        for turn in range(30):
            world.troubles["receipt_printer"] = None if turn % 2 else PAPER_OUT
            await trio.sleep(1)
        assert len(world.centre.heard) <= 13


async def test_it_tells_the_state_and_nothing_else(autojump_clock: MockClock) -> None:
    """Parts without the line itself, the screen and since when, money counts, ability to pay."""
    world = World()
    world.troubles |= {"document_printer": NO_A4, "seal": NO_SEAL}
    world.journal.unknown = ["P1"]
    body = b'{"at": "2020-01-01T00:00:00Z", "ref": "P1"}'
    world.journal.waiting = [Waiting(1, ReportKind.PAYMENT, "P1", "/v1/payments/P1", body)]
    async with world.beating():
        world.serve("home")
        await trio.sleep(INTERVAL_S)
    heart = world.centre.last
    assert {one.module for one in heart.modules} == {
        "receipt_printer", "held", "journal", "pin_pad", "door",
    }  # fmt: skip
    assert (heart.screen, heart.in_visit) == ("home", True)
    assert 55 <= heart.screen_since_s <= 60
    assert (heart.undelivered, heart.unknown_payments, heart.able_to_pay) == (1, 1, True)
    age = datetime.now(UTC) - datetime(2020, 1, 1, tzinfo=UTC)
    assert abs(heart.oldest_undelivered_s - age.total_seconds()) < 60


async def test_without_pin_pad_it_says_that_it_cannot_take_payments(
    autojump_clock: MockClock,
) -> None:
    """What pays must be well; the line is, for the heartbeat is heard."""
    world = World()
    world.troubles["pin_pad"] = Trouble(TroubleReason.PIN_PAD_GONE, "D-01")
    async with world.beating():
        assert not world.centre.last.able_to_pay


async def test_a_damaged_journal_does_not_stop_the_heart(autojump_clock: MockClock) -> None:
    """It is a trouble of the journal, told as that."""
    world = World()
    world.journal.damaged = True
    world.troubles["journal"] = Trouble(TroubleReason.JOURNAL_DAMAGED, "J-01")
    async with world.beating():
        assert ModuleState("journal", "J-01") in world.centre.last.modules


async def test_what_was_not_heard_is_forgotten(autojump_clock: MockClock) -> None:
    """After an outage the newest state is told once, not every minute of the outage."""
    world = World()
    world.centre.away = True
    async with world.beating():
        await trio.sleep(10 * INTERVAL_S)
        world.centre.away = False
        await trio.sleep(INTERVAL_S + 1)
    assert len(world.centre.heard) in (1, 2)
    assert world.centre.heard[0][1].sequence > 5


async def test_held_payments_and_tickets_are_shown(autojump_clock: MockClock) -> None:
    """The board carries the hold's code and the ticket's number until that is over."""
    world = World()
    note = TicketNote("receipt_printer", "D-11", "F-261122-0007")
    world.centre.answer = replace(ANSWER, held=True, tickets=(note,))
    assert world.heart.trouble is None
    async with world.beating():
        world.troubles["receipt_printer"] = PAPER_OUT
        assert world.heart.trouble == HELD_BY_OPERATOR
        shown = world.body.health.trouble_of("receipt_printer")
        assert shown == replace(PAPER_OUT, ticket="F-261122-0007")
        assert world.body.health.tickets() == ("F-261122-0007",)
        world.centre.answer = ANSWER
        await trio.sleep(INTERVAL_S + 1)
        assert world.heart.trouble is None
        assert world.body.health.tickets() == ()


async def test_another_wanted_pack_is_fetched(autojump_clock: MockClock) -> None:
    """Asked for once a heartbeat until the kiosk has it; the one it has is not."""
    world = World()
    async with world.beating():
        assert world.done == []
        world.centre.answer = replace(ANSWER, region=2)
        await trio.sleep(INTERVAL_S + 1)
        assert world.done == ["region"]


async def test_a_restart_waits_until_nobody_is_served_and_no_money_moves(
    autojump_clock: MockClock,
) -> None:
    """Seen at once; done between visits, with no payment under way or open."""
    world = World()
    world.serve("review")
    world.centre.answer = replace(ANSWER, orders=(Order("o1", OrderKind.RESTART),))
    async with world.beating():
        await trio.sleep(70)
        assert world.done == []
        assert [one.state for one in world.centre.last.orders] == [OrderState.SEEN]
        world.screen = ("welcome", False)
        world.journal.open = ["P1"]
        await trio.sleep(70)
        assert world.done == []
        world.journal.open = []
        await trio.sleep(2)
        assert world.done[0] == "restart"


async def test_a_bundle_is_sent_once_and_told(autojump_clock: MockClock) -> None:
    """However often it is asked for; the end of it is told until the centre asks no more."""
    world = World()
    world.centre.answer = replace(ANSWER, orders=(Order("o2", OrderKind.BUNDLE),))
    async with world.beating():
        await trio.sleep(2 * INTERVAL_S)
        assert [ref for ref, _ in world.centre.bundles] == ["o2"]
        assert [one.state for one in world.centre.last.orders] == [OrderState.DONE]
        world.centre.answer = ANSWER
        await trio.sleep(2 * INTERVAL_S + 1)
        assert world.centre.last.orders == ()


async def test_a_bundle_that_cannot_be_sent_has_failed(autojump_clock: MockClock) -> None:
    """Said so; the operator may ask again."""
    world = World()
    world.centre.refuses_bundles = True
    world.centre.answer = replace(ANSWER, orders=(Order("o2", OrderKind.BUNDLE),))
    async with world.beating():
        await trio.sleep(10)
        assert [one.state for one in world.centre.last.orders] == [OrderState.FAILED]


def test_a_bundle_holds_the_newest_lines_and_names_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """At most two mebibytes; of each line only what is known to be impersonal."""
    log.set_up("traffic")
    log.event("visit.began", number="999999199001010017", reason="for 张伟")
    log.traffic("pinpad", b"secret bytes")
    for count in range(4100):
        log.event("health.trouble", seq=count, code="D-01", **dict.fromkeys(NAMED, "pin_pad"))
    log.event("kiosk.newest")
    heart = Heartbeat("b", 1, "", 1, "0.1.0", 1, "welcome", 1, False, ())
    data = bundle(heart)
    assert len(data) <= BUNDLE_BYTES_MAX
    assert data.splitlines()[-1].endswith(b'"event": "kiosk.newest"}')
    log.set_up("info")
    log.event("visit.began", number="999999199001010017", reason="for 张伟")
    small = bundle(heart).decode("unicode_escape")
    assert "999999199001010017" not in small and "张伟" not in small
    assert small.count("[withheld]") == 2
    assert b"secret" not in data

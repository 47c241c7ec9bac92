"""The heartbeat: how this kiosk is, every minute and when a part changes; and what is answered.

Nothing is queued: a heartbeat that did not reach the centre is forgotten, the next one is newer.
The answer carries what the centre wants: held payments, ticket numbers, orders, versions. A restart
is done only while nobody is served and no payment is open.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from uuid import uuid4

import trio

from kioskd import __version__, log, scrub
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import JournalDamaged, ServerError
from kioskd.protocols import central
from kioskd.protocols.central_fleet import (
    BUNDLE_BYTES_MAX,
    Heartbeat,
    HeartbeatAnswer,
    Order,
    OrderKind,
    OrderReport,
    OrderState,
)
from kioskd.relay.clock import utc_now
from kioskd.relay.vitals import Body, MoneyVitals, Vitals

FIRST_S: Final = (5.0, 15.0)
"""Parts find their devices first; and a city's kiosks do not all speak at once after an outage."""
INTERVAL_S: Final = 60.0
PAUSES_S: Final = (5.0, 600.0)
"""Shorter or longer pauses are not taken from any answer."""
JITTER: Final = 0.1
LOOK_S: Final = 1.0
AT_MOST_EVERY_S: Final = 3.0
HELD_BY_OPERATOR: Final = Trouble(TroubleReason.PAYMENTS_HELD, "B-03")


class HeartbeatTarget(Protocol):
    """What the heartbeat asks of the client. Every call raises ServerError."""

    async def beat(self, heart: Heartbeat) -> HeartbeatAnswer: ...
    async def send_bundle(self, ref: str, lines: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Reactions:
    """What the kiosk does about an answer."""

    restart: Callable[[], None]
    """End this run of the program, so that it is started anew."""
    refresh_region: Callable[[], None]
    """Fetch the region pack again."""


@dataclass(slots=True)
class _Screen:
    """Which screen is up, and since when."""

    id: str = ""
    since: float = 0.0


@dataclass(slots=True)
class Heart:
    """Beats while ``run`` runs; ``answer`` is the newest word of the centre."""

    target: HeartbeatTarget
    reactions: Reactions
    jitter: Callable[[float, float], float] = random.uniform
    software: str = __version__
    """What runs here; an image has a version of its own."""
    answer: HeartbeatAnswer | None = None
    _boot: str = field(default_factory=lambda: uuid4().hex)
    _sequence: int = 0
    _screen: _Screen = field(default_factory=_Screen)
    _orders: dict[str, OrderReport] = field(default_factory=dict)
    _told: tuple[OrderReport, ...] = ()
    """What the newest heartbeat said of orders."""
    _restart: str = ""
    """The order that waits until nobody is served."""

    @property
    def trouble(self) -> Trouble | None:
        """That an operator holds payments; None before the centre has said anything."""
        return HELD_BY_OPERATOR if self.answer is not None and self.answer.held else None

    def ticket(self, role: str, code: str) -> str:
        """Return the number under which a fault is being dealt with; empty if there is none."""
        notes = () if self.answer is None else self.answer.tickets
        return next((one.number for one in notes if (one.module, one.code) == (role, code)), "")

    async def run(self, body: Body) -> None:
        """Beat for ever."""
        begun = trio.current_time()
        await trio.sleep(self.jitter(*FIRST_S))
        while True:
            vitals, money = self._seen(body), _money(body)
            pause_s = await self._beat(vitals, money, trio.current_time() - begun, body)
            await self._wait(body, vitals, pause_s)

    async def _beat(self, vitals: Vitals, money: MoneyVitals, uptime_s: float, body: Body) -> float:
        """Send one heartbeat and do what it is answered; return how long to wait."""
        self._sequence += 1
        region = body.region_version()
        self._told = told = tuple(self._orders.values())
        heart = Heartbeat(
            boot=self._boot,
            sequence=self._sequence,
            at=utc_now(),
            uptime_s=int(uptime_s),
            software=self.software,
            region=region,
            screen=vitals.screen,
            screen_since_s=int(trio.current_time() - self._screen.since),
            in_visit=vitals.in_visit,
            modules=vitals.modules,
            receipt_paper=vitals.receipt_paper,
            door_open=vitals.door_open,
            undelivered=money.undelivered,
            oldest_undelivered_s=money.oldest_undelivered_s,
            unknown_payments=money.unknown_payments,
            able_to_pay=vitals.able_to_pay,
            orders=told,
        )
        try:
            answer = await self.target.beat(heart)
        except ServerError as error:
            log.event("heartbeat.unheard", code=error.operator_code)
            return INTERVAL_S
        self._take(answer, told)
        if answer.region and answer.region != region:
            self.reactions.refresh_region()
        for order in answer.orders:
            if order.ref not in self._orders:
                await self._begin(order, heart)
        shortest, longest = PAUSES_S
        return max(shortest, min(longest, answer.next_s))

    def _take(self, answer: HeartbeatAnswer, told: tuple[OrderReport, ...]) -> None:
        """Keep the answer, and forget orders that the centre has heard the end of."""
        before, self.answer = self.answer, answer
        if before is None or before.held != answer.held:
            log.event("heartbeat.held", held=answer.held)
        asked = {order.ref for order in answer.orders}
        for report in told:
            if report.state is not OrderState.SEEN and report.ref not in asked:
                self._orders.pop(report.ref, None)

    async def _begin(self, order: Order, heart: Heartbeat) -> None:
        log.event("order.seen", ref=order.ref, kind=order.kind)
        self._orders[order.ref] = OrderReport(order.ref, OrderState.SEEN)
        if order.kind is OrderKind.RESTART:
            self._restart = order.ref
            return
        try:
            await self.target.send_bundle(order.ref, bundle(heart))
        except ServerError as error:
            log.warning("order.failed", ref=order.ref, code=error.operator_code)
            failed = OrderReport(order.ref, OrderState.FAILED, error.operator_code)
            self._orders[order.ref] = failed
            return
        log.event("order.done", ref=order.ref)
        self._orders[order.ref] = OrderReport(order.ref, OrderState.DONE)

    async def _wait(self, body: Body, told: Vitals, pause_s: float) -> None:
        """Wait for the next heartbeat's time, or until something has changed since the last."""
        begun = trio.current_time()
        until = begun + pause_s * self.jitter(1 - JITTER, 1 + JITTER)
        soonest = begun + AT_MOST_EVERY_S
        while (now := trio.current_time()) < until:
            await trio.sleep(min(LOOK_S, until - now))
            vitals = self._seen(body)
            if self._restart and not vitals.in_visit and not _money_moves(body):
                log.event("order.restarting", ref=self._restart)
                self.reactions.restart()
            changed = _face(vitals) != _face(told) or tuple(self._orders.values()) != self._told
            if changed and trio.current_time() >= soonest:
                return

    def _seen(self, body: Body) -> Vitals:
        vitals = body.look()
        if vitals.screen != self._screen.id:
            self._screen = _Screen(vitals.screen, trio.current_time())
        return vitals


def _face(vitals: Vitals) -> Vitals:
    """Return what is worth telling at once: everything but where a visit has come to."""
    return replace(vitals, screen="", in_visit=False)


def _money(body: Body) -> MoneyVitals:
    """Look at the journal; one that cannot be read is a trouble on the health board already."""
    try:
        return body.money()
    except JournalDamaged:
        return MoneyVitals()


def _money_moves(body: Body) -> bool:
    """Tell whether a payment is under way, or one is open that only the PIN pad can tell of."""
    try:
        return body.desk.turn.locked() or bool(body.desk.journal.open_payments())
    except JournalDamaged:
        return False


def bundle(heart: Heartbeat) -> bytes:
    """Return the last heartbeat and the newest lines of the log, as lines of JSON.

    Of the log only what is known to name nobody (``kioskd.scrub``), and nothing of the level that
    holds raw bytes.
    """
    head = central.encode(heart)
    lines: list[bytes] = []
    size = len(head)
    for line in reversed(list(scrub.log_lines(log.newest_lines()))):
        data = b"\n" + line.encode("utf-8", "replace")
        size += len(data)
        if size > BUNDLE_BYTES_MAX:
            break
        lines.append(data)
    return head + b"".join(reversed(lines))

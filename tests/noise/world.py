"""One kiosk, its PIN pad on a noisy line, a centre, and visitors one after the other.

The driver, paying, recovery, the uplink and the journal are the real ones; the PIN pad is the
workbench's and keeps its own books. Time is virtual: nothing here waits for a clock.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import trio
from trio.testing import MockClock

from kiosk_bench.devices.memory_port import MemoryPort
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.pinpad_books import Charge, PinPadBooks
from kioskd.domain.money import Money
from kioskd.domain.payment import PinPadStep
from kioskd.drivers.pinpad import ZvtPinPad
from kioskd.drivers.settings import PinPadSettings
from kioskd.errors import DeviceError, DeviceTimeout
from kioskd.payments.contract import Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.pay import pay
from kioskd.payments.recovery import recover_all
from kioskd.payments.store import Store
from kioskd.relay.uplink import Uplink
from tests.fakes import NOW, an_assessment
from tests.noise.centre import LAST_WORDS, NoisyCentre
from tests.noise.checks import about, in_the_end, unasked
from tests.noise.line import QUIET, NoisyWay, Rates, Weather

LONGEST_PAYMENT_S = 600.0
DOUBT_ROUND_S = 3.0
OFFERED_WITHIN_S = 120.0
AMOUNTS = (Money(1_400_00), Money(1_000_00), Money(10_10))
"""Few, so that most payments have a twin by amount; two of them hold the byte 10."""
NOISY_TRIES, QUIET_TRIES = 6, 40
PAYMENTS_A_DAY = 120


@dataclass(frozen=True, slots=True)
class Scenario:
    """A line, a kind of PIN pad, and how often the cable is out."""

    name: str
    rates: Rates
    auto_reverse: bool = True
    outages: float = 0.0
    """Share of payments during which the cable is out for some seconds."""
    faults: frozenset[str] = frozenset()
    """Of the PIN pad, all the time; names as in ``kiosk_bench.faults``."""
    loses: float = 0.02
    """Share of the centre's requests and answers that are lost."""

    @property
    def may_obey_late(self) -> bool:
        """Whether a charge may come to stand that nobody asked for.

        The line repeats a command seconds later, no number tells that it is old, and a PIN pad
        that keeps what nobody answers does not hear our refusal (docs/payments.md).
        """
        numbered = "pinpad.sequence_ids" in self.faults
        return self.rates.echoed > 0 and not numbered and not self.auto_reverse


class MemoryBooks(PinPadBooks):
    """The PIN pad's books without a disk; they remember during which payment each was made."""

    def __init__(self, during: Callable[[], str]) -> None:
        super().__init__(Path("never-written"))
        self._during = during
        self.by_ref: dict[str, list[Charge]] = {}
        """Under "" what was charged while nobody paid."""

    def charge(self, amount_fen: int, date: str, time: str) -> Charge:
        charge = super().charge(amount_fen, date, time)
        self.by_ref.setdefault(self._during(), []).append(charge)
        return charge

    def _save(self) -> None:
        """Nothing: this PIN pad is never switched off."""


class LastWords:
    """A wire log that keeps the last messages only."""

    def __init__(self, keep: int = 200) -> None:
        self.lines: list[str] = []
        self._keep = keep

    def write(self, direction: str, text: str) -> None:
        self.lines.append(f"{trio.current_time():10.3f} {direction} {text}")
        del self.lines[: -self._keep]


@dataclass
class Tally:
    """What happened, for the table."""

    HEADER: ClassVar[list[str]] = [
        "payments", "spoilt", "charged", "posted", "confirmed", "declined", "reversed",
        "not started", "unknown", "enquired", "noisy doubt", "stuck", "unresolved", "unasked",
        "cpu ms each",
    ]  # fmt: skip
    payments: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    """State when the visitor was told."""
    enquired: int = 0
    """Not known when the PIN pad stopped talking; ``pay`` asked its books."""
    doubt_told: int = 0
    """Told the visitor that it is not known."""
    doubt_after_noise: int = 0
    """Still in doubt after some enquiries on the noisy line."""
    doubt_left: int = 0
    """Still being asked about after a quiet recovery; nothing can be paid until a person comes."""
    unresolved: int = 0
    """Given up by the kiosk, left to the centre's reconciliation."""
    cpu_s: float = 0.0


class World:
    """Runs payments; ``refs`` are all that the kiosk has ever mentioned."""

    def __init__(self, folder: Path, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed, self.chance = scenario, seed, random.Random(seed)
        self.weather, self.tally = Weather(), Tally()
        self.wrong: list[str] = []
        self.now_paying = ""
        self.refs: dict[str, str] = {}
        """Payment reference to assessment."""
        ways = NoisyWay(self.weather, self.chance), NoisyWay(self.weather, self.chance)
        self.port = MemoryPort(*ways)
        self.wire = LastWords()
        self.faults = set(scenario.faults)
        self.peer = PinPadPeer(self.port, folder / "never-written", self.faults, self.wire)
        self.books = self.peer.books = MemoryBooks(lambda: self.now_paying)
        self.peer.auto_reverse = scenario.auto_reverse
        self.peer.now = lambda: ("1122", "175501")  # another date would be other bytes to spoil
        self.pad = self.make_pad()
        self.centre = NoisyCentre(self.chance, scenario.loses)
        self.store = Store(folder / "journal.sqlite", "K0123")
        self.journal = self.make_journal(self.store)
        self.outbox = Outbox(self.store, self.journal)
        self.desk = PaymentDesk(self.pad, self.centre, self.journal, lambda: NOW)

    def make_pad(self) -> ZvtPinPad:
        """Make the driver; a planted fault overrides it."""
        return ZvtPinPad(PinPadSettings("memory"), self.port.open)

    def make_journal(self, store: Store) -> Journal:
        """Make the journal; a planted fault overrides it."""
        return Journal(store)

    def play(self, payments: int) -> list[str]:
        """Run ``run`` in virtual time, the same way for the same seed."""
        scheduler = trio._core._run
        scheduler._ALLOW_DETERMINISTIC_SCHEDULING = True
        scheduler._r.seed(self.seed)
        try:
            return trio.run(self.run, payments, clock=MockClock(autojump_threshold=0))
        finally:
            scheduler._ALLOW_DETERMINISTIC_SCHEDULING = False

    async def run(self, payments: int) -> list[str]:
        """Let ``payments`` visitors pay, then all settle on a quiet line; return what is wrong."""
        began = time.process_time()
        uplink = Uplink(self.outbox, self.centre, jitter=self.chance.uniform)
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(self.peer.run)
                await nursery.start(self.pad.run)
                nursery.start_soon(uplink.run)
                for number in range(1, payments + 1):
                    await self._serve(f"{number:032x}")
                    if self.tally.doubt_left:
                        break  # the kiosk takes no payment any more: it says so, and rightly
                    if number % PAYMENTS_A_DAY == 0:
                        await self._end_the_day()
                await self._settle()
                nursery.cancel_scope.cancel()
            self.wrong += in_the_end(self)
            self.tally.unresolved = len(self.listed())
        finally:
            self.store.shut()
        self.tally.cpu_s = time.process_time() - began
        return self.wrong

    async def _serve(self, assessment: str) -> None:
        self.weather.rates = self.scenario.rates
        await self._until_offered()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._stand_at_the_pin_pad)
            if self.chance.random() < self.scenario.outages:
                nursery.start_soon(self._lose_the_cable)
            with trio.fail_after(LONGEST_PAYMENT_S):
                payment = await self._pay(assessment)
            nursery.cancel_scope.cancel()
        self.port.plug()
        self.now_paying = ""
        self.tally.payments += 1
        self.tally.ended[payment.state.value] += 1
        await self._find_out()
        if payment.ref:
            self.wrong += about(self, payment.ref)

    async def _until_offered(self) -> None:
        """Come when the home screen offers payment, or try after a while all the same."""
        with trio.move_on_after(OFFERED_WITHIN_S):
            await trio.sleep(self.chance.uniform(0, 10))
            while self.pad.trouble is not None:
                await trio.sleep(1)

    async def _pay(self, assessment: str) -> Payment:
        def note(ref: str, step: PinPadStep | None) -> None:
            self.tally.enquired += ref in self.refs and step is None
            self.now_paying = ref
            self.refs[ref] = assessment

        return await pay(self.desk, an_assessment(assessment, self.chance.choice(AMOUNTS)), note)

    async def _stand_at_the_pin_pad(self) -> None:
        """Be one of those who pay, or of the few who cannot, do not want to, or walk away."""
        mood = self.chance.random()
        self.peer.host.decline_code = 0x05 if mood < 0.04 else None
        self.peer.host.takes_s = self.chance.uniform(0, 3)
        customer = self.peer.customer
        while mood < 0.97:
            if mood > 0.94:
                await customer.press_cancel()
            else:
                await customer.insert_card()
                await customer.enter_pin()

    async def _lose_the_cable(self) -> None:
        await trio.sleep(self.chance.uniform(0, 8))
        self.port.unplug()
        await trio.sleep(self.chance.uniform(0.1, 20))
        self.port.plug()

    async def _find_out(self) -> None:
        """Recover as the kiosk does between visitors, on the noisy line, then on a quiet one."""
        self.tally.doubt_told += bool(self.in_doubt())
        for _ in range(NOISY_TRIES):
            if not self.in_doubt():
                return
            await trio.sleep(DOUBT_ROUND_S)
            await recover_all(self.desk)
        self.tally.doubt_after_noise += bool(self.in_doubt())
        await self._recover_quietly()

    async def _recover_quietly(self) -> None:
        self.weather.rates = QUIET
        for _ in range(QUIET_TRIES):
            await recover_all(self.desk)
            if not self.in_doubt():
                return
            await trio.sleep(DOUBT_ROUND_S)
        self.tally.doubt_left += 1

    async def _end_the_day(self) -> None:
        """Close the PIN pad's batch while nobody pays; an unclear end is left to the books."""
        self.weather.rates = QUIET
        await self._until_idle()
        with suppress(DeviceTimeout):  # a doubled command may still be in its way
            await self.pad.end_of_day()

    async def _until_idle(self) -> None:
        with trio.fail_after(LONGEST_PAYMENT_S):
            while not await self._is_idle():
                await trio.sleep(5)

    async def _is_idle(self) -> bool:
        try:
            return await self.pad.status() == 0
        except DeviceError:
            return False

    async def _settle(self) -> None:
        await self._recover_quietly()
        await self._until_idle()
        with trio.fail_after(3600):
            while self.outbox.next_report() or self.outbox.next_links():
                await trio.sleep(5)

    def in_doubt(self) -> tuple[Payment, ...]:
        """Return what the journal says is not known yet."""
        return self.journal.open_payments()

    def row(self) -> list[object]:
        """Return the table's line, in the order of ``Tally.HEADER``."""
        tally, standing = self.tally, [it for it in self.books.charges if not it.reversed]
        ends = ("confirmed", "declined", "reversed", "not_started", "unknown")
        return [
            tally.payments,
            self.weather.spoiled,
            len(standing) - 1,  # the technician's own
            sum(account.posted for account in self.centre.accounts.values()),
            *(tally.ended[end] for end in ends),
            tally.enquired,
            tally.doubt_after_noise,
            tally.doubt_left,
            tally.unresolved,
            len(unasked(self)),
            round(1000 * tally.cpu_s / max(1, tally.payments)),
        ]

    def listed(self) -> set[str]:
        """Return the references of which the journal says that it does not know."""
        payments = (self.payment(ref) for ref in self.refs if ref)
        return {it.ref for it in payments if it and it.state not in LAST_WORDS}

    def payment(self, ref: str) -> Payment | None:
        """Return what the journal says of a reference, None if it has forgotten it."""
        try:
            return self.journal.get(ref)
        except KeyError:
            return None

"""The books as a state machine against a model of whole fen: whatever happens, they agree.

Payments, reversals at the PIN pad, refunds, the bank's files, month-ends and the agent bank's
answers in any order; after each step ``ledger verify`` finds nothing and every account is the
model's.
"""

import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from kiosk_central.assessments import assess
from kiosk_central.ledger_verify import verify
from kiosk_central.month_reckoning import MonthNotClosed
from kiosk_central.refunds import RefundRefused, approve_refund, ask_refund
from kiosk_central.store.books import entries
from kiosk_central.store.closing import transfers
from kiosk_central.store.engine import open_engine, read, write
from kioskd.domain.contribution import Assessment, Month, MonthStatus, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState as S
from kioskd.domain.payment import TransactionRecord
from kioskd.protocols.central import AssessmentRequest
from tests.databases import Template
from tests.unit.central_world import KIOSK, OTHER_KIOSK, ZHANG, World, make_city
from tests.unit.closing_world import answer, close, settle

LAST = Month(2027, 9)
FUNDS = ("pension-personal", "pension-pool")
_city: list[Template] = []


def city() -> Template:
    """Return the small city, made once for all examples."""
    if not _city:
        _city.append(make_city(Path(tempfile.mkdtemp()), None))
    return _city[0]


def number_in(ref: str) -> int:
    """Return the number at the end of a payment's reference."""
    return int(ref.rpartition("-")[2])


class LedgerMachine(RuleBasedStateMachine):
    """``books`` is the model: what each account must come to, in fen."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self._copy = city().copied(Path(self.folder.name))
        self.world = World(open_engine(self._copy.__enter__()))
        self.books: Counter[str] = Counter()
        self.paid: dict[str, int] = {}
        """Payment on its months -> fen."""
        self.suspended: dict[str, int] = {}
        self.unsettled: list[tuple[int, int, str]] = []
        """Receipt, fen and day of charges that the bank has not settled."""
        self.month = Month(2026, 11)
        self.sent: dict[str, int] = {}
        self.made = 0

    def teardown(self) -> None:
        self.world.engine.dispose()
        self.folder.cleanup()

    def _move(self, fen: int, to: str, source: str) -> None:
        self.books[to] += fen
        self.books[source] -= fen

    def _charge(self, assessment: str, fen: int, kiosk: str) -> str:
        self.made += 1
        ref, day = f"{kiosk}-P-{self.made}", self.world.clock() + timedelta(hours=8)
        told = TransactionRecord(Money(fen), self.made, 17, "29001006", f"{day:%m%d}", "100000", 0)
        self.world.report(
            S.CONFIRMED, ref, kiosk, assessment=assessment, amount=Money(fen), record=told
        )
        self.unsettled.append((self.made, fen, f"{day:%Y-%m-%d}"))
        return ref

    def _assess(self, name: str, month: Month, percent: int, kiosk: str) -> Assessment:
        world, asked = self.world, AssessmentRequest(Scheme.PENSION, percent, (month,))
        return write(
            world.engine,
            lambda at: assess(at, world.clock(), world.region, kiosk, ZHANG, name, asked),
        )

    @rule(percent=st.sampled_from([60, 80, 100]), twice=st.booleans(), seconds=st.integers(0, 9000))
    def pay(self, percent: int, twice: bool, seconds: int) -> None:
        """Zhang pays the first month on offer; sometimes at two kiosks, and one is in suspense."""
        self.world.clock.advance(seconds=seconds)
        offer = next(one for one in self.world.offers() if one.scheme is Scheme.PENSION)
        open_months = [one.month for one in offer.months if one.status is MonthStatus.PAYABLE]
        if not open_months:
            return
        name, grade = f"A{self.made}", offer.fixed_percent or percent
        found = self._assess(name, open_months[0], grade, KIOSK)
        fen = found.amount.fen
        if twice:
            self.world.clock.advance(hours=1)
            self._assess(f"{name}b", open_months[0], grade, OTHER_KIOSK)
            ref = self._charge(f"{name}b", fen, OTHER_KIOSK)
        else:
            ref = self._charge(name, fen, KIOSK)
        self.paid[ref] = fen
        self._move(found.personal.fen, "bank-receivable", FUNDS[0])
        self._move(found.pool.fen, "bank-receivable", FUNDS[1])
        if twice:
            self.suspended[self._charge(name, fen, KIOSK)] = fen
            self._move(fen, "bank-receivable", "suspense")

    @rule(undone=st.booleans())
    def end_suspense(self, undone: bool) -> None:
        """The PIN pad gives it back, or cannot and two persons refund it."""
        if not self.suspended:
            return
        ref, fen = self.suspended.popitem()
        event(f"suspense undone={undone}")
        told = {"amount": Money(fen), "assessment": self._assessment_of(ref)}
        if undone:
            self.world.report(S.REVERSED, ref, **told)
            self._move(fen, "suspense", "bank-receivable")
            self.unsettled = [one for one in self.unsettled if one[0] != number_in(ref)]
            return
        own = number_in(ref)
        day = next((at for made, _, at in self.unsettled if made == own), None)
        if day is None:
            self.suspended[ref] = fen
            return
        told["record"] = TransactionRecord(
            Money(fen), own, 17, "29001006", day[5:7] + day[8:], "100000", 0
        )
        self.world.report(S.CONFIRMED, ref, reason="R-108", **told)
        self._refund(ref)
        self._move(fen, "suspense", "refunds-payable")

    def _assessment_of(self, ref: str) -> str:
        rows = self.world.books()["payments"]
        return str(next(one["assessment_ref"] for one in rows if one["ref"] == ref))

    def _refund(self, ref: str) -> None:
        number = self.world.at_desk(
            lambda desk: ask_refund(desk, ref, "99998888777", "张三", "Wang", "letter")
        )
        self.world.at_desk(lambda desk: approve_refund(desk, number, "Zhao", "checked"))

    @rule(oldest=st.booleans())
    def refund(self, oldest: bool) -> None:
        """A contribution was made in error; a second time is refused."""
        if not self.paid:
            return
        ref = min(self.paid) if oldest else max(self.paid)
        fen = self.paid.pop(ref)
        posting = next(one for one in self.world.books()["postings"] if one["payment_ref"] == ref)
        self._refund(ref)
        for line in posting["entries"]:
            if line["account"] in FUNDS:
                self._move(-line["debit_fen"], line["account"], "refunds-payable")
        assert fen > 0
        try:
            self._refund(ref)
        except RefundRefused:
            return
        raise AssertionError("refunded twice")

    @rule()
    def settle(self) -> None:
        """The bank settles everything that stands."""
        if not self.unsettled:
            return
        lines = [
            f"{day},29001006,1,{made},17,{day},10:00:00,{fen // 100}.{fen % 100:02d},sale"
            for made, fen, day in self.unsettled
        ]
        settle(self.world, *lines)
        self._move(sum(fen for _, fen, _ in self.unsettled), "bank", "bank-receivable")
        self.unsettled = []
        self.suspended = {}  # settled: left where it is, no PIN pad undoes another day's charge

    @rule(settled=st.sampled_from([True, True, True, False]))
    def close(self, settled: bool) -> None:
        """The month's end, once it is over and the bank has settled; a refusal changes nothing."""
        if self.month >= LAST:
            return
        if settled:
            self.settle()
        after = self.month.plus(1)
        over = datetime(after.year, after.month, 2, 2, 0, tzinfo=UTC)
        self.world.clock.now = max(self.world.clock.now, over)
        try:
            done = close(self.world, self.month)
        except MonthNotClosed:
            return
        for one in done.transfers:
            to = one.what if one.what == "refunds-payable" else f"{one.what}-paid-over"
            self._move(one.amount.fen, to, "transfers")
        event(f"{len(done.transfers)} transfers")
        self.sent |= {one.reference: one.amount.fen for one in done.transfers}
        assert close(self.world, self.month) == done
        self.month = after

    @rule(paid=st.booleans())
    def answer(self, paid: bool) -> None:
        """The agent bank answers one transfer."""
        if not self.sent:
            return
        reference, fen = self.sent.popitem()
        event(f"answered paid={paid}")
        what = read(
            self.world.engine,
            lambda at: at.execute(
                select(transfers.c.what).where(transfers.c.reference == reference)
            ).scalar_one(),
        )
        answer(self.world, self.month, (reference, "" if paid else "no such account"))
        back = what if what == "refunds-payable" else f"{what}-paid-over"
        self._move(fen, "transfers", "bank" if paid else back)

    @invariant()
    def the_books_are_the_models(self) -> None:
        """No finding; every account to the fen; her statement is hers."""
        assert read(self.world.engine, lambda at: list(verify(at))) == []
        found: Counter[str] = Counter()
        for row in read(self.world.engine, lambda at: at.execute(select(entries)).all()):
            found[row.account] += row.debit_fen
            assert row.person_id in (None, ZHANG)
        assert {k: v for k, v in found.items() if v} == {k: v for k, v in self.books.items() if v}


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

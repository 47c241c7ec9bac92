"""The journal's pages of day-ends: intents of their own, in the same chain and the same file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from kioskd import log
from kioskd.domain.money import Money, total
from kioskd.domain.payment import PaymentState
from kioskd.payments import journal_rows as rows
from kioskd.payments.chain import Entry
from kioskd.payments.contract import Payment, PaymentInTheWay, ReportKind
from kioskd.payments.journal import append
from kioskd.payments.store import Connection, Row, Store
from kioskd.protocols import central
from kioskd.protocols.central_books import DAY_END_PATH, DayEndReport, DayPayment

Totals = tuple[int, Money]


class DayEndState(Enum):
    """Where a day-end stands."""

    INTENDED = "intended"
    """The PIN pad may be asked from here on."""
    DONE = "done"
    NOT_DONE = "not_done"
    """Its batch is still open."""
    UNCLEAR = "unclear"
    """Whether it was closed, and with what, cannot be said any more."""


@dataclass(frozen=True, slots=True)
class DayEnd:
    """One closing of the PIN pad's batch."""

    number: int
    ref: str
    """``K0123-7KQ4-D0003``."""
    state: DayEndState
    at: str
    through: int
    """The number of the last payment of the batch."""
    before: Totals
    """What the PIN pad told just before."""
    told: Totals | None = None
    """What the day-end itself told, if it was heard."""

    @property
    def totals(self) -> Totals:
        """The batch as it was closed."""
        return self.told or self.before


class DayBook:
    """Day-ends in the journal's file; every method raises JournalDamaged."""

    def __init__(self, store: Store, on_report: Callable[[], None]) -> None:
        self._store, self._on_report = store, on_report

    def intend(self, before: Totals, at: str) -> DayEnd:
        """Keep the intent to close the batch. Synced. Raises PaymentInTheWay."""
        with self._store.commit(synced=True) as db:
            for row in db.execute(rows.SELECT_OPEN):
                raise PaymentInTheWay(row["ref"], PaymentState(row["state"]))
            (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM day_end").fetchone()
            (through,) = db.execute("SELECT last_number FROM journal").fetchone()
            ref = f"{self._store.kiosk_id}-{self._store.series}-D{number:04d}"
            day_end = DayEnd(number, ref, DayEndState.INTENDED, at, through, before)
            db.execute(rows.INSERT_DAY_END, _row_of(day_end))
            self._enter(db, day_end, at)
        return self._done(day_end)

    def end(
        self, day_end: DayEnd, state: DayEndState, told: Totals | None, terminal: str, at: str
    ) -> DayEnd:
        """Keep how it ended; a batch that was closed is reported to the centre. Synced."""
        ended = replace(day_end, state=state, told=told)
        with self._store.commit(synced=True) as db:
            db.execute(rows.UPDATE_DAY_END, _row_of(ended))
            self._enter(db, ended, at)
            if state is DayEndState.DONE:
                body = central.encode(self._report(ended, terminal, at))
                path = DAY_END_PATH.format(ref=ended.ref)
                kind = ReportKind.DAY_END.value
                db.execute(rows.INSERT_REPORT, (kind, ended.ref, path, body))
        return self._done(ended)

    def open(self) -> DayEnd | None:
        """Return the day-end of which it is not known how it ended."""
        found = self._store.read("SELECT * FROM day_end WHERE state = 'intended'")
        return day_end_of(found[0]) if found else None

    def last_done(self) -> DayEnd | None:
        """Return the last batch that was closed."""
        query = "SELECT * FROM day_end WHERE state = 'done' ORDER BY number DESC LIMIT 1"
        found = self._store.read(query)
        return day_end_of(found[0]) if found else None

    def payments(self, day_end: DayEnd) -> tuple[Payment, ...]:
        """Return every payment begun since the batch before was closed."""
        return payments_of(self._store.read, day_end)

    def _report(self, day_end: DayEnd, terminal: str, at: str) -> DayEndReport:
        payments = tuple(
            DayPayment(one.ref, one.state, one.amount, one.record.receipt if one.record else None)
            for one in self.payments(day_end)
        )
        return DayEndReport(day_end.ref, at, terminal, day_end.totals, payments)

    def _enter(self, db: Connection, day_end: DayEnd, at: str) -> None:
        def make(seq: int) -> Entry:
            return Entry(seq, day_end.ref, day_end.state.value, at, totals=day_end.totals)

        append(db, self._store, make)

    def _done(self, day_end: DayEnd) -> DayEnd:
        log.event("day_end.synced", ref=day_end.ref, state=day_end.state)
        self._on_report()
        return day_end


def expected(payments: tuple[Payment, ...]) -> Totals:
    """Return what the PIN pad's batch holds by the journal: the charges that stand."""
    charged = [one.amount for one in payments if one.state is PaymentState.CONFIRMED]
    return len(charged), total(charged)


def _row_of(day_end: DayEnd) -> dict[str, object]:
    told = day_end.told
    return {
        "number": day_end.number,
        "ref": day_end.ref,
        "state": day_end.state.value,
        "at": day_end.at,
        "through": day_end.through,
        "before_count": day_end.before[0],
        "before_fen": day_end.before[1].fen,
        "told_count": told[0] if told else None,
        "told_fen": told[1].fen if told else None,
    }


def payments_of(read: Callable[..., list[Row]], day_end: DayEnd) -> tuple[Payment, ...]:
    """Return every payment of the day's batch, whatever became of it."""
    before = "SELECT max(through) AS after FROM day_end WHERE state = 'done' AND number < ?"
    (row,) = read(before, day_end.number)
    within = "SELECT * FROM payment WHERE number > ? AND number <= ? ORDER BY number"
    found = read(within, row["after"] or 0, day_end.through)
    return tuple(rows.payment_of(each) for each in found)


def day_end_of(row: Row) -> DayEnd:
    """Read a row of ``day_end``."""
    told = None if row["told_count"] is None else (row["told_count"], Money(row["told_fen"]))
    return DayEnd(
        number=row["number"],
        ref=row["ref"],
        state=DayEndState(row["state"]),
        at=row["at"],
        through=row["through"],
        before=(row["before_count"], Money(row["before_fen"])),
        told=told,
    )

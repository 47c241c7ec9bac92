"""What the bank knows a charge by: terminal, day, receipt and trace of the PIN pad."""

from datetime import date, datetime

from kiosk_central.clock import local_date, stamp_of_kiosk
from kiosk_central.desk import Desk
from kiosk_central.payment_refs import kiosk_in
from kiosk_central.store.books import charges, terminals
from kiosk_central.store.looks import Look
from kioskd.domain.payment import TransactionRecord

TERMINAL = Look(terminals.c.terminal_id, terminals.c.kiosk_id)


def charge_day(record: TransactionRecord, about: datetime) -> date:
    """Return the day of a record: its month and day, in the year nearest to ``about``.

    A PIN pad tells ``MMDD`` or nothing; without it, or where it is no day, that of ``about``.
    """
    nearby = local_date(about)
    days = [day for year in (-1, 0, 1) if (day := _day(nearby.year + year, record.date))]
    return min(days, key=lambda day: abs(day - nearby), default=nearby)


def _day(year: int, month_and_day: str) -> date | None:
    if len(month_and_day) != 4 or not (month_and_day.isascii() and month_and_day.isdigit()):
        return None
    try:
        return date(year, int(month_and_day[:2]), int(month_and_day[2:]))
    except ValueError:
        return None


def keep_charge(desk: Desk, payment_ref: str, record: TransactionRecord, kiosk_at: str) -> None:
    """Keep what the bank will know a confirmed charge by."""
    about = datetime.fromisoformat(stamp_of_kiosk(kiosk_at, desk.now))
    desk.sheet.add(
        charges,
        kiosk_id=kiosk_in(payment_ref),
        payment_ref=payment_ref,
        terminal_id=record.terminal_id,
        receipt=record.receipt,
        trace=record.trace,
        day=charge_day(record, about).isoformat(),
    )


def remember_terminal(desk: Desk, kiosk_id: str, terminal_id: str) -> None:
    """Keep that a kiosk was heard to have this PIN pad; once more changes nothing."""
    if terminal_id and desk.sheet.row(TERMINAL, terminal_id, kiosk_id) is None:
        desk.sheet.add(terminals, terminal_id=terminal_id, kiosk_id=kiosk_id)

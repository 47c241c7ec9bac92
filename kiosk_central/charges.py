"""What the bank knows a charge by: terminal, day, receipt and trace of the PIN pad."""

from datetime import date, datetime

from sqlalchemy import insert, select

from kiosk_central.clock import local_date, stamp_of_kiosk
from kiosk_central.desk import Desk
from kiosk_central.store.books import charges, terminals
from kioskd.domain.payment import TransactionRecord


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
    row = {
        "payment_ref": payment_ref,
        "terminal_id": record.terminal_id,
        "receipt": record.receipt,
        "trace": record.trace,
        "day": charge_day(record, about).isoformat(),
    }
    desk.connection.execute(insert(charges).values(row))


def remember_terminal(desk: Desk, kiosk_id: str, terminal_id: str) -> None:
    """Keep that a kiosk was heard to have this PIN pad; once more changes nothing."""
    row = {"terminal_id": terminal_id, "kiosk_id": kiosk_id}
    known = select(terminals).filter_by(**row)
    if terminal_id and desk.connection.execute(known).one_or_none() is None:
        desk.connection.execute(insert(terminals).values(row))

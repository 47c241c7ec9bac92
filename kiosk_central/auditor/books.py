"""Questions an auditor asks of payments and journals. Nothing here names a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select

from kiosk_central.clock import CHINA_TIME, stamp
from kiosk_central.payment_refs import is_of, kiosk_in
from kiosk_central.store.books import (
    charges,
    decisions,
    differences,
    entries,
    journal_links,
    payment_reports,
    payments,
    postings,
    prints,
)
from kiosk_central.store.schema import fen_sum
from kioskd.domain.payment import PaymentState

PAGE_ROWS = 50
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Citizens' days, from the first to the last."""

    first: date
    last: date

    @property
    def stamps(self) -> tuple[str, str]:
        """The first moment of it, and the first after it, as they are stored."""
        begin = datetime.combine(self.first, datetime.min.time(), CHINA_TIME)
        end = datetime.combine(self.last + timedelta(days=1), datetime.min.time(), CHINA_TIME)
        return stamp(begin), stamp(end)


def payments_by_state(connection: Connection, span: Span) -> dict[PaymentState, Row]:
    """Return how many payments first heard of in these days stand in each state, and their sum."""
    begin, end = span.stamps
    query = (
        select(
            payments.c.state,
            func.count().label("count"),
            fen_sum(payments.c.amount_fen).label("amount_fen"),
        )
        .where(payments.c.heard_at >= begin, payments.c.heard_at < end)
        .group_by(payments.c.state)
    )
    found = {row["state"]: dict(row) for row in connection.execute(query).mappings()}
    nothing = {"count": 0, "amount_fen": 0}
    return {state: found.get(state.value, nothing) for state in PaymentState}


def payments_in(
    connection: Connection, span: Span, state: PaymentState, after: tuple[str, str] | None
) -> list[Row]:
    """Return a page of payments in one state, newest first; ``after`` is the last one's place.

    A place is the moment a payment was first heard of and its reference.
    """
    begin, end = span.stamps
    own, where = payments.c, [payments.c.state == state.value]
    where += [own.heard_at >= begin, own.heard_at < end]
    if after is not None:
        heard_at, ref = after
        earlier = and_(own.heard_at == heard_at, own.ref < ref)
        where.append(or_(own.heard_at < heard_at, earlier))
    query = select(payments).where(*where).order_by(own.heard_at.desc(), own.ref.desc())
    return _rows(connection, query.limit(PAGE_ROWS))


def payment(connection: Connection, ref: str) -> Row | None:
    """Return everything the books hold of one payment; None if there is none."""
    found = _rows(
        connection,
        select(payments).where(payments.c.kiosk_id == kiosk_in(ref), payments.c.ref == ref),
    )
    if not found:
        return None
    posted = _of(connection, postings, is_of(postings, ref), "id")
    reported = is_of(payment_reports, ref) & (payment_reports.c.month == found[0]["month"])
    about = or_(decisions.c.about == ref, decisions.c.about.in_(_difference_ids(connection, ref)))
    return found[0] | {
        "reports": _of(connection, payment_reports, reported, "received_at"),
        "charges": _of(connection, charges, is_of(charges, ref), "payment_ref"),
        "postings": [
            one
            | {"entries": _of(connection, entries, entries.c.posting_id == one["id"], "account")}
            for one in posted
        ],
        "differences": _of(connection, differences, differences.c.payment_ref == ref, "id"),
        "decisions": _rows(connection, select(decisions).where(about).order_by(decisions.c.id)),
        "prints": _of(connection, prints, is_of(prints, ref), "at"),
    }


def _difference_ids(connection: Connection, ref: str) -> list[str]:
    own = select(differences.c.id).where(differences.c.payment_ref == ref)
    return [str(found) for found in connection.execute(own).scalars()]


def _of(connection: Connection, table: Table, own: ColumnElement[bool], order: str) -> list[Row]:
    return _rows(connection, select(table).where(own).order_by(table.c[order]))


def anchors(connection: Connection, kiosk_id: str, after: str) -> list[Row]:
    """Return how far the journals of a page of kiosks are known, with the chain's value there.

    ``kiosk_id`` is the beginning of the ids wanted, ``after`` the last id of the page before.
    """
    known = journal_links.c
    kiosks = (
        select(known.kiosk_id)
        .where(known.kiosk_id > after, known.kiosk_id.startswith(kiosk_id, autoescape=True))
        .group_by(known.kiosk_id)
        .order_by(known.kiosk_id)
        .limit(PAGE_ROWS)
    )
    newest = (
        select(
            known.kiosk_id,
            known.series,
            func.max(known.seq).label("seq"),
            func.min(known.received_at).label("first_at"),
            func.max(known.received_at).label("last_at"),
        )
        .where(known.kiosk_id.in_(kiosks))
        .group_by(known.kiosk_id, known.series)
        .subquery()
    )
    same = and_(
        known.kiosk_id == newest.c.kiosk_id,
        known.series == newest.c.series,
        known.seq == newest.c.seq,
    )
    query = select(newest, known.head).join(journal_links, same)
    query = query.order_by(newest.c.kiosk_id, newest.c.first_at)
    return [row | {"head": row["head"].hex()} for row in _rows(connection, query)]


def _rows(connection: Connection, query: Any) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]

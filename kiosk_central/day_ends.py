"""A kiosk's closed batch beside the ledger: what one has and the other has not is listed."""

from collections.abc import Iterator

from sqlalchemy import Connection, insert, select

from kiosk_central.charges import remember_terminal
from kiosk_central.clock import stamp_of_kiosk
from kiosk_central.desk import Desk
from kiosk_central.differences import Difference, note
from kiosk_central.payment_rows import find_payment
from kiosk_central.problems import Refused
from kiosk_central.store.books import day_end_payments, day_ends, payments
from kiosk_central.store.locks import lock_kiosk
from kioskd.domain.money import Money, total
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import ProblemCode, decode, encode
from kioskd.protocols.central_books import (
    DayDifference,
    DayEndAnswer,
    DayEndReport,
    DayPayment,
    DifferenceKind,
)

NOT_CHARGED = frozenset({PaymentState.DECLINED, PaymentState.NOT_STARTED, PaymentState.REVERSED})
PAYMENTS_MAX = 5000
SUM_FEN_MAX = 10**15


def take_day_end(desk: Desk, kiosk_id: str, report: DayEndReport) -> DayEndAnswer:
    """Compare a day with the ledger and keep it; the same report again gives the same answer.

    Raises Refused: REFERENCE_REUSED, BAD_REQUEST (a payment twice, too many).
    """
    lock_kiosk(desk.connection, kiosk_id)
    stored = desk.connection.execute(
        select(day_ends).where(day_ends.c.kiosk_id == kiosk_id, day_ends.c.ref == report.ref)
    ).one_or_none()
    body = encode(report)
    if stored is not None:
        if stored.body != body:
            raise Refused(ProblemCode.REFERENCE_REUSED)
        return decode(stored.answer, DayEndAnswer)
    _check(report)
    remember_terminal(desk, kiosk_id, report.terminal_id)
    found = [*_totals(kiosk_id, report), *_compared(desk.connection, kiosk_id, report)]
    new = [*found, *_unlisted(desk, kiosk_id, report)]
    # What was never listed is noted once, and told at the day-end that finds it.
    answer = DayEndAnswer(report.ref, tuple(_told(one) for one in new if note(desk, one)))
    _keep(desk, kiosk_id, report, body, encode(answer))
    return answer


def _check(report: DayEndReport) -> None:
    refs = [one.ref for one in report.payments]
    if len(set(refs)) != len(refs) or len(refs) > PAYMENTS_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "payments")
    amounts = [report.told[1], *(one.amount for one in report.payments)]
    if not all(0 <= amount.fen <= SUM_FEN_MAX for amount in amounts):
        raise Refused(ProblemCode.BAD_REQUEST, "amount")


def _told(one: Difference) -> DayDifference:
    """Return a difference as it is answered: what the kiosk's book has more, or what ours has."""
    fen = one.amount_fen
    if one.kind is DifferenceKind.TOTALS:
        fen -= one.other_fen or 0
    elif one.kind is DifferenceKind.NOT_IN_JOURNAL:
        fen = one.other_fen or 0
    return DayDifference(one.kind, one.payment_ref, Money(fen))


def _place(kiosk_id: str, report: DayEndReport) -> str:
    return f"day-end {kiosk_id} {report.ref}"


def _totals(kiosk_id: str, report: DayEndReport) -> Iterator[Difference]:
    """Compare the PIN pad's count and sum with those of the kiosk's own list.

    Where something was reversed the count says nothing: PIN pads count it twice, once or never.
    """
    charged = [one.amount for one in report.payments if one.state is PaymentState.CONFIRMED]
    reversed_any = any(one.state is PaymentState.REVERSED for one in report.payments)
    count, amount = report.told
    if amount != total(charged) or (count != len(charged) and not reversed_any):
        own_fen = total(charged).fen
        kind, place = DifferenceKind.TOTALS, _place(kiosk_id, report)
        yield Difference(kind, kiosk_id, amount.fen, place=place, other_fen=own_fen)


def _compared(connection: Connection, kiosk_id: str, report: DayEndReport) -> Iterator[Difference]:
    """Compare each payment of the list with ours."""
    place = _place(kiosk_id, report)
    for one in report.payments:
        kind, own_fen = _compared_one(connection, kiosk_id, one)
        if kind is not None:
            yield Difference(
                kind, kiosk_id, one.amount.fen, one.ref, one.state.value, place, own_fen
            )


def _compared_one(
    connection: Connection, kiosk_id: str, one: DayPayment
) -> tuple[DifferenceKind | None, int | None]:
    stored = find_payment(connection, one.ref)
    own = None if stored is None or stored.kiosk_id != kiosk_id else stored
    posted = own is not None and own.state == PaymentState.CONFIRMED.value
    if one.state is PaymentState.CONFIRMED and not posted:
        return DifferenceKind.NOT_POSTED, None
    if own is not None and posted and one.state in NOT_CHARGED:
        return DifferenceKind.STATE, own.amount_fen
    if own is not None and own.amount_fen != one.amount.fen:
        return DifferenceKind.BODY, own.amount_fen
    return None, None


def _unlisted(desk: Desk, kiosk_id: str, report: DayEndReport) -> Iterator[Difference]:
    """Find what is posted for this kiosk, was begun before this day-end, and was never listed."""
    listed = select(day_end_payments.c.payment_ref).where(day_end_payments.c.kiosk_id == kiosk_id)
    query = select(payments).where(
        payments.c.kiosk_id == kiosk_id,
        payments.c.state == PaymentState.CONFIRMED.value,
        payments.c.begun_at < stamp_of_kiosk(report.at, desk.now),
        payments.c.ref.not_in(listed),
    )
    named = {one.ref for one in report.payments}
    for row in desk.connection.execute(query.order_by(payments.c.ref)):
        if row.ref not in named:
            yield Difference(
                DifferenceKind.NOT_IN_JOURNAL, kiosk_id, 0, row.ref, other_fen=row.amount_fen
            )


def _keep(desk: Desk, kiosk_id: str, report: DayEndReport, body: bytes, answer: bytes) -> None:
    row = {
        "ref": report.ref,
        "kiosk_id": kiosk_id,
        "terminal_id": report.terminal_id,
        "body": body,
        "answer": answer,
        "received_at": desk.stamp,
    }
    desk.connection.execute(insert(day_ends).values(row))
    rows = [
        {"day_end_ref": report.ref, "payment_ref": one.ref, "kiosk_id": kiosk_id}
        for one in report.payments
    ]
    if rows:
        desk.connection.execute(insert(day_end_payments), rows)

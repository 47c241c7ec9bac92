"""The acts of a counter about cards. Jobs for the writer, each done once per form.

A clerk sees what a kiosk cannot: a face beside a photograph, and an agent with two ID cards. What
she cannot do is ask the chip for its proof; ``activate_by_hand`` says what stands in its place.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from kiosk_central.applications import (
    StoredApplication,
    advance,
    application_for_new_card,
    find_application,
)
from kiosk_central.card_books import hand_out
from kiosk_central.card_rows import StoredCard, move
from kiosk_central.card_states import NEW_CARD, ApplicationEvent, ApplicationState, CardEvent
from kiosk_central.clock import local_date
from kiosk_central.counter.acts import TELEPHONE, Channel, Form, once_at_counter
from kiosk_central.counter.fees import Fee, settle_fee
from kiosk_central.desk import Desk
from kiosk_central.loss import (
    Terms,
    apply_for_new,
    card_now,
    end_card,
    refuse_other_outlet,
    start_card,
    stop_card,
)
from kiosk_central.problems import Refused
from kiosk_central.profiles import profile_of
from kiosk_central.store.cards import applications
from kiosk_central.store.schema import cards, people
from kioskd.domain.card import ApplicationKind, CardStatus
from kioskd.protocols.central import ProblemCode

TAIL = 4


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody answered on the telephone; one of the facts is enough."""

    name: str
    id_number: str
    card_tail: str = ""
    phone_tail: str = ""


def caller_of(connection: Connection, caller: Caller) -> int:
    """Return who called, if all answers are right. Raises Refused(PERSON_UNKNOWN), never which."""
    query = select(people).where(people.c.id_number == caller.id_number.upper())
    row = connection.execute(query).one_or_none()
    if row is None or row.name != caller.name or not _fact_is_right(connection, row.id, caller):
        raise Refused(ProblemCode.PERSON_UNKNOWN, "caller")
    person_id: int = row.id
    return person_id


def _fact_is_right(connection: Connection, person_id: int, caller: Caller) -> bool:
    if len(caller.card_tail) == TAIL:
        return any(
            one.endswith(caller.card_tail.upper()) for one in _numbers(connection, person_id)
        )
    phone = profile_of(connection, person_id).phone.reveal()
    return len(caller.phone_tail) == TAIL and phone.endswith(caller.phone_tail)


def _numbers(connection: Connection, person_id: int) -> list[str]:
    query = select(cards.c.number).where(cards.c.person_id == person_id)
    return list(connection.execute(query).scalars())


def pre_report(desk: Desk, terms: Terms, form: Form) -> str:
    """Stop her card for the region's days; the number of the report. A standing one stays.

    Raises Refused: as ``once_at_counter``; CARD_STATE.
    """
    return once_at_counter(
        desk, form, lambda: stop_card(desk, terms, form.person_id, form.ref).number
    )


def cancel(desk: Desk, form: Form) -> str:
    """Take the report back: she herself, at the desk. Raises Refused: as ``pre_report``."""
    if form.channel is not Channel.DESK:
        raise Refused(ProblemCode.BAD_REQUEST, "channel")
    return once_at_counter(desk, form, lambda: start_card(desk, form.person_id, form.ref).number)


def lose_for_good(desk: Desk, terms: Terms, form: Form, outlet: str) -> str:
    """End her card, or one lost before it was activated, and apply for a new one; its number.

    Nothing takes this back. Raises Refused: as ``pre_report``; BAD_REQUEST (by telephone, or an
    outlet that hands out no cards).
    """
    if form.channel in TELEPHONE:
        raise Refused(ProblemCode.BAD_REQUEST, "channel")
    refuse_other_outlet(terms, outlet)
    return once_at_counter(desk, form, lambda: _lose_for_good(desk, terms, form, outlet).number)


def _lose_for_good(desk: Desk, terms: Terms, form: Form, outlet: str) -> StoredApplication:
    card = card_now(desk, form.person_id)
    if card.status is not CardStatus.INACTIVE:
        return end_card(desk, terms, form.person_id, outlet, form.ref)
    made_for = application_for_new_card(desk.connection, card.code)
    if made_for is not None and made_for.is_open:
        advance(desk, made_for, ApplicationEvent.REPLACE, form.ref)
    move(desk, card, CardEvent.REPLACE, form.ref)
    return apply_for_new(desk, terms, card, outlet, form.ref)


def reissue(desk: Desk, terms: Terms, form: Form, outlet: str) -> str:
    """Apply for a card in place of one that was lost for good and never replaced; its number.

    Raises Refused: as ``lose_for_good``; CARD_STATE (not lost for good, or one is on its way).
    """
    if form.channel in TELEPHONE:
        raise Refused(ProblemCode.BAD_REQUEST, "channel")
    refuse_other_outlet(terms, outlet)

    def apply() -> str:
        card = card_now(desk, form.person_id)
        if card.status is not CardStatus.LOST:
            raise Refused(ProblemCode.CARD_STATE, "not lost for good")
        return apply_for_new(desk, terms, card, outlet, form.ref).number

    return once_at_counter(desk, form, apply)


def exchange(desk: Desk, terms: Terms, form: Form, outlet: str, card_number: str) -> str:
    """Take an expiring card back and apply for a new one; the application's number.

    The old card is in the clerk's hand: she types its number. It ends at once. Raises Refused: as
    ``lose_for_good``; CARD_UNKNOWN (another card), CARD_STATE (not in use, or not yet expiring).
    """
    if form.channel in TELEPHONE:
        raise Refused(ProblemCode.BAD_REQUEST, "channel")
    refuse_other_outlet(terms, outlet)

    def swap() -> str:
        card = card_now(desk, form.person_id)
        if card.number != card_number:
            raise Refused(ProblemCode.CARD_UNKNOWN)
        if not terms.may_renew(date.fromisoformat(card.expires)):
            raise Refused(ProblemCode.CARD_STATE, "not expiring yet")
        move(desk, card, CardEvent.EXCHANGE, form.ref)
        kind = ApplicationKind.EXCHANGE
        return apply_for_new(desk, terms, card, outlet, form.ref, kind).number

    return once_at_counter(desk, form, swap)


def hand_over(desk: Desk, form: Form, number: str, fee: Fee) -> str:
    """Give the new card to her or her agent, its fee settled; the application's number.

    Raises Refused: as ``once_at_counter`` and ``settle_fee``; NOT_FOUND (not her application),
    CARD_STATE (not ready, handed out, or it lies at another outlet), BAD_REQUEST (by telephone).
    """
    if form.channel in TELEPHONE:
        raise Refused(ProblemCode.BAD_REQUEST, "channel")

    def hand() -> str:
        known = find_application(desk.connection, number)
        if known.person_id != form.person_id or known.kind not in NEW_CARD:
            raise Refused(ProblemCode.NOT_FOUND, "application")
        if known.outlet != form.who.outlet:
            raise Refused(ProblemCode.CARD_STATE, "at another outlet")
        settle_fee(desk, form, known, fee)
        return hand_out(desk, number, form.ref).number

    return once_at_counter(desk, form, hand)


def activate_by_hand(desk: Desk, form: Form, card_number: str) -> str:
    """Make the new card active for its holder, who stands there with it and with her ID card.

    The chip is not asked. In its place: she herself (no agent, no telephone), her ID card against
    her face, and the number read off the card. The audit says that it was so. Raises Refused: as
    ``once_at_counter``; CARD_UNKNOWN (another number), CARD_EXPIRED, CARD_STATE.
    """
    if form.channel is not Channel.DESK:
        raise Refused(ProblemCode.BAD_REQUEST, "channel")

    def activate() -> str:
        card = card_now(desk, form.person_id)
        if card.number != card_number:
            raise Refused(ProblemCode.CARD_UNKNOWN)
        if card.expires < local_date(desk.now).isoformat():
            raise Refused(ProblemCode.CARD_EXPIRED)
        return _activate(desk, card, form.ref)

    return once_at_counter(desk, form, activate)


def _activate(desk: Desk, card: StoredCard, by: str) -> str:
    move(desk, card, CardEvent.ACTIVATE, by)
    made_for = application_for_new_card(desk.connection, card.code)
    if made_for is None:
        return ""
    return advance(desk, made_for, ApplicationEvent.ACTIVATE, by).number


def waiting_at(connection: Connection, outlet: str) -> list[StoredApplication]:
    """Return the applications whose cards lie at an outlet, the longest waiting first."""
    columns = applications.c
    query = (
        select(columns.number)
        .where(columns.outlet == outlet, columns.state == ApplicationState.READY.value)
        .order_by(columns.opened, columns.number)
    )
    numbers = list(connection.execute(query).scalars())
    return [find_application(connection, number) for number in numbers]

"""The card in the slot: is it the one that was made for her, and may it become active."""

from datetime import date

from sqlalchemy import Connection

from kiosk_central.applications import advance, application_for_new_card
from kiosk_central.card_acts import Asked, once
from kiosk_central.card_proof import Proof
from kiosk_central.card_rows import card_of_code, move
from kiosk_central.card_states import ApplicationEvent, CardEvent
from kiosk_central.cards import CardVerifier
from kiosk_central.clock import local_date
from kiosk_central.desk import Desk
from kiosk_central.people import find_card
from kiosk_central.problems import Refused
from kioskd.domain.card import CardStatus, CardView
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_cards import Activation


def check_card(
    connection: Connection, verifier: CardVerifier, proof: Proof, person_id: int, today: date
) -> CardView:
    """Return the card if it is genuine and hers. Raises Refused: CARD_UNKNOWN, CARD_CLONED."""
    card = find_card(connection, proof.code)
    if not proof.is_of(card, verifier):
        raise Refused(ProblemCode.CARD_CLONED)
    if card.holder.id != person_id:
        raise Refused(ProblemCode.CARD_UNKNOWN, "another person's")
    return card_of_code(connection, proof.code).view(today)


def activate(desk: Desk, verifier: CardVerifier, asked: Asked, proof: Proof) -> Activation:
    """Make the card active and close the application it was made for. Done once per reference.

    Raises Refused: as ``check_card``, REFERENCE_REUSED, CARD_LOST, CARD_EXPIRED, CARD_STATE
    (active already; or not handed out yet, by the application it was made for).
    """
    return once(desk, asked, Activation, lambda: _activate(desk, verifier, asked, proof))


def _activate(desk: Desk, verifier: CardVerifier, asked: Asked, proof: Proof) -> Activation:
    today = local_date(desk.now)
    view = check_card(desk.connection, verifier, proof, asked.person_id, today)
    if view.status is CardStatus.LOST:
        raise Refused(ProblemCode.CARD_LOST)
    if view.status is CardStatus.RETURNED or view.expires < today:
        raise Refused(ProblemCode.CARD_EXPIRED)
    moved = move(desk, card_of_code(desk.connection, proof.code), CardEvent.ACTIVATE, asked.ref)
    number = ""
    made_for = application_for_new_card(desk.connection, proof.code)
    if made_for is not None:
        number = advance(desk, made_for, ApplicationEvent.ACTIVATE, asked.ref).number
    return Activation(moved.view(today), number)

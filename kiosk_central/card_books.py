"""Everything about cards as an operator or a test sees it, and what outlets and factory do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from kiosk_central.applications import StoredApplication, advance, find_application
from kiosk_central.card_rows import card_of_code, status_on
from kiosk_central.card_states import ApplicationEvent, ApplicationState
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.cards import application_steps, applications, card_acts, card_moves
from kiosk_central.store.locks import lock_person
from kiosk_central.store.schema import cards
from kioskd.domain.card import CardStatus
from kioskd.protocols.central import ProblemCode

HELD_BACK = ("body", "answer")
"""Columns of bytes that say nothing to a reader."""


def card_books(connection: Connection, today: date) -> dict[str, list[dict[str, Any]]]:
    """Return cards (their status as of ``today``), moves, acts, applications and their steps."""
    columns = cards.c
    kept = select(columns.code, columns.person_id, columns.number, columns.status, columns.until)
    known = [dict(row) for row in connection.execute(kept.order_by(columns.code)).mappings()]
    for card in known:
        card["status"] = status_on(CardStatus(card["status"]), card["until"], today).value
    return {
        "cards": known,
        "moves": _rows(connection, card_moves),
        "acts": _rows(connection, card_acts),
        "applications": _rows(connection, applications),
        "steps": _rows(connection, application_steps),
    }


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    shown = [column for column in table.c if column.name not in HELD_BACK]
    query = select(*shown).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class MadeCard:
    """A card as it comes from the factory."""

    code: str
    number: str
    atr_history: bytes
    issued: date
    expires: date


def take_up(desk: Desk, number: str, by: str) -> StoredApplication:
    """Note that the factory has begun. Raises Refused: NOT_FOUND, CARD_STATE."""
    return advance(desk, find_application(desk.connection, number), ApplicationEvent.MAKE, by)


def made(desk: Desk, number: str, card: MadeCard) -> StoredApplication:
    """Put a new card on record: made, not active, and still on its way to the outlet.

    Raises Refused: NOT_FOUND, CARD_STATE (not being made, or made already).
    """
    known = find_application(desk.connection, number)
    lock_person(desk.connection, known.person_id)
    known = find_application(desk.connection, number)
    if known.state is not ApplicationState.MAKING or new_card_code(desk.connection, number):
        raise Refused(ProblemCode.CARD_STATE, "not being made, or made already")
    old = card_of_code(desk.connection, known.card_code)
    row = {
        "code": card.code.upper(),
        "number": card.number,
        "person_id": known.person_id,
        "atr_history": card.atr_history,
        "issued": card.issued.isoformat(),
        "expires": card.expires.isoformat(),
        "status": CardStatus.INACTIVE.value,
        "until": "",
        "barcode": old.barcode,
        "bank": old.bank,
    }
    desk.connection.execute(insert(cards).values(row))
    own = applications.c.number == number
    desk.connection.execute(update(applications).where(own).values(new_card_code=row["code"]))
    return find_application(desk.connection, number)


def arrived(desk: Desk, number: str, by: str) -> StoredApplication:
    """Note that a new card lies at its outlet. Raises Refused: NOT_FOUND, CARD_STATE."""
    if not new_card_code(desk.connection, number):
        raise Refused(ProblemCode.CARD_STATE, "not made yet")
    return advance(desk, find_application(desk.connection, number), ApplicationEvent.FINISH, by)


def finish(desk: Desk, number: str, by: str, card: MadeCard) -> StoredApplication:
    """Note that a card was made and lies at its outlet. Raises Refused: as ``made``."""
    made(desk, number, card)
    return arrived(desk, number, by)


def new_card_code(connection: Connection, number: str) -> str:
    """Return the code of the card made for an application; empty while there is none."""
    query = select(applications.c.new_card_code).where(applications.c.number == number)
    return connection.execute(query).scalar_one_or_none() or ""


def hand_out(desk: Desk, number: str, by: str) -> StoredApplication:
    """Note that she has fetched her card. Raises Refused: NOT_FOUND, CARD_STATE."""
    return advance(desk, find_application(desk.connection, number), ApplicationEvent.COLLECT, by)

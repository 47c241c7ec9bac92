"""Everything about cards as an operator or a test sees it, and what outlets and factory do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from kiosk_central.applications import StoredApplication, advance, find_application
from kiosk_central.card_rows import card_of_code, status_on
from kiosk_central.card_states import ApplicationEvent
from kiosk_central.desk import Desk
from kiosk_central.store.cards import application_steps, applications, card_acts, card_moves
from kiosk_central.store.schema import cards
from kioskd.domain.card import CardStatus

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


def finish(desk: Desk, number: str, by: str, made: MadeCard) -> StoredApplication:
    """Put the new card on record, not active yet. Raises Refused: NOT_FOUND, CARD_STATE."""
    known = advance(desk, find_application(desk.connection, number), ApplicationEvent.FINISH, by)
    old = card_of_code(desk.connection, known.card_code)
    row = {
        "code": made.code.upper(),
        "number": made.number,
        "person_id": known.person_id,
        "atr_history": made.atr_history,
        "issued": made.issued.isoformat(),
        "expires": made.expires.isoformat(),
        "status": CardStatus.INACTIVE.value,
        "until": "",
        "barcode": old.barcode,
        "bank": old.bank,
    }
    desk.connection.execute(insert(cards).values(row))
    own = applications.c.number == number
    desk.connection.execute(update(applications).where(own).values(new_card_code=row["code"]))
    return find_application(desk.connection, number)


def hand_out(desk: Desk, number: str, by: str) -> StoredApplication:
    """Note that she has fetched her card. Raises Refused: NOT_FOUND, CARD_STATE."""
    return advance(desk, find_application(desk.connection, number), ApplicationEvent.COLLECT, by)

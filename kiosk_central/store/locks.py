"""Who must wait for whom where several threads, or several servers, write on PostgreSQL.

A job locks what it looks at before it decides on it, until its transaction ends: its kiosk, then
the person, then a book of which there is one, and numbers (``store.counters``) last. Locks asked
for in this order never wait in a circle. SQLite has one writer at a time and needs none of them.
"""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from sqlalchemy import Column, Connection, func, select

from kiosk_central.store.schema import kiosks, people


def lock_kiosk(connection: Connection, kiosk_id: str) -> None:
    """Be alone with what one kiosk tells: its references, journal, cabinet, day-ends."""
    lock_kiosks(connection, [kiosk_id])


def lock_kiosks(connection: Connection, kiosk_ids: Iterable[str]) -> None:
    """Lock several kiosks, in the order of their names."""
    _lock_rows(connection, kiosks.c.id, set(kiosk_ids))


def lock_person(connection: Connection, person_id: int) -> None:
    """Be alone with what one person has: months, accounts, cards, papers."""
    lock_people(connection, [person_id])


def lock_people(connection: Connection, person_ids: Iterable[int]) -> None:
    """Lock several people, in the order of their numbers."""
    _lock_rows(connection, people.c.id, set(person_ids))


def _lock_rows(connection: Connection, key: Column[Any], wanted: set[Any]) -> None:
    if wanted and connection.dialect.name == "postgresql":
        own = select(key).where(key.in_(wanted)).order_by(key)
        connection.execute(own.with_for_update(key_share=True))


def lock_alone(connection: Connection, book: str) -> None:
    """Be alone with a book of the whole city, such as the bank's, by its name."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(crc32(book.encode("ascii")))))

"""Who must wait for whom where several threads, or several servers, write on PostgreSQL.

A job locks what it looks at before it decides on it, until its transaction ends: its kiosk, then
the person, then a book of which there is one, and numbers (``store.counters``) last. Locks asked
for in this order never wait in a circle. SQLite has one writer at a time and needs none of them.
"""

from zlib import crc32

from sqlalchemy import Connection, func, select

from kiosk_central.store.schema import kiosks, people


def lock_kiosk(connection: Connection, kiosk_id: str) -> None:
    """Be alone with what one kiosk tells: its references, journal, cabinet, day-ends."""
    if connection.dialect.name == "postgresql":
        own = select(kiosks.c.id).where(kiosks.c.id == kiosk_id)
        connection.execute(own.with_for_update(key_share=True))


def lock_person(connection: Connection, person_id: int) -> None:
    """Be alone with what one person has: months, accounts, cards, papers."""
    if connection.dialect.name == "postgresql":
        own = select(people.c.id).where(people.c.id == person_id)
        connection.execute(own.with_for_update(key_share=True))


def lock_alone(connection: Connection, book: str) -> None:
    """Be alone with a book of the whole city, such as the bank's, by its name."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(crc32(book.encode("ascii")))))

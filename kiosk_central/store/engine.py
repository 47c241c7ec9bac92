"""The database by URL: SQLite durable at every commit, or any other that SQLAlchemy knows.

The driver's own transaction handling is switched off for SQLite: it would begin too late, and a
transaction that reads and then writes must hold the write lock from its start.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect

from kioskd.errors import KioskError

T = TypeVar("T")

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit that returned survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
)


class NoCentreHere(KioskError):
    """The database has not the tables of a centre."""


def open_engine(url: str) -> Engine:
    """Open the database; its errors never carry the values of a statement."""
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def open_centre_database(url: str) -> Engine:
    """Open a database that must already be a centre's. Raises NoCentreHere."""
    engine = open_engine(url)
    if not inspect(engine).has_table("kiosks"):
        raise NoCentreHere("no tables of a centre in this database; see kiosk-central sample")
    return engine


def read(engine: Engine, query: Callable[[Connection], T]) -> T:
    """Run ``query`` on one snapshot of the database."""
    with engine.connect() as connection:
        return query(connection)


def write(engine: Engine, job: Callable[[Connection], T]) -> T:
    """Run ``job`` in a transaction of its own; for tools. Waits for the writer of a server."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        return job(connection)

"""The database by URL: SQLite, durable at every commit, or PostgreSQL.

The driver's own transaction handling is switched off for SQLite: it would begin too late, and a
transaction that reads and then writes must hold the write lock from its start. On PostgreSQL jobs
that must not meet lock each other out (``store.locks``), and whoever only reads has one snapshot.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from kiosk_central.store.faults import READ_ONLY, came_between
from kiosk_central.store.revisions import (
    WrongDatabase,
    WrongSchema,
    check_database,
    migrate,
    newest,
    revision_of,
)
from kioskd.errors import KioskError

T = TypeVar("T")

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit that returned survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # INSERT OR REPLACE meets the guards of DELETE too
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-32768",  # 32 MiB: the inner pages of every index of a grown book
    "PRAGMA wal_autocheckpoint=8000",  # 32 MiB: pages written often are copied back once
)
LOCK_TIMEOUT = "SET lock_timeout = '5s'"
"""As SQLite's busy_timeout."""
DATA_EXCEPTION = "22"
"""Class of SQLSTATE whose texts quote what was not taken."""
SNAPSHOT = "REPEATABLE READ"
"""How PostgreSQL reads; not READ ONLY: the pool undoes it by READ WRITE, which no standby takes."""
WRITE_TRIES = 5


class NoCentreHere(KioskError):
    """The database has not the tables of a centre."""


def open_engine(url: str) -> Engine:
    """Open the database; its errors never carry the values of a statement.

    Raises WrongDatabase where it is neither SQLite nor PostgreSQL.
    """
    kind = make_url(url).get_backend_name()
    if kind == "sqlite":
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif kind == "postgresql":
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=True, isolation_level="READ COMMITTED"
        )
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "handle_error", _without_values)
        event.listen(engine, "handle_error", _leave_standby)
    else:
        raise WrongDatabase(f"{kind}: only sqlite and postgresql are known")
    # Many rows in one statement: a thread that writes rows one by one waits for its turn at each.
    engine.dialect.use_insertmanyvalues_wo_returning = True
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


def _prepare_postgres(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.execute(LOCK_TIMEOUT)
    dbapi_connection.commit()


def _without_values(context: ExceptionContext) -> None:
    """Keep of an error's text what names no value: PostgreSQL would tell the double key."""
    found: Any = context.original_exception
    state = getattr(found, "sqlstate", None)
    if state is None:
        return
    told = "data exception" if state.startswith(DATA_EXCEPTION) else found.diag.message_primary
    found.args = (f"{told} (SQLSTATE {state})",)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = found.args


def _leave_standby(context: ExceptionContext) -> None:
    """Drop connections to what was the primary: the URL's next host may be it now."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def open_centre_database(url: str) -> Engine:
    """Open a database that must already be a centre's; a SQLite file is brought up to date.

    Raises NoCentreHere, WrongDatabase, and WrongSchema where an operator must first migrate.
    """
    engine = open_engine(url)
    found = read(engine, _revision)
    if found is None:
        raise NoCentreHere(
            "no tables of a centre in this database: kiosk-central migrate makes them"
        )
    if found != newest():
        if engine.dialect.name != "sqlite":
            raise WrongSchema(
                f"the tables are of revision {found}, this server wants {newest()}:"
                " run kiosk-central migrate once, while no older server runs"
            )
        write(engine, migrate)
    return engine


def _revision(connection: Connection) -> str | None:
    check_database(connection)
    return revision_of(connection)


def read(engine: Engine, query: Callable[[Connection], T]) -> T:
    """Run ``query`` on one snapshot of the database."""
    options = {"isolation_level": SNAPSHOT} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection:
        return query(connection)


def write(engine: Engine, job: Callable[[Connection], T]) -> T:
    """Run ``job`` in a transaction of its own; for tools. Waits for the writers of a server.

    It is run again, the first run undone, where another's change came between.
    """
    for _ in range(WRITE_TRIES - 1):
        try:
            return _write_once(engine, job)
        except DBAPIError as error:
            if not came_between(error):
                raise
    return _write_once(engine, job)


def _write_once(engine: Engine, job: Callable[[Connection], T]) -> T:
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        return job(connection)

"""Which revision of the tables a database has, and bringing it to the newest one.

Revisions are numbered in one line (``migrations/versions``). There is no way back: an older server
refuses a newer database.
"""

from pathlib import Path

from sqlalchemy import Connection, Text, inspect, select, text
from sqlalchemy.sql import column, table

from kiosk_central.store.locks import lock_alone
from kioskd.errors import KioskError

FOLDER = Path(__file__).parent / "migrations"
SORTS_BY_CODE = ("C", "POSIX", "C.UTF-8", "C.utf8")
"""Collations under which months and moments sort as they do in SQLite."""


class WrongSchema(KioskError):
    """The tables are of another revision than this server's, or of none."""


class WrongDatabase(KioskError):
    """The database was created with another encoding or order of letters than ours."""


def revisions() -> list[str]:
    """Return every revision that this server knows, the oldest first."""
    return sorted(file.name[:4] for file in (FOLDER / "versions").glob("[0-9]*.py"))


def newest() -> str:
    """Return the revision that this server works with."""
    return revisions()[-1]


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the tables; None where there are no tables of a centre.

    Raises WrongSchema for one this server does not know, and for tables without any.
    """
    tables = inspect(connection)
    if not tables.has_table("alembic_version"):
        if tables.has_table("kiosks"):
            raise WrongSchema("these tables were made before revisions: make the database anew")
        return None
    kept = table("alembic_version", column("version_num", Text))
    found: str | None = connection.execute(select(kept)).scalar_one_or_none()
    if found is not None and found not in revisions():
        raise WrongSchema(
            f"the tables are of revision {found}, this server knows none after {newest()}:"
            " start the server that made them"
        )
    return found


def check_database(connection: Connection) -> None:
    """Raise WrongDatabase unless texts are kept in UTF-8 and sort by their codes."""
    if connection.dialect.name != "postgresql":
        return
    query = text(
        "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collation"
        " FROM pg_database WHERE datname = current_database()"
    )
    found = connection.execute(query).one()
    if found.encoding != "UTF8" or found.collation not in SORTS_BY_CODE:
        raise WrongDatabase(
            f"encoding {found.encoding}, collation {found.collation}: create the database with"
            " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        )


def migrate(connection: Connection) -> str:
    """Make the tables, or bring them to the newest revision; return that. Done whole or not at all.

    Two servers that start at once do it once. Raises WrongSchema, WrongDatabase.
    """
    check_database(connection)
    if connection.dialect.name == "postgresql":
        # Whoever comes second waits for as long as the first needs to copy a city's tables.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
    lock_alone(connection, "migrate")
    if revision_of(connection) != newest():
        _run(connection)
    return newest()


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    command.upgrade(config, "head")

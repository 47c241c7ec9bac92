"""The tables as migrations make them, on both databases, and who may open which."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, Engine, inspect, text

from kiosk_central.cli import main
from kiosk_central.store import revisions
from kiosk_central.store.engine import open_centre_database, open_engine, read, write
from kiosk_central.store.partitions import PARTITIONED
from kiosk_central.store.revisions import WrongDatabase, WrongSchema, migrate, newest
from kiosk_central.store.tables import metadata
from tests.databases import KINDS, cluster_of, make_template
from tests.postgres import Postgres

NEXT = """
from alembic import op
import sqlalchemy as sa

revision = "9999"
down_revision = "{before}"


def upgrade():
    op.add_column("kiosks", sa.Column("colour", sa.Text()))
"""


BEFORE = newest()


def next_text() -> str:
    return NEXT.format(before=BEFORE)


@pytest.fixture(params=KINDS)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., str]:
    """Make a database filled by a job; its URL."""
    cluster = cluster_of(request)

    def make(fill: Callable[[Connection], object]) -> str:
        return make_template(tmp_path_factory.mktemp("made"), cluster, fill).url

    return make


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Become, when called, a server that knows one revision more."""

    def learn() -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(revisions.FOLDER, folder)
        (folder / "versions" / "9999_colour.py").write_text(next_text())
        monkeypatch.setattr(revisions, "FOLDER", folder)

    return learn


@pytest.fixture
def opened() -> Iterator[Callable[[str], Engine]]:
    engines: list[Engine] = []

    def start(url: str) -> Engine:
        engines.append(open_engine(url))
        return engines[-1]

    yield start
    for engine in engines:
        engine.dispose()


def picture(connection: Connection) -> dict[str, Any]:
    """Return everything that a database knows of its tables, but for the revision's own."""
    seen = inspect(connection)
    parts = {f"{name}_" for name in PARTITIONED}
    return {
        name: (
            {one["name"]: (str(one["type"]), one["nullable"]) for one in seen.get_columns(name)},
            seen.get_pk_constraint(name)["constrained_columns"],
            *(
                sorted(_plain(one) for one in every)
                for every in (
                    seen.get_foreign_keys(name),
                    seen.get_unique_constraints(name),
                    seen.get_check_constraints(name),
                    seen.get_indexes(name),
                )
            ),
        )
        for name in seen.get_table_names()
        if name not in ("alembic_version", "posting_sums", "zero")  # the guards' own, on SQLite
        and not any(name.startswith(one) for one in parts)
    }


def _plain(found: Any) -> str:
    """Return a key, a check or an index as text; the condition of an index is an object."""
    options = found.get("dialect_options", {})
    return str({**found, "dialect_options": {name: str(one) for name, one in options.items()}})


def test_migrations_make_the_tables_that_the_code_knows(
    made: Callable[..., str], opened: Callable[[str], Engine]
) -> None:
    """Columns, keys, checks and indexes: as ``metadata`` has them, with nothing more or less."""
    by_migrations = read(opened(made(migrate)), picture)
    assert by_migrations == read(opened(made(metadata.create_all)), picture)
    assert set(by_migrations) == set(metadata.tables)


def test_no_database_is_opened_that_is_not_a_centres(made: Callable[..., str]) -> None:
    """An empty one, and one that was made before there were revisions."""
    for fill, words in ((lambda _at: None, "no tables"), (metadata.create_all, "before revisions")):
        with pytest.raises((WrongSchema, revisions.KioskError), match=words):
            open_centre_database(made(fill))


def test_a_newer_revision_is_refused(
    made: Callable[..., str], next_revision: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older server does not touch tables that it does not know: neither serves nor migrates."""
    with monkeypatch.context():
        next_revision()
        url = made(migrate)
    monkeypatch.undo()
    with pytest.raises(WrongSchema, match="revision 9999"):
        open_centre_database(url)
    with pytest.raises(WrongSchema, match="revision 9999"):
        write(open_engine(url), migrate)


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--db", url])


def test_sqlite_is_brought_up_to_date_and_postgresql_is_not(
    made: Callable[..., str],
    next_revision: Callable[[], None],
    opened: Callable[[str], Engine],
) -> None:
    """The embedded database follows its one server; where several serve, an operator says when."""
    url = made(migrate)
    next_revision()
    if url.startswith("postgresql"):
        with pytest.raises(WrongSchema, match="kiosk-central migrate"):
            open_centre_database(url)
        assert run(url, "migrate").output == "revision 9999\n"
    open_centre_database(url).dispose()
    columns = read(opened(url), lambda at: inspect(at).get_columns("kiosks"))
    assert columns[-1]["name"] == "colour"


def test_a_migration_is_done_whole_or_not_at_all(
    made: Callable[..., str],
    next_revision: Callable[[], None],
    opened: Callable[[str], Engine],
) -> None:
    """One that breaks off leaves tables and revision as they were."""
    engine = opened(made(migrate))
    next_revision()
    file = revisions.FOLDER / "versions" / "9999_colour.py"
    file.write_text(next_text() + "    raise ZeroDivisionError\n")
    with pytest.raises(ZeroDivisionError):
        write(engine, migrate)
    assert read(engine, revisions.revision_of) == BEFORE
    assert "colour" not in str(read(engine, lambda at: inspect(at).get_columns("kiosks")))


def test_servers_that_migrate_at_once_do_it_once(
    made: Callable[..., str], opened: Callable[[str], Engine]
) -> None:
    """The second waits for the first, and then finds nothing to do."""
    engine = opened(made(lambda _at: None))
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(write, engine, migrate) for _ in range(4)]
        assert [one.result() for one in done] == [newest()] * 4


def test_a_command_makes_the_tables(made: Callable[..., str]) -> None:
    """``migrate`` makes an empty database a centre's; once more changes nothing."""
    url = made(lambda _at: None)
    for _ in range(2):
        assert run(url, "migrate").output == f"revision {newest()}\n"
    assert run(url, "ledger", "show").output == "balance 0 fen, 0 differences\n"


def test_a_database_that_sorts_otherwise_is_refused(postgres: Postgres) -> None:
    """Months and moments sort as text: by their codes, in UTF-8."""
    name = "latin"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(WrongDatabase, match="ENCODING 'UTF8' LOCALE 'C'"):
        write(open_engine(postgres.url(name)), migrate)


def test_other_databases_are_not_known() -> None:
    """What was never tried is refused by name, before anything is asked of it."""
    with pytest.raises(WrongDatabase, match="mysql"):
        open_engine("mysql+pymysql://root@localhost/centre")


def test_a_readers_snapshot_stands_still(
    made: Callable[..., str], opened: Callable[[str], Engine]
) -> None:
    """What is committed between two questions of one reader is not seen by the second."""
    engine = opened(made(migrate))
    query = text("SELECT count(*) FROM counters")

    def look(at: Connection) -> tuple[int, int]:
        before = at.execute(query).scalar_one()
        write(engine, lambda other: other.execute(text("INSERT INTO counters VALUES ('x', 1)")))
        return before, at.execute(query).scalar_one()

    assert read(engine, look) == (0, 0)
    assert read(engine, lambda at: at.execute(query).scalar_one()) == 1

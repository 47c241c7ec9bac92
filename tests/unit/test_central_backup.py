"""Backups of both databases: taken while payments go on, put back, and every sum found again."""

import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from central_world import World
from click.testing import CliRunner
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from kiosk_central import backup
from kiosk_central.backup import BackupError, check_backup, manifest_file, put_back, take_backup
from kiosk_central.cli import main
from kiosk_central.show import books
from kiosk_central.store.books import entries
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.tables import metadata
from kioskd.domain.payment import PaymentState as S
from tests.postgres import Postgres


@pytest.fixture
def empty(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Where to put a backup back: nothing yet, of the world's own kind."""
    if world.engine.dialect.name == "sqlite":
        return f"sqlite:///{tmp_path}/again.db"
    cluster: Postgres = request.getfixturevalue("postgres")
    return cluster.url(cluster.create())


def url_of(world: World) -> str:
    return world.engine.url.render_as_string(hide_password=False)


def pay(world: World) -> None:
    world.assess("A1", (10, 11))
    world.report(S.CONFIRMED, "K0123-P-1")


def test_what_is_put_back_is_what_was_there(world: World, empty: str, tmp_path: Path) -> None:
    """Books and sums are equal, and the same report gets the answer that it got before."""
    pay(world)
    before, file = world.books(), tmp_path / "kept"
    made = take_backup(url_of(world), file, world.clock())
    assert (made.sums.payments, made.sums.payments_fen) == (1, 280_000)
    assert check_backup(file) == put_back(empty, file) == made
    again = World(open_engine(empty))
    assert again.books() == before
    assert again.report(S.CONFIRMED, "K0123-P-1") == world.report(S.CONFIRMED, "K0123-P-1")
    assert again.books() == before
    again.engine.dispose()


def test_only_its_owner_reads_a_backup(world: World, tmp_path: Path) -> None:
    """It holds everybody's names and numbers."""
    file = tmp_path / "kept"
    take_backup(url_of(world), file, world.clock())
    for one in (file, manifest_file(file)):
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.glob("kept*")) == ["kept", "kept.json"]


def test_a_backup_is_of_one_moment(world: World, empty: str, tmp_path: Path) -> None:
    """Taken while payments are booked: sound whenever it was taken, and the bookings go on."""
    stop, booked = threading.Event(), []

    def book() -> None:
        while not stop.is_set() and len(booked) < 400:
            number = len(booked)
            world.report(S.CONFIRMED, f"K0123-X-{number}", assessment=f"none{number}")
            booked.append(number)

    thread = threading.Thread(target=book)
    thread.start()
    try:
        while len(booked) < 20:
            assert thread.is_alive()
        made = take_backup(url_of(world), tmp_path / "kept", world.clock())
    finally:
        stop.set()
        thread.join()
    assert 20 <= made.sums.payments <= len(booked)
    assert made.sums.payments == made.sums.postings
    put_back(empty, tmp_path / "kept")


def test_a_damaged_backup_is_not_put_back(world: World, empty: str, tmp_path: Path) -> None:
    """One byte more, or no manifest: said, and the database stays empty."""
    file = tmp_path / "kept"
    take_backup(url_of(world), file, world.clock())
    with file.open("ab") as opened:
        opened.write(b"x")
    with pytest.raises(BackupError, match="SHA-256"):
        put_back(empty, file)
    manifest_file(file).unlink()
    with pytest.raises(BackupError, match="cannot be read"):
        put_back(empty, file)
    assert not (tmp_path / "again.db").exists()


def test_nothing_is_written_over(world: World, tmp_path: Path) -> None:
    """Neither a backup that is there, nor a database with something in it."""
    file = tmp_path / "kept"
    take_backup(url_of(world), file, world.clock())
    with pytest.raises(BackupError, match="already"):
        take_backup(url_of(world), file, world.clock())
    with pytest.raises(BackupError, match=r"already|not empty"):
        put_back(url_of(world), file)


def test_broken_books_are_not_taken_for_a_backup(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of what is not sound helps nobody: an operator is told which posting."""
    monkeypatch.setattr(backup, "unbalanced", lambda _connection: (17,))
    with pytest.raises(BackupError, match="not sound: 17"):
        take_backup(url_of(world), tmp_path / "kept", world.clock())
    assert not list(tmp_path.glob("kept*"))


def test_every_table_and_guard_is_found_again(
    world: World, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and fen of all tables are kept; one row less anywhere, or one guard, and it is told."""
    pay(world)
    file = tmp_path / "kept"
    made = take_backup(url_of(world), file, world.clock())
    assert made.sums.tables.keys() == metadata.tables.keys()
    assert made.sums.tables["payments"] == {"rows": 1, "amount_fen": 280_000}
    assert made.sums.guards > 0
    less = replace(made.sums, guards=made.sums.guards - 1)
    monkeypatch.setattr(backup, "sums_of", lambda _connection: less)
    with pytest.raises(BackupError, match="not those of the manifest"):
        put_back(empty, file)
    with pytest.raises(SQLAlchemyError):
        write(open_engine(empty), lambda at: at.execute(delete(entries)))


def test_one_kind_is_not_put_back_as_the_other(world: World, tmp_path: Path) -> None:
    """Said by name."""
    file = tmp_path / "kept"
    kind = take_backup(url_of(world), file, world.clock()).kind
    other = f"sqlite:///{tmp_path}/x.db" if kind == "postgresql" else "postgresql+psycopg://h/x"
    with pytest.raises(BackupError, match=f"backup of {kind}"):
        put_back(other, file)


def test_a_full_disk_leaves_nothing_behind(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot be written the half is removed."""

    def full(_file: Path) -> str:
        raise OSError(28, os.strerror(28))

    folder = tmp_path / "gone" / "kept"
    with pytest.raises(BackupError, match="No such file"):
        take_backup(url_of(world), folder, world.clock())
    monkeypatch.setattr(backup, "_digest", full)
    with pytest.raises(BackupError, match="No space"):
        take_backup(url_of(world), tmp_path / "kept", world.clock())
    assert not list(tmp_path.glob("kept*"))


def test_commands_take_check_and_restore(world: World, empty: str, tmp_path: Path) -> None:
    """The three commands tell the same sums; a wrong file is one line and exit code 1."""
    pay(world)
    file = str(tmp_path / "kept")

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["backup", *words])
        assert done.exit_code == 0, done.output
        return done.output

    taken = run("take", "--db", url_of(world), file)
    assert "1 payments, 280000 fen" in taken
    assert run("check", file) == run("restore", "--db", empty, file) == taken
    assert read(open_engine(empty), books)["balance_fen"] == 0
    done = CliRunner().invoke(main, ["backup", "check", str(tmp_path / "none")])
    assert done.exit_code == 1 and "cannot be read" in done.output

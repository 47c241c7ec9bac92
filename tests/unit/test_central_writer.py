"""The writer, on both databases: commits together, fails alone, and never leaves one waiting."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, event, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from kiosk_central.problems import Refused
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.schema import counters
from kiosk_central.store.writer import BATCH_MAX, Writer, _Lane
from kioskd.protocols.central import ProblemCode
from tests.databases import KINDS, Template, cluster_of, make_template
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module", params=KINDS)
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(tmp_path_factory.mktemp("w"), cluster_of(request), counters.create)


@pytest.fixture
def engine(template: Template, tmp_path: Path) -> Iterator[Engine]:
    with template.copied(tmp_path) as url:
        made = open_engine(url)
        yield made
        made.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    made = Writer(engine)
    yield made
    made.close()


def put(name: str, value: int = 1) -> Callable[[Connection], str]:
    def job(connection: Connection) -> str:
        connection.execute(insert(counters).values(name=name, value=value))
        return name

    return job


def names(engine: Engine) -> set[str]:
    return set(read(engine, lambda at: at.execute(select(counters.c.name)).scalars().all()))


def blocked(writer: Writer) -> tuple[Event, "Future[Any]"]:
    """Keep the writer busy until the event is set, so that what follows makes one batch."""
    started, go = Event(), Event()

    def job(_connection: Connection) -> None:
        started.set()
        go.wait(PATIENCE_S)

    future = writer.submit(job)
    started.wait(PATIENCE_S)
    return go, future


def test_sqlite_is_durable_at_commit(tmp_path: Path) -> None:
    """WAL with FULL synchronisation: what was answered survives a power cut."""
    engine = open_engine(f"sqlite:///{tmp_path / 'w.db'}")

    def pragma(name: str) -> Any:
        return read(engine, lambda at: at.exec_driver_sql(f"PRAGMA {name}").scalar_one())

    assert (pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")) == ("wal", 2, 1)
    engine.dispose()


def test_waiting_jobs_share_one_commit(engine: Engine, writer: Writer) -> None:
    """A hundred jobs that wait cost one commit, and all are answered."""
    go, _ = blocked(writer)
    commits: list[Connection] = []
    futures = [writer.submit(put(f"n{number}")) for number in range(100)]
    event.listen(engine, "commit", commits.append)
    go.set()
    assert [one.result(PATIENCE_S) for one in futures] == [f"n{number}" for number in range(100)]
    assert len(commits) == 2  # the blocker's, and theirs


def test_more_than_a_batch(engine: Engine, writer: Writer) -> None:
    """More jobs than one batch takes are all done."""
    go, _ = blocked(writer)
    futures = [writer.submit(put(f"n{number}")) for number in range(BATCH_MAX + 20)]
    go.set()
    assert all(one.result(PATIENCE_S) for one in futures)


def test_a_failing_job_fails_alone(engine: Engine, writer: Writer) -> None:
    """A double key, a refusal and a bug in one batch: their writes go, the neighbours' stay."""

    def refuse(connection: Connection) -> None:
        put("undone")(connection)
        raise Refused(ProblemCode.MONTHS_TAKEN)

    def bug(connection: Connection) -> None:
        put("undone too")(connection)
        raise ZeroDivisionError

    go, _ = blocked(writer)
    futures = [writer.submit(job) for job in (put("a"), put("a"), refuse, bug, put("b"))]
    go.set()
    assert futures[0].result(PATIENCE_S) == "a" and futures[4].result(PATIENCE_S) == "b"
    for future, kind in zip(
        futures[1:4], (IntegrityError, Refused, ZeroDivisionError), strict=True
    ):
        assert isinstance(future.exception(PATIENCE_S), kind)
    assert names(engine) == {"a", "b"} and writer.alive


def failing(*numbers: int) -> Callable[[Connection], None]:
    """Return a listener that lets the commits with these numbers (from 0) fail."""
    count = iter(range(1000))

    def fail(_connection: Connection) -> None:
        if next(count) in numbers:
            raise OperationalError("COMMIT", {}, Exception("disk"))

    return fail


def test_a_failed_commit_is_done_again_one_by_one(engine: Engine, writer: Writer) -> None:
    """When the common commit fails, each job gets a transaction of its own."""
    go, _ = blocked(writer)
    event.listen(engine, "commit", failing(1))  # after the blocker's
    futures = [writer.submit(put(name)) for name in ("a", "b", "c")]
    go.set()
    assert [one.result(PATIENCE_S) for one in futures] == ["a", "b", "c"]
    assert names(engine) == {"a", "b", "c"}


def test_a_lost_database_is_told_and_survived(engine: Engine, writer: Writer) -> None:
    """A commit that fails twice is the caller's error; the writer goes on."""
    event.listen(engine, "commit", failing(0, 1))
    assert isinstance(writer.submit(put("a")).exception(PATIENCE_S), OperationalError)
    assert writer.submit(put("b")).result(PATIENCE_S) == "b"
    assert names(engine) == {"b"}


def test_a_cancelled_job_is_not_done(engine: Engine, writer: Writer) -> None:
    """A request given up before its turn changes nothing."""
    go, _ = blocked(writer)
    given_up, other = writer.submit(put("a")), writer.submit(put("b"))
    assert given_up.cancel()
    go.set()
    assert other.result(PATIENCE_S) == "b"
    assert names(engine) == {"b"}


def test_closing_does_what_waits_and_then_refuses(engine: Engine) -> None:
    """Close finishes the queue; later jobs are refused at once."""
    writer = Writer(engine)
    go, _ = blocked(writer)
    waiting = writer.submit(put("a"))
    go.set()
    writer.close()
    assert waiting.result(PATIENCE_S) == "a"
    with pytest.raises(Refused):
        writer.submit(put("b"))


def test_errors_do_not_carry_values(engine: Engine) -> None:
    """The text of a database error holds no parameter of its statement."""
    write(engine, put("very personal"))
    with pytest.raises(IntegrityError) as caught:
        write(engine, put("very personal"))
    assert "very personal" not in str(caught.value)
    write(engine, lambda at: at.execute(delete(counters)))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_writer_refuses_all_who_wait(
    engine: Engine, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If its thread ends by a fault of its own nobody waits for ever, and health says so."""

    def die(_lane: object, _batch: object) -> None:
        raise ZeroDivisionError

    go, first = blocked(writer)
    monkeypatch.setattr(_Lane, "_commit_together", die)
    waiting = [writer.submit(put(name)) for name in ("a", "b")]
    go.set()
    assert first.result(PATIENCE_S) is None
    for one in waiting:
        assert isinstance(one.exception(PATIENCE_S), Refused)
    with pytest.raises(Refused):
        writer.submit(put("c"))
    assert not writer.alive and names(engine) == set()


def test_work_of_a_kind_is_done_together_and_fails_alone(engine: Engine, writer: Writer) -> None:
    """All that waits is one call; if it fails, each is done by itself and one bad row is alone."""
    sizes: list[int] = []

    def together(connection: Connection, wanted: Sequence[str]) -> list[str]:
        sizes.append(len(wanted))
        connection.execute(insert(counters), [{"name": one, "value": 1} for one in wanted])
        return list(wanted)

    go, _ = blocked(writer)
    futures = [writer.submit_together(together, name, "") for name in ("a", "b", "a", "c")]
    go.set()
    done = [future.exception(PATIENCE_S) for future in futures]
    assert [type(one) for one in done] == [type(None), type(None), IntegrityError, type(None)]
    assert names(engine) == {"a", "b", "c"} and sizes[:2] == [4, 1]


def test_work_done_together_keeps_its_place_among_jobs(engine: Engine, writer: Writer) -> None:
    """What a kiosk asks for is done in its order, of whatever kind."""
    order: list[str] = []

    def together(_connection: Connection, wanted: Sequence[str]) -> Sequence[str]:
        order.extend(wanted)
        return wanted

    go, _ = blocked(writer)
    writer.submit_together(together, "first", "K")
    writer.submit(lambda _connection: order.append("job"), "K")
    last = writer.submit_together(together, "last", "K")
    go.set()
    assert last.result(PATIENCE_S) == "last" and order == ["first", "job", "last"]

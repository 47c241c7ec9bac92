"""Several writers on PostgreSQL: kiosks apart, in order, and right whatever comes between."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, event, select, text, update
from sqlalchemy.exc import DBAPIError

from kiosk_central.store.counters import next_value
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.faults import is_gone
from kiosk_central.store.schema import counters
from kiosk_central.store.writer import Writer
from tests.patience import PATIENCE_S
from tests.postgres import Postgres

ONE, OTHER = "K0123", "K0124"
"""Two kiosks whose jobs are done by different threads of two."""
Job = Callable[[Connection], object]


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    name = postgres.create()
    yield name
    postgres.drop(name)


@pytest.fixture
def engine(postgres: Postgres, database: str) -> Iterator[Engine]:
    made = open_engine(postgres.url(database))
    write(made, counters.create)
    yield made
    made.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    made = Writer(engine, threads=2)
    yield made
    made.close()


def value(engine: Engine, name: str) -> int | None:
    query = select(counters.c.value).where(counters.c.name == name)
    return read(engine, lambda at: at.execute(query).scalar_one_or_none())


def take(name: str) -> Job:
    return lambda connection: next_value(connection, name)


def test_a_kiosk_does_not_wait_for_another(engine: Engine, writer: Writer) -> None:
    """While one thread is held up, the other commits; jobs of one kiosk keep their order."""
    started, go = Event(), Event()

    def hold(_connection: Connection) -> None:
        started.set()
        go.wait(PATIENCE_S)

    held = writer.submit(hold, ONE)
    assert started.wait(PATIENCE_S)
    behind = [writer.submit(take("a"), ONE) for _ in range(3)]
    assert writer.submit(take("b"), OTHER).result(PATIENCE_S) == 1
    assert value(engine, "b") == 1 and not held.done() and not behind[0].done()
    go.set()
    assert [one.result(PATIENCE_S) for one in behind] == [1, 2, 3]


def raising_once(sqlstate: str) -> Job:
    """Return a job that PostgreSQL refuses with this code the first time."""
    states = iter([sqlstate])

    def job(connection: Connection) -> object:
        for state in states:
            connection.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"))
        return next_value(connection, "a")

    return job


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "23505"])
def test_what_came_between_is_done_again(engine: Engine, writer: Writer, sqlstate: str) -> None:
    """A serialisation failure, a deadlock or a double key: the job looks again and succeeds."""
    assert writer.submit(raising_once(sqlstate), ONE).result(PATIENCE_S) == 1
    assert value(engine, "a") == 1


def test_a_circle_of_waiting_is_broken(engine: Engine, writer: Writer) -> None:
    """Two threads that want each other's rows: both jobs are done in the end, each once."""
    for name in "ab":
        write(engine, take(name))
    held = {name: Event() for name in "ab"}

    def crosswise(first: str, second: str) -> Job:
        def job(connection: Connection) -> None:
            for name in (first, second):
                raised = update(counters).where(counters.c.name == name)
                connection.execute(raised.values(value=counters.c.value + 1))
                held[first].set()
                assert held[second].wait(PATIENCE_S)

        return job

    done = [writer.submit(crosswise("a", "b"), ONE), writer.submit(crosswise("b", "a"), OTHER)]
    assert [one.result(PATIENCE_S) for one in done] == [None, None]
    assert (value(engine, "a"), value(engine, "b")) == (3, 3)


def cut_once() -> Job:
    """Return a job whose connection is cut the first time."""
    cuts = iter([None])

    def job(connection: Connection) -> object:
        for _ in cuts:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return next_value(connection, "a")

    return job


def test_a_lost_connection_costs_nobody_anything(engine: Engine, writer: Writer) -> None:
    """The batch is done again on a new connection, its neighbours with it, each once."""
    started, go = Event(), Event()

    def hold(_connection: Connection) -> None:
        started.set()
        go.wait(PATIENCE_S)

    writer.submit(hold, ONE)
    assert started.wait(PATIENCE_S)
    done = [writer.submit(job, ONE) for job in (take("a"), cut_once(), take("a"))]
    go.set()
    assert [one.result(PATIENCE_S) for one in done] == [1, 2, 3]


def close_to_all(postgres: Postgres, name: str) -> None:
    postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def test_a_database_that_is_gone_is_asked_once_for_all(
    engine: Engine, writer: Writer, postgres: Postgres, database: str
) -> None:
    """A hundred who wait are told at once, not one time limit after the other; then it goes on."""
    started, go = Event(), Event()

    def hold(_connection: Connection) -> None:
        started.set()
        go.wait(PATIENCE_S)

    held = writer.submit(hold, ONE)
    assert started.wait(PATIENCE_S)
    waiting = [writer.submit(take("a"), ONE) for _ in range(100)]
    close_to_all(postgres, database)
    asked: list[object] = []
    event.listen(engine, "do_connect", lambda *_call: asked.append(_call))
    go.set()
    assert all(is_gone(one.exception(PATIENCE_S)) for one in [held, *waiting])
    assert len(asked) < 10
    postgres.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    assert writer.submit(take("a"), ONE).result(PATIENCE_S) == 1


def test_a_primary_that_became_a_standby_is_left(
    engine: Engine, writer: Writer, postgres: Postgres, database: str
) -> None:
    """A refusal to write ends the connection: the next one goes where the primary is now."""
    assert writer.submit(take("a"), ONE).result(PATIENCE_S) == 1
    postgres.run(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    engine.dispose()
    refused = writer.submit(take("a"), ONE).exception(PATIENCE_S)
    assert isinstance(refused, DBAPIError) and is_gone(refused)
    postgres.run(f"ALTER DATABASE {database} RESET default_transaction_read_only")
    assert writer.submit(take("a"), ONE).result(PATIENCE_S) == 2


def test_numbers_are_without_a_gap(engine: Engine, writer: Writer) -> None:
    """Two threads, some jobs that fail after taking a number: none is left out, none is double."""

    def fail(connection: Connection) -> None:
        next_value(connection, "a")
        raise ZeroDivisionError

    done = [
        writer.submit(fail if number % 5 == 0 else take("a"), (ONE, OTHER)[number % 2])
        for number in range(200)
    ]
    taken = [one.result(PATIENCE_S) for number, one in enumerate(done) if number % 5]
    assert sorted(taken) == list(range(1, 161))

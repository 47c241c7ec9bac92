"""Monthly partitions on PostgreSQL: rows find their month, none is refused, all is guarded."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from central_world import World, differences, make_city, open_checked, record, refused
from click.testing import CliRunner
from sqlalchemy import Connection, event, func, select, text
from sqlalchemy.exc import IntegrityError

from kiosk_central.app import build_centre
from kiosk_central.auditor.books import payment
from kiosk_central.cli import main
from kiosk_central.clock import this_utc_month, utc_now
from kiosk_central.metrics import figures
from kiosk_central.months_ahead import keeping_months_ahead
from kiosk_central.payment_rows import REPORTS
from kiosk_central.store.engine import read, write
from kiosk_central.store.looks import Look
from kiosk_central.store.partitions import make_ahead, put_in_order, rows_in_rest
from kioskd.domain.contribution import Month
from kioskd.domain.payment import PaymentState as S
from kioskd.protocols.central import ProblemCode
from tests.databases import Template
from tests.postgres import Postgres

REF = "K0123-P-1"
WAIT_S = 60.0


@pytest.fixture(scope="module")
def city(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_city(tmp_path_factory.mktemp("city"), postgres)


@pytest.fixture
def world(city: Template, tmp_path: Path) -> Iterator[World]:
    yield from open_checked(city, tmp_path)


def ahead(world: World) -> list[str]:
    return write(world.engine, lambda at: make_ahead(at, this_utc_month(world.clock())))


def rows(world: World, name: str) -> int:
    query = text(f"SELECT count(*) FROM {name}")
    return int(read(world.engine, lambda at: at.execute(query).scalar_one()))


def rest(world: World) -> int:
    return read(world.engine, rows_in_rest)


def test_months_are_made_ahead_once(world: World) -> None:
    """The present one and three more, over the end of the year; once more makes nothing."""
    names = [f"payment_reports_{one}" for one in ("2026_11", "2026_12", "2027_01", "2027_02")]
    assert ahead(world) == names
    assert ahead(world) == []


def test_reports_are_in_the_month_their_payment_was_first_heard_of(world: World) -> None:
    """Whatever comes later, in another month, is beside the first, and told once only."""
    ahead(world)
    world.assess()
    world.report(S.INTENDED)
    world.clock.advance(days=30)
    world.report(S.CONFIRMED)
    world.report(S.CONFIRMED)
    assert (rows(world, "payment_reports_2026_11"), rest(world)) == (2, 0)
    found = read(world.engine, lambda at: payment(at, REF))
    assert found is not None and len(found["reports"]) == 2


def test_nothing_is_refused_where_nobody_made_the_month(world: World) -> None:
    """The default partition takes it, and it is counted; the month is not made over its head."""
    world.assess()
    world.report(S.CONFIRMED)
    assert rest(world) == 1
    assert "payment_reports_2026_11" not in ahead(world)
    world.report(S.CONFIRMED)
    assert rest(world) == 1


def test_what_fell_into_the_default_is_put_in_order(world: World) -> None:
    """Moved to its month, whole; from then on the default is empty and months are made again."""
    world.assess()
    world.report(S.INTENDED)
    assert write(world.engine, put_in_order) == 1
    assert (rest(world), rows(world, "payment_reports_2026_11")) == (0, 1)
    world.report(S.CONFIRMED)
    assert rows(world, "payment_reports_2026_11") == 2
    assert write(world.engine, put_in_order) == 0


@pytest.mark.parametrize("where", ["payment_reports", "payment_reports_2026_11"])
@pytest.mark.parametrize("change", ["UPDATE {} SET state = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_guards_stand_on_each_month(world: World, where: str, change: str) -> None:
    """By the whole or by the partition's own name: reports are kept for ever."""
    ahead(world)
    world.assess()
    world.report(S.CONFIRMED)
    with pytest.raises(IntegrityError):
        write(world.engine, lambda at: at.execute(text(change.format(where))))


def test_a_report_cannot_be_told_in_another_month(world: World) -> None:
    """The month is the payment's: a second row for the same state has nowhere to go."""
    ahead(world)
    world.assess()
    world.report(S.CONFIRMED)
    again = text(
        "INSERT INTO payment_reports SELECT '2026-12', kiosk_id, payment_ref, state, reason,"
        " record, kiosk_at, received_at FROM payment_reports"
    )
    with pytest.raises(IntegrityError):
        write(world.engine, lambda at: at.execute(again))


def plan_of(connection: Connection, look: Look, *keys: object) -> str:
    """Return how PostgreSQL answers a look."""
    asked: list[tuple[str, Any]] = []

    def explain(_at: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    event.listen(connection, "before_cursor_execute", explain)
    list(look.ask(connection, list(keys)))
    event.remove(connection, "before_cursor_execute", explain)
    [(statement, values)] = asked
    rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE) {statement}", values)
    return "\n".join(rows.scalars())


def test_the_question_of_the_hot_path_opens_one_month(world: World) -> None:
    """Whatever a batch looks at is found by its key; of reports no other month is touched."""
    ahead(world)
    world.assess()
    world.report(S.CONFIRMED)
    keys = [("2026-11", "K0123", f"K0123-P-{number}") for number in range(20)]
    plan = read(world.engine, lambda at: plan_of(at, REPORTS, *keys))
    scans = [line for line in plan.splitlines() if "Scan" in line and "payment_reports_" in line]
    assert len(scans) == 5, plan
    assert all("never executed" in line for line in scans if "2026_11" not in line), plan
    assert "never executed" not in next(line for line in scans if "2026_11" in line), plan


def test_an_old_month_is_taken_out(world: World) -> None:
    """Detached, it is a table of its own; a kiosk that repeats itself years later is answered."""
    ahead(world)
    world.assess()
    world.report(S.INTENDED)
    posted = world.report(S.CONFIRMED)
    out = text("ALTER TABLE payment_reports DETACH PARTITION payment_reports_2026_11")
    write(world.engine, lambda at: at.execute(out))
    assert (rows(world, "payment_reports"), rows(world, "payment_reports_2026_11")) == (0, 2)
    assert world.report(S.CONFIRMED) == posted
    with refused(ProblemCode.STATE_CONFLICT):
        world.report(S.INTENDED)
    assert world.books()["differences"] == []
    with refused(ProblemCode.STATE_CONFLICT):
        world.report(S.CONFIRMED, record=record(receipt=32))
    assert differences(world) == [("record", REF)]
    assert len(world.books()["postings"]) == 1


def url_of(world: World) -> str:
    return world.engine.url.render_as_string(hide_password=False)


def test_a_running_server_makes_them(world: World) -> None:
    """From its start on, by its own clock; nobody has to remember."""
    centre = build_centre(url_of(world), world.region, world.clock)

    async def serve() -> None:
        async with keeping_months_ahead(centre):
            while not rows_known(world, "payment_reports_2027_02"):
                await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(serve(), WAIT_S))
    centre.press.close()
    centre.writer.close()
    centre.engine.dispose()
    assert ahead(world) == []


def rows_known(world: World, name: str) -> bool:
    query = select(func.to_regclass(name))
    return read(world.engine, lambda at: at.execute(query).scalar_one()) is not None


def test_migrate_makes_months_and_puts_rows_in_order(world: World) -> None:
    """What an operator does about a figure that is not 0."""
    world.assess()
    world.report(S.CONFIRMED)
    assert read(world.engine, figures).rest == 1
    done = CliRunner().invoke(main, ["migrate", "--db", url_of(world)])
    assert done.exit_code == 0, done.output
    assert read(world.engine, figures).rest == 0
    now = str(this_utc_month(utc_now())).replace("-", "_")
    assert rows_known(world, f"payment_reports_{now}")


def test_there_is_nothing_to_do_on_sqlite(tmp_path: Path) -> None:
    """The tables are plain there, and nothing is counted."""
    city = make_city(tmp_path, None)
    for made in open_checked(city, tmp_path):
        assert write(made.engine, lambda at: make_ahead(at, Month(2026, 11))) == []
        assert (write(made.engine, put_in_order), rest(made)) == (0, 0)

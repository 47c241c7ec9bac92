"""What SQLite looks through when a citizen asks: her own rows, however many others have paid."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from kiosk_central.my_payments import payments_of
from kiosk_central.offers import offers_for
from kiosk_central.prints import receipts_of
from kiosk_central.store.engine import read
from kioskd.domain.payment import PaymentState as S
from tests.databases import Template
from tests.unit.central_world import ZHANG, World, make_city, open_checked

HERS = ("person_id=?", "payment_ref=?", "assessment_ref=?", "ref=?", "reverses=?", "posting_id=?")
KEPT = ("SCAN hers", "SCAN told", "SCAN CONSTANT ROW")
"""What was found of hers a step before, and the keys that are asked for."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    template: Template = make_city(tmp_path, None)
    (tmp_path / "copy").mkdir()
    yield from open_checked(template, tmp_path / "copy")


def steps(world: World, query: Callable[[Connection], object]) -> list[str]:
    """Return how SQLite finds its way to the rows of every statement of a query."""
    asked: list[tuple[str, Any]] = []

    def keep(*words: Any) -> None:
        asked.append((words[2], words[3]))

    event.listen(world.engine, "before_cursor_execute", keep)
    read(world.engine, query)
    event.remove(world.engine, "before_cursor_execute", keep)

    def explained(at: Connection) -> list[str]:
        rows = [
            row
            for statement, values in asked
            if statement.startswith(("SELECT", "WITH"))
            for row in at.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
        return [row[3] for row in rows]

    found = read(world.engine, explained)
    return [one for one in found if one.startswith(("SCAN", "SEARCH")) and one not in KEPT]


@pytest.mark.parametrize("query", [payments_of, receipts_of], ids=["payments", "receipts"])
def test_her_history_is_found_by_her_name(
    world: World, query: Callable[[Connection, int], object]
) -> None:
    """No step goes through a whole table, nor through all payments that are confirmed."""
    world.assess()
    world.report(S.CONFIRMED)
    found = steps(world, lambda at: query(at, ZHANG))
    assert len(found) > 3
    assert [one for one in found if not any(key in one for key in HERS)] == []


def test_her_offers_are_found_by_her_name(world: World) -> None:
    """What she may pay depends on her own months and accounts."""
    found = steps(world, lambda at: offers_for(at, world.region, ZHANG, world.clock()))
    assert any("person_id=?" in one for one in found)
    assert [one for one in found if one.startswith("SCAN")] == []


def test_a_batch_of_reports_is_found_by_keys(world: World) -> None:
    """However large the books are, no statement of a batch goes through a table."""
    world.assess()
    asked: list[tuple[str, Any]] = []
    event.listen(
        world.engine, "before_cursor_execute", lambda *words: asked.append((words[2], words[3]))
    )
    world.report(S.CONFIRMED)
    tried = [one for one in asked if one[0].startswith(("SELECT", "UPDATE", "DELETE"))]

    def explained(at: Connection) -> list[str]:
        rows = [at.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values) for one, values in tried]
        return [row[3] for some in rows for row in some]

    found = [one for one in read(world.engine, explained) if one.startswith(("SCAN", "SEARCH"))]
    assert sum(one.startswith("SEARCH") for one in found) > 8
    through = [one for one in found if one.startswith("SCAN")]
    assert [one for one in through if one not in KEPT and "CONSTANT" not in one] == []

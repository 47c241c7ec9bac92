"""The book of desk fees: exact, each once, kept for ever, and summed for the closing of a day."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from kiosk_central.cli import main
from kiosk_central.counter.fees import Fee, FeeDay, Settled, fees_of_day
from kiosk_central.problems import Refused
from kiosk_central.store.engine import read
from kioskd.domain.card import CardStatus
from kioskd.domain.money import Money
from kioskd.protocols.central import ProblemCode
from tests.databases import KINDS, Template, cluster_of
from tests.unit.central_world import World, make_city, refused
from tests.unit.counter_world import (
    MADE_FOR_ZHAO,
    OUTLET,
    PAID,
    ZHAO_ASKS,
    hand,
    lose,
    made_ready,
    open_counter,
    status,
    swap,
)

DAY = date(2026, 11, 22)
FREE = Fee(Money(2000), Settled.EXEMPT, reason="低保对象")


@pytest.fixture(params=KINDS, scope="module")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_city(tmp_path_factory.mktemp("city"), cluster_of(request))


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    """A city with one clerk."""
    with open_counter(template, tmp_path) as made:
        yield made


def of_day(world: World, **which: Any) -> FeeDay:
    return read(world.engine, lambda at: fees_of_day(at, DAY, **which))


def test_what_was_taken_is_summed_by_day_outlet_and_clerk(world: World) -> None:
    """One paid, one let off with a reason: the till holds exactly what was paid."""
    number = lose(world)
    made_ready(world, number)
    hand(world, number)
    found = of_day(world)
    assert [(row.application, row.due_fen, row.paid_fen) for row in found.rows] == [
        (number, 2000, 2000)
    ]
    assert (found.cash, found.cash_count, found.exempt_count) == (Money(2000), 1, 0)
    assert of_day(world, outlet="湖滨社区服务站").rows == []
    assert of_day(world, account_id=2).rows == []
    assert len(of_day(world, outlet=OUTLET, account_id=1).rows) == 1


def test_a_fee_is_let_off_with_a_reason(world: World) -> None:
    """Nothing lies in the till, and what was due is told."""
    number = swap(world)
    made_ready(world, number)
    hand(world, number, FREE, **ZHAO_ASKS)
    found = of_day(world)
    assert (found.cash, found.exempt_count, found.waived) == (Money(0), 1, Money(2000))
    assert found.rows[0].reason == FREE.reason


@pytest.mark.parametrize(
    "fee",
    [
        replace(PAID, amount=Money(1999)),
        replace(PAID, voucher=""),
        replace(PAID, voucher="PJ 1"),
        replace(PAID, voucher="9" * 41),
        replace(PAID, reason="x"),
        replace(FREE, reason=""),
        replace(FREE, reason="x" * 201),
        replace(FREE, voucher="PJ-1"),
    ],
)
def test_a_card_is_not_handed_out_for_a_fee_that_is_not_right(world: World, fee: Fee) -> None:
    """Another amount, cash without its voucher, nothing taken without a reason: no card, no row."""
    number = lose(world)
    made_ready(world, number)
    with refused(ProblemCode.BAD_REQUEST):
        hand(world, number, fee)
    assert of_day(world).rows == []
    assert status(world) is CardStatus.INACTIVE


def test_a_voucher_is_given_for_one_fee(world: World) -> None:
    """The same number for another card is a slip of the clerk, and told as one."""
    first, second = lose(world), swap(world)
    made_ready(world, first)
    made_ready(world, second, MADE_FOR_ZHAO)
    hand(world, first)
    with pytest.raises(Refused, match="bad_request") as caught:
        hand(world, second, ref="H2", **ZHAO_ASKS)
    assert caught.value.detail == "voucher taken"
    hand(world, second, replace(PAID, voucher="PJ-0002"), ref="H2", **ZHAO_ASKS)
    assert of_day(world).cash == Money(4000)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE desk_fees SET paid_fen = 0",
        "DELETE FROM desk_fees",
        (
            "INSERT INTO desk_fees SELECT '2026-000001', 'x', 1, outlet, day, at, due_fen, 1999,"
            " settled, 'PJ-2', reason FROM desk_fees"
        ),
    ],
)
def test_the_database_keeps_the_book(world: World, statement: str) -> None:
    """Nothing is changed, taken out, or put in that does not add up."""
    number = lose(world)
    made_ready(world, number)
    hand(world, number)
    before = of_day(world).rows
    with pytest.raises(DatabaseError):
        world.at_desk(lambda desk: desk.connection.execute(text(statement)))
    assert of_day(world).rows == before


def test_the_command_lists_a_day_and_its_tills(world: World) -> None:
    """Each fee, the sum of each clerk, the sum of all; no account numbers, no forms."""
    number = lose(world)
    made_ready(world, number)
    hand(world, number)
    url = world.engine.url.render_as_string(hide_password=False)
    told = CliRunner().invoke(main, ["desk-fees", "2026-11-22", "--db", url])
    lines = told.output.splitlines()
    assert lines[0].endswith(f"{OUTLET} wangfang {number} cash 20.00 PJ-0001")
    assert lines[1:] == [
        f"{OUTLET} wangfang: 1 cash 20.00, 0 exempt 0.00",
        "all: 1 cash 20.00, 0 exempt 0.00",
    ]
    found = json.loads(
        CliRunner().invoke(main, ["desk-fees", "2026-11-22", "--db", url, "--json"]).output
    )
    assert [row["paid_fen"] for row in found] == [2000]
    assert set(found[0]) & {"ref", "account_id"} == set()

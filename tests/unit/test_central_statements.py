"""Statements of a person and of a day: opening, every movement, closing."""

import json
from datetime import date, timedelta

from central_world import KIOSK, LI, OTHER_KIOSK, TWO_MONTHS_FEN, ZHANG, World
from click.testing import CliRunner
from closing_world import LINE, pay, pay_twice, refund, settle

from kiosk_central.cli import main
from kiosk_central.sample_people import PERSONAS
from kiosk_central.statements import DaySpan, day_statement, person_statement
from kiosk_central.store.engine import read
from kioskd.domain.contribution import Scheme
from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import PaymentState as S

DAY = date(2026, 11, 22)
NEXT = DAY + timedelta(days=1)


def test_a_person_sees_what_came_and_went(world: World) -> None:
    """Her personal account and what is owed to her; the day after, the same as an opening."""
    pay(world)
    refund(world)
    found = read(world.engine, lambda at: person_statement(at, ZHANG, DaySpan(DAY, DAY)))
    personal, owed = found.accounts
    assert (personal.account, owed.account) == ("pension-personal", "refunds-payable")
    assert [one.amount.fen for one in personal.movements] == [112_000, -112_000]
    assert (personal.closing, owed.opening, owed.closing) == (ZERO, ZERO, Money(TWO_MONTHS_FEN))
    assert found.taken_over[Scheme.PENSION] > ZERO
    later = read(world.engine, lambda at: person_statement(at, ZHANG, DaySpan(NEXT, NEXT)))
    assert [(one.opening, one.movements) for one in later.accounts] == [
        (one.closing, ()) for one in found.accounts
    ]
    assert read(world.engine, lambda at: person_statement(at, LI, DaySpan(DAY, DAY))).accounts == ()


def test_a_day_begins_and_ends_at_midnight_in_china(world: World) -> None:
    """A posting of 16:00 UTC is of the next day."""
    world.clock.advance(hours=14)
    world.assess()
    world.report(S.CONFIRMED)
    assert read(world.engine, lambda at: day_statement(at, DAY)).postings == ()
    assert len(read(world.engine, lambda at: day_statement(at, NEXT)).postings) == 1


def test_a_day_adds_up(world: World) -> None:
    """Every posting, the accounts before and after; one kiosk's are its payments' alone."""
    pay_twice(world)
    settle(world, LINE, LINE)
    found = read(world.engine, lambda at: day_statement(at, DAY))
    assert [one.kind.value for one in found.postings] == ["contribution", "suspense", "bank"]
    assert sum(one.closing.fen for one in found.accounts) == 0
    assert found.charged == ZERO  # charged twice, settled twice
    for kiosk, account in ((KIOSK, "suspense"), (OTHER_KIOSK, "pension-pool")):
        own = read(world.engine, lambda at, k=kiosk: day_statement(at, DAY, k))
        assert [one.kiosk_id for one in own.postings] == [kiosk]
        assert account in {one.account for one in own.accounts}
    after = read(world.engine, lambda at: day_statement(at, NEXT))
    assert {one.account: one.opening for one in after.accounts} == {
        one.account: one.closing for one in found.accounts
    }


def run(world: World, *words: str) -> str:
    url = world.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, ["statement", *words, "--db", url]).output


def test_statements_as_text_and_json(world: World) -> None:
    """What is printed has opening and closing; JSON has the same fen."""
    pay(world)
    number = PERSONAS[0].id_number
    span = ("--from", "2026-11-01", "--to", "2026-11-30")
    shown = run(world, "person", number, *span)
    assert "pension-personal: opening 0.00" in shown
    assert "pension-personal: closing 1,120.00" in shown
    told = json.loads(run(world, "person", number, *span, "--json"))
    assert told["accounts"][0]["closing_fen"] == 112_000
    assert "nobody" in run(world, "person", "000000190001010000", *span)
    shown = run(world, "day", "2026-11-22", "--kiosk", KIOSK)
    assert "pension-pool: 0.00 + 0.00 - 1,680.00 = -1,680.00" in shown
    assert shown.endswith("1 postings, charged 2,800.00\n")
    assert json.loads(run(world, "day", "2026-11-22", "--json"))["charged_fen"] == TWO_MONTHS_FEN

"""Kiosks ended and replaced by an operator: what they left open is told, and kept for ever."""

import json
import re

import pytest
from central_world import KIOSK, World
from fleet_world import beat, faulty, tickets
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from test_kiosk_commands import run

from kiosk_central.fleet.lists import counts
from kiosk_central.people import find_kiosk
from kiosk_central.problems import Refused
from kiosk_central.store.engine import read, write
from kiosk_central.store.trust import retirements
from kioskd.domain.payment import PaymentState as S

WHO = ("--by", "Wang", "--note", "screen broken")


def listed(world: World) -> list[tuple[str, str, str, str]]:
    """Return what the centre keeps of ends and replacements."""
    found = json.loads(run(world, "retirements", "--json").output)
    return [(one["kiosk_id"], one["kind"], one["by"], one["note"]) for one in found]


def test_a_kiosk_that_owes_nothing(world: World) -> None:
    """It is ended, kept on record with who and why, and no kiosk of the fleet any more."""
    before = read(world.engine, counts)["all"]
    assert run(world, "retire", KIOSK, *WHO).output == f"{KIOSK} retired\nnothing left open\n"
    assert listed(world) == [(KIOSK, "operator", "Wang", "screen broken")]
    assert read(world.engine, counts)["all"] == before - 1
    with pytest.raises(Refused):
        read(world.engine, lambda at: find_kiosk(at, KIOSK))


def test_what_it_left_open_is_told(world: World) -> None:
    """Payments that nobody knows the end of, differences, and reports it had not delivered."""
    beat(world, undelivered=3)
    world.assess()
    world.report(S.INTENDED)
    told = run(world, "replace", KIOSK, *WHO).output.splitlines()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]+)+", told[0])
    assert told[1].startswith("open payment K0123-P-1")
    assert told[2] == "3 reports not delivered at 2026-11-22T02:00:00Z: keep its card"
    assert listed(world) == [(KIOSK, "replaced", "Wang", "screen broken")]


def test_a_replaced_kiosk_is_one_of_the_fleet(world: World) -> None:
    """Under the same name, with another code each time; also after it was retired."""
    before = read(world.engine, counts)["all"]
    run(world, "retire", KIOSK, *WHO)
    codes = {run(world, "replace", KIOSK, *WHO).output.split()[0] for _ in range(2)}
    assert len(codes) == 2 and read(world.engine, counts)["all"] == before


def test_tickets_of_a_retired_kiosk_are_closed(world: World) -> None:
    """Nobody drives to a kiosk that is no more."""
    beat(world, faulty())
    assert [still_open for _, still_open in tickets(world)] == [True]
    run(world, "retire", KIOSK, *WHO)
    assert [still_open for _, still_open in tickets(world)] == [False]


def test_no_such_kiosk(world: World) -> None:
    """One line, and nothing is kept."""
    for verb in ("retire", "replace"):
        assert run(world, verb, "K9999", *WHO).exit_code == 1
    assert not listed(world)


def test_an_end_is_kept_for_ever(world: World) -> None:
    """The database refuses to forget it."""
    run(world, "retire", KIOSK, *WHO)
    with pytest.raises(DBAPIError):
        write(world.engine, lambda at: at.execute(delete(retirements)))

"""The fleet's books: what a heartbeat changes, who is down or stuck, tickets, orders, holds."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kiosk_central.cabinet import refuse_if_held
from kiosk_central.fleet.beats import Beat, absorb
from kiosk_central.fleet.holds import hold_payments, release_payments
from kiosk_central.fleet.lists import FILTERS, counts, find_kiosks
from kiosk_central.fleet.memory import Fleet, Notes, load_notes
from kiosk_central.fleet.orders import ask, find_bundle, open_orders, orders_of, take_bundle
from kiosk_central.fleet.sweep import sweep
from kiosk_central.fleet.tickets import close_ticket, open_notes
from kiosk_central.problems import Refused
from kiosk_central.store.engine import read
from kiosk_central.store.fleet import fleet_bundles
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_fleet import (
    Order,
    OrderKind,
    OrderReport,
    OrderState,
    PaperLevel,
    TicketNote,
)
from tests.unit.central_world import KIOSK, OTHER_KIOSK, World
from tests.unit.fleet_world import WELL, beat, events, faulty, look_round, state, tickets


def order_state(world: World, kiosk: str = KIOSK) -> list[str]:
    return [row.state for row in read(world.engine, lambda at: orders_of(at, kiosk))]


def test_a_heartbeat_that_changes_nothing_is_no_event(world: World) -> None:
    """The first one says that it is up and able; the same again only moves the time."""
    beat(world)
    first = events(world)
    assert first == ["up", "able", "started 0.1.0"]
    world.clock.advance(seconds=60)
    beat(world, sequence=2, uptime_s=120)
    assert events(world) == first
    assert state(world).heard_at == "2026-11-22T02:01:00Z"
    assert state(world).screen_since == "2026-11-22T02:00:55Z"


def test_every_change_is_an_event(world: World) -> None:
    """Software, region, door, unknown payment, a new start, and that it cannot take payments."""
    beat(world)
    changed = {"software": "0.2.0", "region": 2, "door_open": True, "unknown_payments": 1}
    beat(world, boot="b2", able_to_pay=False, **changed)
    assert events(world)[3:] == [
        "unable",
        "started 0.2.0",
        "software 0.1.0 > 0.2.0",
        "region 1 > 2",
        "door_opened",
        "payment_unknown 1",
    ]


def test_a_kiosk_is_down_after_three_minutes_and_up_when_it_is_heard(world: World) -> None:
    """Dated back to when it was heard last; it cannot take payments meanwhile."""
    beat(world)
    world.clock.advance(minutes=3)
    look_round(world)
    assert state(world).down_since == ""
    world.clock.advance(seconds=1)
    look_round(world)
    assert (state(world).down_since, state(world).able) == ("2026-11-22T02:00:00Z", False)
    look_round(world)
    assert events(world)[3:] == ["down", "unable"]
    beat(world, sequence=5)
    assert events(world)[5:] == ["up", "able"]
    assert state(world).down_since == ""


def test_a_centre_that_was_away_judges_nobody_at_once(world: World) -> None:
    """It has to have listened as long as being down takes."""
    beat(world)
    world.clock.advance(hours=2)
    world.at_desk(lambda desk: sweep(desk, desk.now))
    assert state(world).down_since == ""


def test_a_visit_in_one_state_for_seven_minutes_is_stuck(world: World) -> None:
    """While somebody is served, and no longer than the screen is the same; idle is not stuck."""
    beat(world, screen_since_s=3600)
    beat(world, kiosk=OTHER_KIOSK, screen="follow-pin-pad", in_visit=True, screen_since_s=421)
    look_round(world)
    assert state(world).stuck_since == ""
    assert state(world, OTHER_KIOSK).stuck_since != ""
    world.clock.advance(seconds=60)
    beat(world, kiosk=OTHER_KIOSK, screen="follow-pin-pad", in_visit=True, screen_since_s=481)
    look_round(world)
    beat(world, kiosk=OTHER_KIOSK, screen="paid", in_visit=True, screen_since_s=1)
    told = [one for one in events(world, OTHER_KIOSK) if "stuck" in one or "moving" in one]
    assert told == ["stuck follow-pin-pad", "moving paid"]


def test_a_fault_has_one_ticket_while_it_lasts(world: World) -> None:
    """Opened when told, the same number however often, closed when the kiosk is well again."""
    for sequence in (1, 2, 3):
        beat(world, faulty(), sequence=sequence)
    beat(world, faulty(), kiosk=OTHER_KIOSK)
    assert tickets(world) == [("F-261122-0001", True), ("F-261122-0002", True)]
    note = TicketNote("receipt_printer", "D-12", "F-261122-0001")
    assert read(world.engine, open_notes)[KIOSK] == (note,)
    beat(world, sequence=4)
    assert tickets(world)[0] == ("F-261122-0001", False)
    world.clock.advance(minutes=9)
    beat(world, faulty(), sequence=5)
    assert tickets(world)[0] == ("F-261122-0001", True)
    beat(world, sequence=6)
    world.clock.advance(minutes=11)
    beat(world, faulty(), sequence=7)
    assert tickets(world)[-1] == ("F-261122-0003", True)


@pytest.mark.parametrize("module", ["central", "door", "held"])
def test_what_nobody_mends_at_the_kiosk_has_no_ticket(world: World, module: str) -> None:
    """No line, an open door and held payments are events only."""
    beat(world, faulty("X-01", module))
    assert tickets(world) == []
    assert f"fault {module} X-01" in events(world)


def test_a_ticket_closed_by_hand_stays_closed_while_the_fault_lasts(world: World) -> None:
    """An operator knows of it; it is opened anew once it has gone and come back."""
    beat(world, faulty())
    world.at_desk(lambda desk: close_ticket(desk, "F-261122-0001", "王芳", "已派修"))
    beat(world, faulty(), sequence=2)
    assert tickets(world) == [("F-261122-0001", False)]
    with pytest.raises(Refused):
        world.at_desk(lambda desk: close_ticket(desk, "F-261122-0001", "王芳", "again"))
    beat(world, sequence=3)
    beat(world, faulty(), sequence=4)
    assert tickets(world) == [("F-261122-0001", False), ("F-261122-0002", True)]


def test_a_restart_is_done_when_the_kiosk_comes_back(world: World) -> None:
    """Asked once however often, seen, done by another boot id; never asked of the new start."""
    beat(world)
    refs = {
        world.at_desk(lambda desk: ask(desk, KIOSK, OrderKind.RESTART, "王芳", "slow"))
        for _ in range(2)
    }
    (ref,) = refs
    fleet = Fleet(read(world.engine, load_notes))
    answer = fleet.answer(KIOSK, WELL, world.clock(), 1)
    assert answer.orders == (Order(ref, OrderKind.RESTART),)
    started = replace(WELL, boot="b2")
    assert fleet.answer(KIOSK, started, world.clock(), 1).orders == ()
    beat(world, orders=(OrderReport(ref, OrderState.SEEN),))
    assert order_state(world) == ["seen"]
    beat(world, started)
    assert order_state(world) == ["done"]
    beat(world, started, orders=(OrderReport(ref, OrderState.FAILED),))
    assert order_state(world) == ["done"]


def test_a_kiosk_says_nothing_of_anothers_order(world: World) -> None:
    """Its word changes only its own, and only to what an order can become."""
    beat(world)
    ref = world.at_desk(lambda desk: ask(desk, KIOSK, OrderKind.BUNDLE, "王芳", "look"))
    beat(world, kiosk=OTHER_KIOSK, orders=(OrderReport(ref, OrderState.DONE),))
    beat(world, orders=(OrderReport(ref, OrderState.ASKED),))
    assert order_state(world) == ["asked"]


def test_an_order_nobody_did_expires(world: World) -> None:
    """After an hour it is not asked any more."""
    beat(world)
    world.at_desk(lambda desk: ask(desk, KIOSK, OrderKind.RESTART, "王芳", "slow"))
    world.clock.advance(hours=1, seconds=1)
    look_round(world)
    assert order_state(world) == ["expired"]
    assert read(world.engine, open_orders) == {}


def test_a_bundle_is_kept_once_and_for_a_fortnight(world: World) -> None:
    """The first that comes; only of the kiosk that was asked; deleted by itself."""
    beat(world)
    ref = world.at_desk(lambda desk: ask(desk, KIOSK, OrderKind.BUNDLE, "王芳", "look"))
    with pytest.raises(Refused):
        world.at_desk(lambda desk: take_bundle(desk, OTHER_KIOSK, ref, b"x"))
    for body in (b"first", b"second"):
        world.at_desk(lambda desk, body=body: take_bundle(desk, KIOSK, ref, body))  # type: ignore[misc]
    assert read(world.engine, lambda at: find_bundle(at, ref)).body == b"first"
    assert order_state(world) == ["done"]
    world.clock.advance(days=14, seconds=1)
    look_round(world)
    assert read(world.engine, lambda at: at.execute(select(fleet_bundles)).all()) == []


def test_an_operator_holds_payments_and_releases_them(world: World) -> None:
    """From her word on no assessment is made; twice held or released is a conflict."""

    def refusal() -> ProblemCode | None:
        try:
            read(world.engine, lambda at: refuse_if_held(at, world.region, KIOSK))
        except Refused as refused:
            return refused.code
        return None

    assert refusal() is None
    world.at_desk(lambda desk: hold_payments(desk, KIOSK, "王芳", "skimmer suspected"))
    assert refusal() is ProblemCode.KIOSK_HELD
    with pytest.raises(Refused):
        world.at_desk(lambda desk: hold_payments(desk, KIOSK, "王芳", "again"))
    fleet = Fleet(read(world.engine, load_notes))
    assert fleet.answer(KIOSK, WELL, world.clock(), 1).held
    assert not fleet.answer(OTHER_KIOSK, WELL, world.clock(), 1).held
    world.at_desk(lambda desk: release_payments(desk, KIOSK, "王芳", "looked at"))
    assert refusal() is None
    with pytest.raises(Refused):
        world.at_desk(lambda desk: release_payments(desk, KIOSK, "王芳", "again"))


def test_the_fleet_is_counted_and_listed_by_what_is_wrong(world: World) -> None:
    """Each filter finds the kiosk that is so, and only it; one never heard is told apart."""
    beat(world)
    low = {"receipt_paper": PaperLevel.LOW, "door_open": True, "undelivered": 2}
    beat(world, faulty(), kiosk=OTHER_KIOSK, unknown_payments=1, able_to_pay=False, **low)
    world.at_desk(lambda desk: hold_payments(desk, OTHER_KIOSK, "王芳", "look"))
    found = read(world.engine, counts)
    total = found.pop("all")
    assert found == {
        "down": 0, "never": total - 2, "stuck": 0, "fault": 1, "paper": 1,
        "door": 1, "undelivered": 1, "unknown": 1, "unable": 1,
    }  # fmt: skip
    for name in FILTERS:
        rows = read(world.engine, lambda at, name=name: find_kiosks(at, name, "", 0))  # type: ignore[misc]
        assert len(rows) == found[name], name
        assert all(row.held for row in rows if row.id == OTHER_KIOSK)
    (only,) = read(world.engine, lambda at: find_kiosks(at, "", OTHER_KIOSK, 0))
    assert only.id == OTHER_KIOSK
    assert read(world.engine, lambda at: find_kiosks(at, "", "%", 0)) == []


def test_the_newest_heartbeat_of_a_second_wins(world: World) -> None:
    """Overtaken ones are dropped, what the first said of orders is not; a new start always wins."""
    fleet, now = Fleet(), world.clock()
    report = OrderReport("o1", OrderState.SEEN)
    fleet.take(Beat(KIOSK, now, replace(WELL, sequence=2, orders=(report,))))
    fleet.take(Beat(KIOSK, now, replace(WELL, sequence=1, screen="home")))
    fleet.take(Beat(KIOSK, now, replace(WELL, sequence=3, screen="paid")))
    (kept,) = fleet.drain()
    assert (kept.heart.screen, kept.heart.orders) == ("paid", (report,))
    fleet.take(Beat(KIOSK, now, replace(WELL, sequence=9)))
    fleet.take(Beat(KIOSK, now, replace(WELL, boot="b2", sequence=1)))
    fleet.put_back([kept])
    (kept,) = fleet.drain()
    assert kept.heart.boot == "b2"


@pytest.mark.parametrize(("kiosks", "pause"), [(2, 10.0), (50_000, 30.0), (200_000, 60.0)])
def test_a_larger_fleet_is_asked_less_often(kiosks: int, pause: float) -> None:
    """So that one server hears about 1,667 heartbeats a second at most up to 100,000 kiosks."""
    assert Fleet(Notes(kiosks)).next_s == pytest.approx(pause, rel=0.01)


def test_a_batch_of_many_kiosks_is_one_job(world: World) -> None:
    """Well and faulty ones together, in any order; the same batch again changes nothing."""
    both = [Beat(OTHER_KIOSK, world.clock(), faulty()), Beat(KIOSK, world.clock(), WELL)]
    for _ in range(2):
        world.at_desk(lambda desk: absorb(desk, both))
    assert tickets(world) == [("F-261122-0001", True)]
    assert events(world, OTHER_KIOSK).count("fault receipt_printer D-12") == 1

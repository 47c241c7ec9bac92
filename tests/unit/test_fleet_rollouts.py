"""Rolling out: the canary first, on only after the soak, a stop by itself, and the way back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from kiosk_central.fleet.memory import Fleet
from kiosk_central.fleet.rollout_states import IllegalMove, Move
from kiosk_central.fleet.rollouts import (
    Plan,
    RolloutError,
    begin,
    config_plan,
    failures,
    find_rollout,
    keep,
    look,
    move,
    progress,
    wants_software,
)
from kiosk_central.fleet.wanted import NOTHING_WANTED, Wanted, load_wanted
from kiosk_central.store.engine import read
from kiosk_central.store.fleet import rollout_kiosks
from kiosk_central.trust.packs import Edition
from kiosk_central.updates import NoSoftware, is_offered, note_removed
from kioskd.domain.money import Money
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import decode, encode
from kioskd.protocols.central_fleet import Heartbeat
from kioskd.protocols.central_pack import PACK_MODULE
from kioskd.protocols.software_bundle import UPDATE_MODULE
from tests.unit.central_world import World
from tests.unit.fleet_world import WELL, beat, faulty, look_round, offer

NEW = "0.2.0"
PLAN = Plan("software", NEW, "1,100%", timedelta(minutes=30), 5)


def started(world: World, plan: Plan = PLAN) -> tuple[int, list[str]]:
    """Begin a roll-out; return its number and the kiosks, the canary first."""
    if plan.kind == "software" and not read(world.engine, lambda at: is_offered(at, plan.version)):
        offer(world, plan.version)
    number = world.at_desk(lambda desk: begin(desk, plan, "王芳", "try it"))
    query = select(rollout_kiosks.c.kiosk_id).where(rollout_kiosks.c.rollout_id == number)
    ordered = query.order_by(rollout_kiosks.c.stage, rollout_kiosks.c.kiosk_id)
    return number, list(read(world.engine, lambda at: at.execute(ordered).scalars()))


def pass_time(world: World, kiosks: list[str], heart: Heartbeat, minutes: int = 1) -> None:
    """Let these kiosks be heard so for a while, and the centre look at its roll-outs."""
    for _ in range(minutes):
        world.clock.advance(minutes=1)
        for kiosk in kiosks:
            beat(world, heart, kiosk)
        look_round(world)
        for kind in ("config", "software"):
            now = world.clock()
            seen = read(world.engine, lambda at, kind=kind, now=now: look(at, kind, now))  # type: ignore[misc]
            if seen is not None:
                world.at_desk(lambda desk, seen=seen: keep(desk, seen))  # type: ignore[misc]


def where(world: World, number: int) -> tuple[str, int]:
    row = read(world.engine, lambda at: find_rollout(at, number))
    assert row is not None
    return row.state, row.stage


def wanted(world: World) -> Wanted:
    return read(world.engine, lambda at: load_wanted(at, NOTHING_WANTED))


def edition(world: World, kiosk: str, server_since: datetime) -> Edition:
    """Return what a server that was started then gives a kiosk."""
    fleet = Fleet(wanted=wanted(world))
    return fleet.edition_of(kiosk, world.region, server_since)


def test_the_canary_comes_first_and_the_rest_after_its_soak(world: World) -> None:
    """One kiosk is told the version; all others once it has run well for the whole time."""
    number, (canary, *others) = started(world)
    assert wanted(world).software(canary) == NEW
    assert {wanted(world).software(one) for one in others} == {""}
    new = replace(WELL, software=NEW)
    pass_time(world, [canary], new, 30)
    assert where(world, number) == ("running", 0)
    pass_time(world, [canary], new, 2)
    assert where(world, number) == ("running", 1)
    assert wanted(world).software(others[0]) == NEW
    pass_time(world, [canary, *others], new, 32)
    assert where(world, number) == ("done", 1)
    assert wanted(world).software("K-of-tomorrow") == NEW


@pytest.mark.parametrize("how", ["fault", "went back", "down"])
def test_it_stops_by_itself_when_a_canary_fails(world: World, how: str) -> None:
    """By a new fault, by the old version again, by silence; nobody else is told the version."""
    number, (canary, *others) = started(world)
    new = replace(WELL, software=NEW)
    pass_time(world, [canary], new, 3)
    if how == "fault":
        pass_time(world, [canary], replace(faulty(), software=NEW), 2)
    elif how == "went back":
        pass_time(world, [canary], WELL, 2)
    else:
        pass_time(world, [], new, 5)
    assert where(world, number) == ("stopped", 0)
    (one,) = read(world.engine, lambda at: failures(at, number))
    assert (one.kiosk_id, one.why) == (canary, how)
    assert wanted(world).software(others[0]) == ""
    assert wanted(world).software(canary) == NEW


def test_a_version_that_is_not_taken_is_a_failure(world: World) -> None:
    """Refused, or left after its trial: the kiosk runs the old one and tells of the update."""
    number, (canary, *_) = started(world)
    pass_time(world, [canary], faulty("U-10", UPDATE_MODULE), 2)
    assert where(world, number) == ("stopped", 0)
    (one,) = read(world.engine, lambda at: failures(at, number))
    assert (one.kiosk_id, one.why) == (canary, "not taken")


def test_software_that_is_not_here_is_not_rolled_out(world: World) -> None:
    """Kiosks would be told to fetch what nobody has; nor can what they fetch be taken away."""
    with pytest.raises(RolloutError, match="software add"):
        world.at_desk(lambda desk: begin(desk, PLAN, "王芳", "try it"))
    number, _ = started(world)
    assert read(world.engine, lambda at: wants_software(at, NEW))
    world.at_desk(lambda desk: move(desk, number, Move.ABORT, "enough"))
    assert read(world.engine, lambda at: wants_software(at, NEW)), "the canary may fetch it yet"
    world.at_desk(lambda desk: move(desk, number, Move.ROLL_BACK, "all of it"))
    assert not read(world.engine, lambda at: wants_software(at, NEW))
    world.at_desk(lambda desk: note_removed(desk, NEW, "王芳", "withdrawn"))
    with pytest.raises(NoSoftware):
        world.at_desk(lambda desk: note_removed(desk, NEW, "王芳", "withdrawn"))


def test_what_was_stopped_goes_on_is_left_or_taken_back(world: World) -> None:
    """Resumed it looks at everything anew; aborted it stays where it is; then all go back."""
    number, (canary, *_) = started(world)
    pass_time(world, [canary], replace(WELL, software=NEW), 3)
    pass_time(world, [canary], replace(faulty(), software=NEW), 2)
    world.at_desk(lambda desk: move(desk, number, Move.RESUME, "was the paper"))
    pass_time(world, [canary], replace(faulty(), software=NEW), 5)
    assert where(world, number) == ("running", 0)
    world.at_desk(lambda desk: move(desk, number, Move.ABORT, "enough"))
    assert wanted(world).software(canary) == NEW
    world.at_desk(lambda desk: move(desk, number, Move.ROLL_BACK, "all of it"))
    assert wanted(world).software(canary) == ""
    with pytest.raises(IllegalMove):
        world.at_desk(lambda desk: move(desk, number, Move.RESUME, "no"))


def test_one_roll_out_of_a_kind_at_a_time(world: World) -> None:
    """A second one waits, another kind does not; an old one is not moved any more."""
    number, _ = started(world)
    with pytest.raises(RolloutError, match="under way"):
        started(world, replace(PLAN, version="0.3.0"))
    world.at_desk(lambda desk: move(desk, number, Move.ABORT, "enough"))
    second, _ = started(world, replace(PLAN, version="0.3.0"))
    with pytest.raises(RolloutError, match="newer"):
        world.at_desk(lambda desk: move(desk, number, Move.ROLL_BACK, "late"))
    assert where(world, second) == ("running", 0)


def test_a_kiosk_that_was_down_before_does_not_hold_it_up(world: World) -> None:
    """It gets the version when it comes back; a stage of which nobody is there is waited for."""
    plan = replace(PLAN, stages="100%")
    number, (first, *others) = started(world, plan)
    pass_time(world, [], replace(WELL, software=NEW), 33)
    assert where(world, number) == ("running", 0)
    pass_time(world, [first], replace(WELL, software=NEW), 33)
    assert where(world, number) == ("done", 0)
    (stage,) = read(world.engine, lambda at: progress(at, find_rollout(at, number)))  # type: ignore[arg-type]
    assert stage == {"name": "100%", "kiosks": 1 + len(others), "reached": 1, "failed": 0}


def test_a_pack_is_rolled_out_and_served(world: World) -> None:
    """The canary is told its version and given its bytes; the others are not."""
    pack = replace(world.region, version=world.region.version + 1, policies=())
    number, (canary, *others) = started(world, config_plan(pack, world.region, stages="1,100%"))
    assert wanted(world).region(canary) == pack.version
    assert decode(wanted(world).pack(canary), RegionPack) == pack
    assert (wanted(world).region(others[0]), wanted(world).pack(others[0])) == (0, b"")
    pass_time(world, [canary], replace(WELL, region=pack.version), 32)
    assert where(world, number) == ("running", 1)


def test_it_stops_by_itself_when_a_canary_does_not_believe_its_pack(world: World) -> None:
    """It keeps its old pack and says so; another fault before it has the new one says nothing."""
    pack = replace(world.region, version=world.region.version + 1, policies=())
    number, (canary, *others) = started(world, config_plan(pack, world.region, stages="1,100%"))
    pass_time(world, [canary], faulty(), 3)
    assert where(world, number) == ("running", 0)
    pass_time(world, [canary], faulty("G-06", PACK_MODULE), 3)
    assert where(world, number) == ("stopped", 0)
    (one,) = read(world.engine, lambda at: failures(at, number))
    assert (one.kiosk_id, one.why) == (canary, "not believed")
    assert wanted(world).region(others[0]) == 0


def test_an_edition_never_goes_back(world: World) -> None:
    """Begun, stopped, taken back, the server started anew: each edition is later than the last."""
    seen = [edition(world, "K0123", world.clock())]
    world.clock.advance(minutes=1)
    pack = replace(world.region, version=world.region.version + 1, policies=())
    number, (canary, *others) = started(world, config_plan(pack, world.region, stages="1,100%"))
    begun = seen[0].since
    seen.append(edition(world, canary, begun))
    assert (seen[-1].version, seen[-1].body) == (pack.version, encode(pack))
    assert edition(world, others[0], begun).body == seen[0].body
    for what in (Move.STOP, Move.ROLL_BACK):
        world.clock.advance(minutes=1)
        world.at_desk(lambda desk, what=what: move(desk, number, what, "a slip"))  # type: ignore[misc]
        seen.append(edition(world, canary, begun))
    assert (seen[-1].version, seen[-1].body) == (world.region.version, seen[0].body)
    world.clock.advance(minutes=1)
    seen.append(edition(world, canary, world.clock()))
    times = [one.since for one in seen]
    assert times == sorted(set(times))


@pytest.mark.parametrize(
    "other", [{"average_wage": Money(1)}, {"services": {}}, {"schemes": ()}, {"version": 0}]
)
def test_a_pack_that_reckons_otherwise_is_refused(world: World, other: dict[str, object]) -> None:
    """Kiosks must not show what the centre does not reckon by; a version is not given twice."""
    changed = {"version": world.region.version + 1} | other
    if not changed["version"]:
        changed["version"] = world.region.version
    pack = replace(world.region, **changed)  # type: ignore[arg-type]
    with pytest.raises(RolloutError):
        config_plan(pack, world.region)


@pytest.mark.parametrize(
    "bad",
    [{"version": ""}, {"version": "a b"}, {"stop_at_percent": 101}, {"kind": "config"}],
)
def test_a_plan_with_a_slip_is_refused(world: World, bad: dict[str, object]) -> None:
    """Before anything is written."""
    with pytest.raises(RolloutError):
        started(world, replace(PLAN, **bad))  # type: ignore[arg-type]
    assert read(world.engine, lambda at: find_rollout(at, 1)) is None

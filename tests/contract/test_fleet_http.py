"""Heartbeats, bundles and the region pack of a roll-out over HTTP."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import requests
import trio
from central_server import ASKED, KIOSK, OTHER_KIOSK, Server, assessment_path
from sqlalchemy import Connection, select

from kiosk_central.desk import Desk
from kiosk_central.fleet.holds import hold_payments, release_payments
from kiosk_central.fleet.orders import ask, find_bundle
from kiosk_central.fleet.rollout_states import Move
from kiosk_central.fleet.rollouts import begin, config_plan, move
from kiosk_central.region import load_region
from kiosk_central.signing import signer_for
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.fleet import fleet_states, rollout_kiosks
from kioskd.domain.region import RegionPack
from kioskd.errors import PackFault, PackNotBelieved
from kioskd.protocols import central
from kioskd.protocols.central import ProblemCode, decode
from kioskd.protocols.central_fleet import (
    BUNDLE_BYTES_MAX,
    BUNDLE_PATH,
    HEARTBEAT_PATH,
    HeartbeatAnswer,
    ModuleState,
    OrderKind,
    OrderReport,
    OrderState,
)
from kioskd.protocols.central_pack import tag_of
from kioskd.relay.pack_check import BelievedPack, PackChecker
from tests.unit.fleet_world import WELL, faulty

T = TypeVar("T")
FLUSHED_S = 10.0
BAD = (400, ProblemCode.BAD_REQUEST)


def at_desk(server: Server, job: Callable[[Desk], T]) -> T:
    """Do what an operator's page does."""
    engine = open_engine(server.db)
    try:
        return write(engine, lambda at: job(Desk(at, server.now, signer_for(at, None))))
    finally:
        engine.dispose()


def look(server: Server, query: Callable[[Connection], T]) -> T:
    engine = open_engine(server.db)
    try:
        return read(engine, query)
    finally:
        engine.dispose()


def beat(server: Server, heart: object = WELL, kiosk: str = KIOSK) -> HeartbeatAnswer:
    return server.get(HeartbeatAnswer, "PUT", HEARTBEAT_PATH, heart, kiosk=kiosk)


def until(server: Server, good: Callable[[HeartbeatAnswer], bool]) -> HeartbeatAnswer:
    """Beat until the answer is as it must become within the second after a change."""
    end = time.monotonic() + FLUSHED_S
    while not good(answer := beat(server)):
        assert time.monotonic() < end, answer
        time.sleep(0.1)
    return answer


def test_a_heartbeat_is_answered_with_what_the_centre_wants(server: Server) -> None:
    """The time, the next pause, the pack's version; nothing else of a kiosk that is well."""
    answer = beat(server)
    assert answer == HeartbeatAnswer("2026-11-22T02:00:00Z", 10.0, region=load_region().version)
    query = select(fleet_states.c.screen).where(fleet_states.c.kiosk_id == KIOSK)
    end = time.monotonic() + FLUSHED_S
    while look(server, lambda at: at.execute(query).scalar_one_or_none()) != "welcome":
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_fault_is_answered_with_its_ticket(server: Server) -> None:
    """Within a second of being told; gone when the kiosk is well."""
    beat(server, faulty())
    end = time.monotonic() + FLUSHED_S
    while not (tickets := beat(server, replace(faulty(), sequence=2)).tickets):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert tickets[0].number.startswith("F-261122-")
    until(server, lambda answer: not answer.tickets)


@pytest.mark.parametrize(
    "bad",
    [
        {"boot": ""},
        {"boot": "a b"},
        {"screen": "x" * 65},
        {"software": "a\nb"},
        {"uptime_s": -1},
        {"sequence": 1 << 40},
        {"modules": (ModuleState("A printer"),)},
        {"modules": (ModuleState("voice", "no good"),)},
        {"modules": tuple(ModuleState(f"m{n}") for n in range(41))},
        {"orders": (OrderReport("../x", OrderState.DONE),)},
        {"orders": (OrderReport("x", OrderState.DONE, "y" * 201),)},
    ],
)
def test_what_is_no_heartbeat_is_refused(server: Server, bad: dict[str, object]) -> None:
    """Before it is kept: a strange one must not fail the batch of all others."""
    assert server.refused("PUT", HEARTBEAT_PATH, replace(WELL, **bad)) == BAD  # type: ignore[arg-type]


def test_an_unknown_kiosk_is_not_heard(server: Server) -> None:
    """Who is not registered neither beats nor sends bundles."""
    unknown = (401, ProblemCode.CERTIFICATE_NEEDED)
    assert server.refused("PUT", HEARTBEAT_PATH, WELL, kiosk="K9") == unknown
    assert server.refused("PUT", BUNDLE_PATH.format(ref="x"), b"x", kiosk="K9") == unknown


def test_a_bundle_that_was_asked_for_is_kept(server: Server) -> None:
    """Of the kiosk that was asked, up to its limit; anything else is refused."""
    beat(server)
    ref = at_desk(server, lambda desk: ask(desk, KIOSK, OrderKind.BUNDLE, "王芳", "look"))
    answer = until(server, lambda answer: bool(answer.orders))
    assert [order.ref for order in answer.orders] == [ref]
    path = BUNDLE_PATH.format(ref=ref)
    assert server.refused("PUT", path, b"x" * (BUNDLE_BYTES_MAX + 1)) == BAD
    not_found = (404, ProblemCode.NOT_FOUND)
    assert server.refused("PUT", path, b"x", kiosk=OTHER_KIOSK) == not_found
    assert server.refused("PUT", BUNDLE_PATH.format(ref="other"), b"x") == not_found
    assert server.call("PUT", path, b"x" * BUNDLE_BYTES_MAX).status_code == 204
    assert len(look(server, lambda at: find_bundle(at, ref)).body) == BUNDLE_BYTES_MAX
    until(server, lambda answer: not answer.orders)


def test_held_payments_are_refused_at_once(server: Server) -> None:
    """The centre does not wait for the kiosk's next heartbeat; released, it goes on."""
    token, path = server.token(), assessment_path("h1")
    at_desk(server, lambda desk: hold_payments(desk, KIOSK, "王芳", "skimmer suspected"))
    held = (409, ProblemCode.KIOSK_HELD)
    assert server.refused("PUT", path, ASKED, token=token) == held
    until(server, lambda answer: answer.held)
    at_desk(server, lambda desk: release_payments(desk, KIOSK, "王芳", "looked at"))
    until(server, lambda answer: not answer.held)
    assert server.call("PUT", path, ASKED, token=token).status_code in (200, 201)


def region(server: Server, kiosk: str, tag: str = "") -> requests.Response:
    about = {"If-None-Match": tag} if tag else {}
    return server.call("GET", central.REGION_PATH, kiosk=kiosk, about=about)


def test_the_pack_has_a_tag_and_is_not_sent_twice(server: Server) -> None:
    """304 without a body for who has it; the whole pack for who has another."""
    first = region(server, KIOSK)
    assert decode(first.content, RegionPack) == load_region()
    again = region(server, KIOSK, first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert region(server, KIOSK, '"another"').content == first.content


def test_the_canary_is_given_the_new_pack(server: Server) -> None:
    """The heartbeat tells its version, the same path serves it; the others get the old one."""
    pack = replace(load_region(), version=load_region().version + 1, policies=())
    plan = config_plan(pack, load_region(), stages="1,100%")
    number = at_desk(server, lambda desk: begin(desk, plan, "王芳", "new texts"))
    query = select(rollout_kiosks.c.kiosk_id).where(
        rollout_kiosks.c.rollout_id == number, rollout_kiosks.c.stage == 0
    )
    canary = look(server, lambda at: at.execute(query).scalar_one())
    end = time.monotonic() + FLUSHED_S
    while beat(server, kiosk=canary).region != pack.version:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert decode(region(server, canary).content, RegionPack) == pack
    other = OTHER_KIOSK if canary == KIOSK else KIOSK
    assert decode(region(server, other).content, RegionPack) == load_region()


async def taken(server: Server, held: BelievedPack | None, kiosk: str = KIOSK) -> BelievedPack:
    """Fetch and check a pack as a kiosk does. Raises PackNotBelieved."""
    signed = await server.client(kiosk).region("" if held is None else tag_of(held.signed.body))
    if signed is None:
        assert held is not None
        return held
    return PackChecker(Path(server.trust.ca), kiosk).fresh(signed, held)


async def until_taken(server: Server, version: int, held: BelievedPack) -> BelievedPack:
    """Fetch until the centre has moved the kiosk to a version, within a second or so."""
    end = time.monotonic() + FLUSHED_S
    while (held := await taken(server, held)).pack.version != version:
        assert time.monotonic() < end
        await trio.sleep(0.1)
    return held


async def test_what_is_rolled_out_is_believed_and_so_is_the_way_back(server: Server) -> None:
    """Signed for the kiosk at each step; an earlier step cannot be played back after it."""
    old = await taken(server, None)
    assert (old.pack, old.statement.kiosk_id) == (load_region(), KIOSK)
    pack = replace(old.pack, version=old.pack.version + 1, policies=())
    plan = config_plan(pack, load_region(), stages="100%")
    server.now += timedelta(minutes=1)
    number = at_desk(server, lambda desk: begin(desk, plan, "王芳", "new texts"))
    new = await until_taken(server, pack.version, old)
    assert new.statement.edition > old.statement.edition
    checker = PackChecker(Path(server.trust.ca), KIOSK)
    with pytest.raises(PackNotBelieved) as refused:
        checker.fresh(old.signed, new)
    assert refused.value.fault is PackFault.OLDER
    server.now += timedelta(minutes=1)
    at_desk(server, lambda desk: move(desk, number, Move.ROLL_BACK, "a mistake in it"))
    back = await until_taken(server, old.pack.version, new)
    assert back.signed.body == old.signed.body
    with pytest.raises(PackNotBelieved):
        checker.fresh(new.signed, back)


async def test_a_pack_is_for_one_kiosk(server: Server) -> None:
    """What the next kiosk was given is not believed here, though the bytes are the same."""
    theirs = await taken(server, None, OTHER_KIOSK)
    with pytest.raises(PackNotBelieved) as refused:
        PackChecker(Path(server.trust.ca), KIOSK).fresh(theirs.signed, None)
    assert refused.value.fault is PackFault.ANOTHER_KIOSK


async def test_who_shows_the_tag_is_sent_nothing(server: Server) -> None:
    """304 is an answer to the kiosk, and no trouble of the line."""
    held, client = await taken(server, None), server.client()
    assert await client.region(tag_of(held.signed.body)) is None
    assert client.trouble is None

"""Rolling a version out: begun, looked after and moved, each step written down with its reason."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kiosk_central.api.request import Centre
from kiosk_central.desk import Desk
from kiosk_central.fleet.rollout_states import (
    UNDER_WAY,
    Member,
    Move,
    RolloutState,
    after,
    next_move,
)
from kiosk_central.fleet.stages import assigned, parse_stages
from kiosk_central.fleet.tickets import opened_since
from kiosk_central.fleet.wanted import CONFIG, SOFTWARE
from kiosk_central.store.fleet import fleet_states, rollout_kiosks, rollouts
from kiosk_central.store.locks import lock_alone
from kiosk_central.store.schema import kiosks
from kiosk_central.updates import is_offered
from kioskd.domain.region import RegionPack
from kioskd.errors import KioskError
from kioskd.protocols.central import encode
from kioskd.protocols.central_pack import PACK_MODULE
from kioskd.protocols.software_bundle import UPDATE_MODULE

VERSION_MAX = 64
LOCK = "rollouts"
_table, _member = rollouts.c, rollout_kiosks.c


class RolloutError(KioskError):
    """The roll-out cannot be begun or moved so; the text says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What shall be rolled out, and how carefully."""

    kind: str
    version: str
    stages: str = "1,10%,50%,100%"
    soak: timedelta = timedelta(minutes=30)
    stop_at_percent: int = 5
    pack: bytes = b""
    """A region pack, encoded; empty for software."""


def config_plan(pack: RegionPack, served: RegionPack, **how: Any) -> Plan:
    """Return the plan for a region pack. Raises RolloutError where the centre reckons otherwise.

    What the centre itself reckons by it takes from the pack it was started with: kiosks must not
    show other rates, services or rules than those.
    """
    ours = (served.schemes, served.average_wage, served.services, served.card, served.cabinet)
    if (pack.schemes, pack.average_wage, pack.services, pack.card, pack.cabinet) != ours:
        raise RolloutError(
            "schemes, wage, services, card or cabinet rules differ from those of this server:"
            " start it with the new pack instead"
        )
    if pack.version == served.version:
        raise RolloutError("the pack has the version of the server's own: give it a new one")
    return Plan(CONFIG, str(pack.version), pack=encode(pack), **how)


def begin(desk: Desk, plan: Plan, by: str, reason: str) -> int:
    """Begin a roll-out with its first stage; return its number.

    Raises RolloutError, BadStages.
    """
    stages = parse_stages(plan.stages)
    plain = plan.version.isascii() and plan.version.isprintable() and " " not in plan.version
    if not (plain and 0 < len(plan.version) <= VERSION_MAX):
        raise RolloutError("a version is letters, digits and signs without a space")
    if plan.kind == CONFIG and not plan.pack:
        raise RolloutError("a configuration is rolled out from a file")
    if not 0 <= plan.stop_at_percent <= 100 or plan.soak < timedelta():
        raise RolloutError("the limit is a percentage, and the soak time is not negative")
    if plan.kind == SOFTWARE and not is_offered(desk.connection, plan.version):
        raise RolloutError("there is no such software here: kiosk-central software add")
    lock_alone(desk.connection, LOCK)
    last = newest(desk.connection, plan.kind)
    if last is not None and last.state in UNDER_WAY:
        raise RolloutError(f"roll-out {last.id} of {plan.kind} is still under way")
    before, pack_before = _in_force(last)
    if plan.version == before:
        raise RolloutError("kiosks have this version")
    row = {
        "kind": plan.kind,
        "version": plan.version,
        "before": before,
        "pack": plan.pack,
        "pack_before": pack_before,
        "stages": " ".join(map(str, stages)),
        "soak_s": int(plan.soak.total_seconds()),
        "stop_at_percent": plan.stop_at_percent,
        "state": RolloutState.RUNNING.value,
        "stage": 0,
        "stage_since": desk.stamp,
        "started_at": desk.stamp,
        "started_by": by,
        "reason": reason,
        "why": "",
    }
    made: int = desk.connection.execute(
        insert(rollouts).values(row).returning(_table.id)
    ).scalar_one()
    active = select(kiosks.c.id).where(kiosks.c.active)
    places = assigned(str(made), desk.connection.execute(active).scalars(), stages)
    if not places:
        raise RolloutError("there is no kiosk")
    fresh = {"rollout_id": made, "reached_at": "", "failed_at": "", "why": ""}
    members = [fresh | {"kiosk_id": one, "stage": stage} for one, stage in places.items()]
    desk.connection.execute(insert(rollout_kiosks), members)
    return made


def _in_force(last: Row[Any] | None) -> tuple[str, bytes]:
    """Return version and pack that every kiosk has but for those of an aborted roll-out."""
    if last is None:
        return "", b""
    if last.state == RolloutState.DONE.value:
        return last.version, last.pack
    return last.before, last.pack_before


def newest(connection: Connection, kind: str) -> Row[Any] | None:
    """Return the newest roll-out of a kind."""
    query = select(rollouts).where(_table.kind == kind).order_by(_table.id.desc()).limit(1)
    return connection.execute(query).one_or_none()


def wants_software(connection: Connection, version: str) -> bool:
    """Tell whether kiosks are being given this version of the program, or are to have it."""
    last = newest(connection, SOFTWARE)
    if last is None:
        return False
    rolled_back = last.state == RolloutState.ROLLED_BACK.value
    return version in (_in_force(last)[0], "" if rolled_back else last.version)


def find_rollout(connection: Connection, number: int) -> Row[Any] | None:
    """Return a roll-out, or None."""
    return connection.execute(select(rollouts).where(_table.id == number)).one_or_none()


def list_rollouts(connection: Connection, most: int = 50) -> list[Row[Any]]:
    """Return roll-outs, newest first."""
    return list(connection.execute(select(rollouts).order_by(_table.id.desc()).limit(most)))


def move(desk: Desk, number: int, what: Move, why: str) -> RolloutState:
    """Move a roll-out. Raises RolloutError (none such, or not the newest), IllegalMove."""
    lock_alone(desk.connection, LOCK)
    row = find_rollout(desk.connection, number)
    if row is None:
        raise RolloutError("no such roll-out")
    last = newest(desk.connection, row.kind)
    if last is None or last.id != number:
        raise RolloutError("a newer roll-out has taken its place")
    state = after(RolloutState(row.state), what)
    stage = row.stage + (what is Move.ADVANCE)
    values = {"state": state.value, "stage": stage, "stage_since": desk.stamp, "why": why}
    desk.connection.execute(update(rollouts).where(_table.id == number).values(values))
    if what is Move.RESUME:  # whoever resumes has judged what failed: it is looked at anew
        own = update(rollout_kiosks).where(_member.rollout_id == number)
        desk.connection.execute(own.values(reached_at="", failed_at="", why=""))
    return state


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a running roll-out: what to keep of its kiosks, and where it goes."""

    number: int
    stage: int
    notes: tuple[dict[str, str], ...]
    move: Move | None
    why: str


async def move_rollouts(centre: Centre) -> None:
    """Look at what runs and do what that calls for; writes only where something has changed."""
    now = centre.now()
    for kind in (CONFIG, SOFTWARE):
        seen = await centre.read(lambda connection, kind=kind: look(connection, kind, now))  # type: ignore[misc]
        if seen is not None and (seen.notes or seen.move):
            await centre.write(lambda desk, seen=seen: keep(desk, seen))  # type: ignore[misc]


def look(connection: Connection, kind: str, now: datetime) -> Seen | None:
    """Judge the kiosks of the newest roll-out of a kind; None where none runs."""
    row = newest(connection, kind)
    if row is None or row.state != RolloutState.RUNNING.value:
        return None
    tickets = _tickets(connection, datetime.fromisoformat(row.started_at))
    notes, members = [], []
    for one in _begun(connection, row):
        note, member = _judge(one, row, tickets[one.kiosk_id], now)
        members.append(member)
        if note is not None:
            notes.append(note)
    last = row.stage == len(row.stages.split()) - 1
    what = next_move(members, now, last, timedelta(seconds=row.soak_s), row.stop_at_percent)
    failed = sum(1 for member in members if member.failed)
    return Seen(row.id, row.stage, tuple(notes), what, f"{failed} failed of {len(members)}")


def _tickets(connection: Connection, since: datetime) -> Mapping[str, dict[str, str]]:
    """Return when each kiosk had its newest ticket of each module opened since then."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for kiosk_id, module, opened_at in opened_since(connection, since):
        own = found[kiosk_id]
        own[module] = max(opened_at, own.get(module, ""))
    return found


def _begun(connection: Connection, row: Row[Any]) -> Sequence[Row[Any]]:
    states = fleet_states.c
    running = states.software if row.kind == SOFTWARE else states.region
    joined = rollout_kiosks.outerjoin(fleet_states, states.kiosk_id == _member.kiosk_id)
    query = select(rollout_kiosks, running.label("runs"), states.heard_at, states.down_since)
    own = (_member.rollout_id == row.id) & (_member.stage <= row.stage)
    return connection.execute(query.select_from(joined).where(own)).all()


def _judge(
    one: Row[Any], row: Row[Any], tickets: dict[str, str], now: datetime
) -> tuple[dict[str, str] | None, Member]:
    """Return what is new of a kiosk, and how it counts."""
    runs = one.runs is not None and str(one.runs) == row.version
    reached = one.reached_at or (one.heard_at if runs else "")
    why = one.why or _fault(one, row, tickets, runs)
    absent = not reached and (one.heard_at is None or bool(one.down_since)) and not why
    reached_at = datetime.fromisoformat(reached) if reached else None
    member = Member(reached_at, bool(why), absent, one.stage == row.stage)
    if reached == one.reached_at and why == one.why:
        return None, member
    failed_at = one.failed_at or (now.strftime("%Y-%m-%dT%H:%M:%SZ") if why else "")
    note = {"kiosk_id": one.kiosk_id, "reached_at": reached, "failed_at": failed_at, "why": why}
    return note, member


def _fault(one: Row[Any], row: Row[Any], tickets: dict[str, str], runs: bool) -> str:
    """Return how a kiosk has failed since it was given the version; empty: it has not."""
    if one.reached_at and any(opened_at >= one.reached_at for opened_at in tickets.values()):
        return "fault"
    if row.kind == CONFIG and not runs and tickets.get(PACK_MODULE, "") >= row.stage_since:
        return "not believed"
    if row.kind == SOFTWARE and not runs and tickets.get(UPDATE_MODULE, "") >= row.stage_since:
        return "not taken"
    if one.reached_at and not runs:
        return "went back"
    if one.down_since and (one.reached_at or one.down_since >= row.stage_since):
        return "down"
    return ""


def keep(desk: Desk, seen: Seen) -> None:
    """Keep what was seen, unless the roll-out has been moved meanwhile."""
    lock_alone(desk.connection, LOCK)
    row = find_rollout(desk.connection, seen.number)
    if row is None or (row.state, row.stage) != (RolloutState.RUNNING.value, seen.stage):
        return
    for note in seen.notes:
        own = (_member.rollout_id == seen.number) & (_member.kiosk_id == note["kiosk_id"])
        desk.connection.execute(update(rollout_kiosks).where(own).values(note))
    if seen.move is not None:
        move(desk, seen.number, seen.move, seen.why)


def progress(connection: Connection, row: Row[Any]) -> list[dict[str, Any]]:
    """Return per stage how many kiosks it has, and how many reached the version or failed."""
    found = [{"name": name, "kiosks": 0, "reached": 0, "failed": 0} for name in row.stages.split()]
    query = select(_member.stage, _member.reached_at != "", _member.failed_at != "").where(
        _member.rollout_id == row.id
    )
    for stage, reached, failed in connection.execute(query):
        found[stage]["kiosks"] += 1
        found[stage]["reached"] += bool(reached)
        found[stage]["failed"] += bool(failed)
    return found


def failures(connection: Connection, number: int, most: int = 50) -> list[Row[Any]]:
    """Return the kiosks that failed, newest first."""
    own = (_member.rollout_id == number) & (_member.failed_at != "")
    query = select(rollout_kiosks).where(own).order_by(_member.failed_at.desc()).limit(most)
    return list(connection.execute(query))

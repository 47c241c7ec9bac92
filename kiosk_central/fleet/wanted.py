"""Which version each kiosk shall have, by the newest roll-out of each kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk_central.fleet.rollout_states import RolloutState
from kiosk_central.store.fleet import rollout_kiosks, rollouts

CONFIG, SOFTWARE = "config", "software"


@dataclass(frozen=True, slots=True)
class Wish:
    """What one kind of roll-out wants: one thing of these kiosks, another of all others."""

    key: tuple[int, str, int] = (0, "", 0)
    """Roll-out, state, stage: while it is the same, so is the wish."""
    version: str = ""
    others: str = ""
    """Empty: whatever the server itself has."""
    pack: bytes = b""
    others_pack: bytes = b""
    kiosks: frozenset[str] = frozenset()
    since: datetime | None = None
    """When the roll-out came to this state and stage; None where there is none."""

    def of(self, kiosk_id: str) -> str:
        """Return the version that a kiosk shall have."""
        return self.version if kiosk_id in self.kiosks else self.others


@dataclass(frozen=True, slots=True)
class Wanted:
    """Both kinds."""

    config: Wish = Wish()
    programs: Wish = Wish()

    def software(self, kiosk_id: str) -> str:
        """Return the wanted version of the program; empty: the one it has."""
        return self.programs.of(kiosk_id)

    def region(self, kiosk_id: str) -> int:
        """Return the wanted version of the region pack; 0: the server's own."""
        return int(self.config.of(kiosk_id) or 0)

    def pack(self, kiosk_id: str) -> bytes:
        """Return the wanted region pack; empty: the server's own."""
        wish = self.config
        return wish.pack if kiosk_id in wish.kiosks else wish.others_pack


NOTHING_WANTED = Wanted()


def load_wanted(connection: Connection, known: Wanted) -> Wanted:
    """Read what is wanted; what has not changed since ``known`` is not read again."""
    config = _load(connection, CONFIG, known.config)
    return Wanted(config, _load(connection, SOFTWARE, known.programs))


def _load(connection: Connection, kind: str, known: Wish) -> Wish:
    heads = select(rollouts.c.id, rollouts.c.state, rollouts.c.stage)
    newest = heads.where(rollouts.c.kind == kind).order_by(rollouts.c.id.desc()).limit(1)
    head = connection.execute(newest).one_or_none()
    if head is None:
        return Wish()
    if tuple(head) == known.key:
        return known
    row = connection.execute(select(rollouts).where(rollouts.c.id == head.id)).one()
    return _wish(connection, row)


def _wish(connection: Connection, row: Row[Any]) -> Wish:
    state, key = RolloutState(row.state), (row.id, row.state, row.stage)
    since = datetime.fromisoformat(row.stage_since)
    if state is RolloutState.DONE:
        return Wish(key, others=row.version, others_pack=row.pack, since=since)
    if state is RolloutState.ROLLED_BACK:
        return Wish(key, others=row.before, others_pack=row.pack_before, since=since)
    begun = select(rollout_kiosks.c.kiosk_id).where(
        rollout_kiosks.c.rollout_id == row.id, rollout_kiosks.c.stage <= row.stage
    )
    members = frozenset(connection.execute(begun).scalars())
    return Wish(key, row.version, row.before, row.pack, row.pack_before, members, since)

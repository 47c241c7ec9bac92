"""Faults planted beneath the journal, to see that the checks find them. Not one line of kioskd.

Each changes what SQLite is told, whoever tells it, or the record of what the disk was asked for.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from kioskd.domain.payment import Decision, PaymentState
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.states import PaymentEvent
from tests.power.record import Event, FolderSynced, Noted, Synced
from tests.power.witness import PinPad


def _told(words: Mapping[str, Sequence[str]]) -> None:
    """Have every connection told other statements than it is given."""

    class Misled(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            key = sql.replace(" ", "").lower()
            for told in words.get(key, ())[:-1]:
                super().execute(told).fetchall()
            return super().execute(words[key][-1] if key in words else sql, *values)

    sqlite3.connect = partial(sqlite3.connect, factory=Misled)  # type: ignore[assignment]


def _commits_never_fail() -> None:
    """Have every connection take a COMMIT that failed for one that did not."""

    class Careless(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            try:
                return super().execute(sql, *values)
            except sqlite3.OperationalError:
                if sql != "COMMIT":
                    raise
                super().rollback()
                return super().execute("SELECT 1")

    sqlite3.connect = partial(sqlite3.connect, factory=Careless)  # type: ignore[assignment]


def _accepts_everything() -> None:
    """Have the PIN pad told ACCEPT, whatever the kiosk decided."""

    async def accept(pad: PinPad, decision: Awaitable[Decision]) -> Decision:
        await decision
        return Decision.ACCEPT

    PinPad.hear = accept  # type: ignore[method-assign]


UNSYNCED: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {
        "synchronous is normal": lambda: _told(
            {"pragmasynchronous=full": ("PRAGMA synchronous = NORMAL",)}
        ),
        "synchronous is off": lambda: _told(
            {
                "pragmasynchronous=full": ("PRAGMA synchronous = OFF",),
                "pragmasynchronous=normal": ("PRAGMA synchronous = OFF",),
            }
        ),
        "rollback journal, never synced": lambda: _told(
            {
                "pragmajournal_mode=wal": ("PRAGMA journal_mode = DELETE", "SELECT 'wal'"),
                "pragmasynchronous=full": ("PRAGMA synchronous = OFF",),
                "pragmasynchronous=normal": ("PRAGMA synchronous = OFF",),
            }
        ),
    }
)
"""By name, what a recorded process does to itself before it opens the journal."""
UNKEPT: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {
        "a commit that fails is taken for done": _commits_never_fail,
        "what is not kept is accepted": _accepts_everything,
    }
)
"""The same, where writes fail."""


def acknowledged_early(events: Sequence[Event]) -> list[Event]:
    """Return the record of a journal that gives its word just before the sync, not after."""
    told: list[Event] = []
    for event in events:
        at = len(told)
        if isinstance(event, Noted) and "kept" in event.fact:
            at = max(number for number, was in enumerate(told) if isinstance(was, Synced))
        told.insert(at, event)
    return told


def without_folder_syncs(events: Sequence[Event]) -> list[Event]:
    """Return the record of a journal that never syncs its folder."""
    return [event for event in events if not isinstance(event, FolderSynced)]


def without_syncs_of(name: str, events: Sequence[Event]) -> list[Event]:
    """Return the record of a disk that ignores the flush of one file."""
    return [event for event in events if event != Synced(name)]


async def believes_nothing_was_charged(desk: PaymentDesk) -> None:
    """Recover by ending every open payment as not charged, without asking the PIN pad."""
    for payment in desk.journal.open_payments():
        approved = payment.state is PaymentState.APPROVED
        event = PaymentEvent.REVERSE if approved else PaymentEvent.NOT_START
        desk.journal.close(payment.ref, event, payment.at)

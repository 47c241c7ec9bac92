"""How the kiosk is right now, put together for the centre from those who know a part of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from kioskd.domain.document import PaperState
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.health import HealthBoard
from kioskd.payments.contract import Waiting
from kioskd.payments.desk import PaymentDesk
from kioskd.protocols import central
from kioskd.protocols.central_fleet import ModuleState, PaperLevel

UNTOLD_ROLES: Final = frozenset({"central"})
"""Whoever hears the heartbeat knows the line to be well."""
NOT_FITTED: Final = TroubleReason.DOCUMENT_PRINTER_NONE
PAPERS: Final = {
    PaperState.ADEQUATE: PaperLevel.ENOUGH,
    PaperState.NEAR_END: PaperLevel.LOW,
    PaperState.OUT: PaperLevel.OUT,
}


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at the kiosk."""

    screen: str
    in_visit: bool
    modules: tuple[ModuleState, ...]
    receipt_paper: PaperLevel
    door_open: bool
    able_to_pay: bool


@dataclass(frozen=True, slots=True)
class MoneyVitals:
    """What the journal says; asked only when there is something to tell, for it reads a file."""

    undelivered: int = 0
    oldest_undelivered_s: int = 0
    unknown_payments: int = 0
    payment_under_way: bool = False


class UntoldReports(Protocol):
    """What is asked of the outbox."""

    def undelivered(self) -> int: ...
    def next_report(self) -> Waiting | None: ...


@dataclass(frozen=True, slots=True)
class Body:
    """Everybody who knows something of the kiosk."""

    health: HealthBoard
    shown: Callable[[], tuple[str, bool]]
    """Id of the screen that is up, and whether somebody is served."""
    paper: Callable[[], PaperState]
    paying: tuple[str, ...]
    """Roles that must be well for a payment to start."""
    desk: PaymentDesk
    outbox: UntoldReports
    region_version: Callable[[], int]

    def look(self) -> Vitals:
        """Look at the parts and the screen; cheap."""
        troubles = self.health.all()
        screen, in_visit = self.shown()
        return Vitals(
            screen,
            in_visit,
            _modules(troubles),
            PAPERS.get(self.paper(), PaperLevel.UNKNOWN),
            bool(troubles.get("door")),
            not any(troubles.get(role) for role in self.paying if role not in UNTOLD_ROLES),
        )

    def money(self, now: datetime | None = None) -> MoneyVitals:
        """Look at the journal. Raises JournalDamaged."""
        journal, under_way = self.desk.journal, self.desk.turn.locked()
        unknown = len(journal.unresolved()) + (0 if under_way else len(journal.open_payments()))
        waiting = self.outbox.next_report()
        age_s = 0 if waiting is None else _age_s(waiting.body, now or datetime.now(UTC))
        return MoneyVitals(self.outbox.undelivered(), age_s, unknown, under_way)


def _modules(troubles: dict[str, Trouble | None]) -> tuple[ModuleState, ...]:
    """Return every part that this kiosk has; what has no A4 printer needs no seal to check."""
    papers = troubles.get("document_printer")
    away = {*UNTOLD_ROLES}
    if papers is not None and papers.reason is NOT_FITTED:
        away |= {"document_printer", "seal"}
    return tuple(
        ModuleState(role, trouble.code if trouble else "")
        for role, trouble in sorted(troubles.items())
        if role not in away
    )


@dataclass(frozen=True, slots=True)
class _Dated:
    at: str = ""


def _age_s(body: bytes, now: datetime) -> int:
    """Return how old a report is by its own time; 0 where it tells none."""
    try:
        told = datetime.fromisoformat(central.decode(body, _Dated).at)
        return max(0, round((now - told).total_seconds()))
    except (central.ContractBroken, ValueError, TypeError):
        return 0

"""The HTTP contract about the fleet: how a kiosk is, and what the centre wants of it.

A heartbeat is the newest state and nothing else: it is never queued, a later one replaces it.
Nothing personal is in it: parts, codes, counts and the name of a screen.
"""

from dataclasses import dataclass
from enum import Enum

HEARTBEAT_PATH = "/v1/heartbeat"
"""PUT a Heartbeat; answers a HeartbeatAnswer."""
BUNDLE_PATH = "/v1/bundles/{ref}"
"""PUT the bytes of a log bundle, under the reference of the order that asked for it."""
BUNDLE_BYTES_MAX = 2 << 20
MODULES_MAX = 40
ORDERS_MAX = 20


@dataclass(frozen=True, slots=True)
class ModuleState:
    """One part of the kiosk and the operator's code of its trouble; empty while it is well."""

    module: str
    """The role on the health board: ``receipt_printer``."""
    code: str = ""


class PaperLevel(Enum):
    """How much paper there is, as far as the printer's sensors tell."""

    ENOUGH = "enough"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"


class OrderKind(Enum):
    """What an operator may ask of a kiosk."""

    RESTART = "restart"
    """Start the kiosk's program anew, once nobody is served and all money is told."""
    BUNDLE = "bundle"
    """Send the newest lines of the log, without anything personal."""


class OrderState(Enum):
    """How far an order has come."""

    ASKED = "asked"
    SEEN = "seen"
    """The kiosk has it."""
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    """The kiosk did not do it in time; it is not asked any more."""


@dataclass(frozen=True, slots=True)
class Order:
    """Something a kiosk shall do once, however often it is told."""

    ref: str
    kind: OrderKind


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What a kiosk says of an order: SEEN, DONE or FAILED."""

    ref: str
    state: OrderState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How the kiosk is now."""

    boot: str
    """Drawn anew at each start of the kiosk's program."""
    sequence: int
    """Counts the heartbeats since then."""
    at: str
    """RFC 3339, UTC, by the kiosk's clock."""
    uptime_s: int
    software: str
    region: int
    """Version of the region pack it works with."""
    screen: str
    """Id of the screen that is up."""
    screen_since_s: int
    """For how long it has been up."""
    in_visit: bool
    modules: tuple[ModuleState, ...]
    receipt_paper: PaperLevel = PaperLevel.UNKNOWN
    door_open: bool = False
    undelivered: int = 0
    """Reports in the journal that the centre has not answered."""
    oldest_undelivered_s: int = 0
    unknown_payments: int = 0
    """Payments of which the kiosk does not know whether they were charged."""
    able_to_pay: bool = True
    """Whether a payment could start now."""
    orders: tuple[OrderReport, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketNote:
    """The number under which a fault of this kiosk is being dealt with."""

    module: str
    code: str
    number: str


@dataclass(frozen=True, slots=True)
class HeartbeatAnswer:
    """What the centre wants of the kiosk."""

    now: str
    """RFC 3339, UTC."""
    next_s: float
    """How long to wait for the next heartbeat, unless something changes."""
    software: str = ""
    """The wanted version; empty: the one it has."""
    region: int = 0
    """The wanted version of the region pack."""
    held: bool = False
    """An operator holds its payments."""
    orders: tuple[Order, ...] = ()
    tickets: tuple[TicketNote, ...] = ()

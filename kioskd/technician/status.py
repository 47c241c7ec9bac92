"""How the running kiosk is, in a file in memory, for the technician's commands beside it.

The same look as the heartbeat's: roles, operator codes, counts and the id of a screen. Nothing of
a visitor is in it, and nothing that a screen shows. It is written whole and exchanged at once, so
that a reader never sees half of it; its age is told by the time since boot, which no clock moves.
"""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import trio

from kioskd import log
from kioskd.domain.trouble import Trouble
from kioskd.errors import JournalDamaged
from kioskd.protocols import central
from kioskd.protocols.central_fleet import PaperLevel
from kioskd.relay.clock import utc_now
from kioskd.relay.vitals import NOT_FITTED, Body, MoneyVitals
from kioskd.technician.power_watch import PowerWatch
from kioskd.update.slots import software_version

STATUS_FILE: Final = "status.json"
FORMAT: Final = 1
LOOK_S: Final = 1.0
AT_LEAST_EVERY_S: Final = 10.0
STALE_S: Final = 30.0
"""A kiosk that has not written for so long does not run, or hangs."""


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part on the health board; ``code`` is empty while it is well."""

    role: str
    code: str = ""
    reason: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """One look at the running kiosk."""

    format: int
    at: str
    """RFC 3339, by the kiosk's clock."""
    booted_s: float
    """Seconds since the machine was started."""
    pid: int
    kiosk: str
    software: str
    region: int
    screen: str
    in_visit: bool
    able_to_pay: bool
    receipt_paper: PaperLevel
    door_open: bool
    parts: tuple[PartStatus, ...]
    money: MoneyVitals | None
    """None where the journal cannot be read."""
    dips: int | None = None
    """How often the supply's voltage fell too low since the program started; None: no sensor."""

    def part(self, role: str) -> PartStatus | None:
        """Return what the health board says of a part; None where it has no such part."""
        return next((one for one in self.parts if one.role == role), None)

    @property
    def ill(self) -> tuple[PartStatus, ...]:
        """Parts in trouble; an A4 printer that was never fitted is none, nor its seal."""
        papers = self.part("document_printer")
        is_fitted = papers is None or papers.reason != NOT_FITTED.value
        away = () if is_fitted else ("document_printer", "seal")
        return tuple(part for part in self.parts if part.code and part.role not in away)


def since_boot_s() -> float:
    """Return the seconds since the machine was started, asleep or not."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def runtime_folder() -> Path | None:
    """Return the folder in memory that systemd made for the kiosk; None without one."""
    folder = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(folder) if folder else None


async def tell_forever(body: Body, kiosk: str) -> None:
    """Write the status whenever it has changed, at most each second, and now and then anyway.

    The journal is a file: it is looked at when another screen is up, and now and then. Where
    nobody made a folder in memory for the kiosk, nobody is told.
    """
    folder = runtime_folder()
    if folder is None:
        await trio.sleep_forever()
    told, told_at, money, power = None, float("-inf"), None, PowerWatch()
    while True:
        power.look()
        is_due = trio.current_time() - told_at >= AT_LEAST_EVERY_S
        if told is None or is_due or body.shown()[0] != told.screen:
            money = _money(body)
        status = look(body, kiosk, money, power.dips)
        if told is None or is_due or _face(status) != _face(told):
            told, told_at = status, trio.current_time()
            _write(folder / STATUS_FILE, status)
        await trio.sleep(LOOK_S)


def look(body: Body, kiosk: str, money: MoneyVitals | None, dips: int | None = None) -> Status:
    """Look at the parts and the screen; cheap."""
    vitals, seen = body.look(), body.health.all()
    return Status(
        format=FORMAT,
        at=utc_now(),
        booted_s=since_boot_s(),
        pid=os.getpid(),
        kiosk=kiosk,
        software=software_version(),
        region=body.region_version(),
        screen=vitals.screen,
        in_visit=vitals.in_visit,
        able_to_pay=vitals.able_to_pay,
        receipt_paper=vitals.receipt_paper,
        door_open=vitals.door_open,
        parts=tuple(_part(role, trouble) for role, trouble in sorted(seen.items())),
        money=money,
        dips=dips,
    )


def read_status(folder: Path) -> Status | None:
    """Return what the kiosk wrote last; None where nothing is that this program can read."""
    try:
        status = central.decode((folder / STATUS_FILE).read_bytes(), Status)
    except (OSError, central.ContractBroken):
        return None
    return status if status.format == FORMAT else None


def _part(role: str, trouble: Trouble | None) -> PartStatus:
    if trouble is None:
        return PartStatus(role)
    return PartStatus(role, trouble.code, trouble.reason.value, trouble.ticket)


def _face(status: Status) -> Status:
    """Return what is worth writing at once: everything but when it was looked at."""
    return replace(status, at="", booted_s=0.0)


def _money(body: Body) -> MoneyVitals | None:
    try:
        return body.money()
    except JournalDamaged:
        return None


def _write(path: Path, status: Status) -> None:
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_bytes(central.encode(status))
        beside.replace(path)
    except OSError as refused:
        log.warning("status.not_written", reason=refused.strerror)

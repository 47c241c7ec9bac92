"""The journal and the region pack: what is in them, and whether it can be believed."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from kioskd.domain.diagnosis import Facts, Finding, faulty, good, unknown, wrong
from kioskd.errors import JournalDamaged
from kioskd.payments.audit import faults_in, read_payments
from kioskd.payments.reconcile import Matter, undelivered, unsettled
from kioskd.protocols.central_pack import PACK_MODULE
from kioskd.relay.pack_check import PackChecker
from kioskd.relay.region_copy import RegionCopy
from kioskd.technician.doctor.view import View

ON_ITS_WAY: Final = frozenset({Matter.IN_DOUBT, Matter.NOT_POSTED})
"""What settles itself once PIN pad and centre answer; the rest waits for people."""
REFS_SHOWN: Final = 5
PACK_AGE_MAX_DAYS: Final = 3


def journal(view: View) -> Finding:
    """Whether file, chain and rows of the journal are sound."""
    path, why_not = _journal(view)
    if path is None:
        return why_not
    faults = faults_in(path)
    if faults and not view.machine.room(path.parent).free:
        return unknown("no_room_to_look")  # SQLite writes beside the file even to read it
    if faults:
        first = f"{faults[0].place}: {faults[0].what}"
        return wrong("journal_not_sound", payments=None, faults=len(faults), first=first)
    return good(payments=len(read_payments(path)), faults=0)


def money(view: View) -> Finding:
    """Reports that wait for the centre, and payments that people must settle."""
    path, why_not = _journal(view)
    if path is None:
        return why_not
    try:
        waiting, listed = undelivered(path), unsettled(path)
    except JournalDamaged:
        return unknown("journal_not_readable")
    for_people = [one for one in listed if one.matter not in ON_ITS_WAY]
    facts: Facts = {
        "waiting": waiting,
        "on_its_way": len(listed) - len(for_people),
        "for_people": len(for_people),
        "refs": " ".join(one.ref for one in for_people[:REFS_SHOWN]),
    }
    if for_people:
        return wrong("money_to_settle", **facts)
    return wrong("money_not_told", **facts) if waiting or listed else good(**facts)


def region_pack(view: View) -> Finding:
    """Which region pack is kept, whether its signature holds, and when the centre confirmed it."""
    if view.config is None or view.state_folder is None:
        return unknown("no_configuration")
    path = view.state_folder / "region.json"
    if not _is_readable(path):
        return unknown("may_not_read", what=str(path))
    part = None if view.live is None else view.live.part(PACK_MODULE)
    if part is not None and part.code:
        return faulty(part.code, version=None, confirmed_on=None, days=None)
    if not path.exists():
        return wrong("no_region_pack")
    seen = RegionCopy(path, PackChecker(Path(view.config.central.ca), view.config.kiosk.id)).load()
    if seen is None:
        return wrong("region_pack_not_believed")
    today = datetime.fromtimestamp(view.machine.now(), UTC).date()
    days = (today - date.fromisoformat(seen.confirmed_on)).days
    facts: Facts = {"version": seen.pack.version, "confirmed_on": seen.confirmed_on, "days": days}
    return wrong("region_pack_old", **facts) if days > PACK_AGE_MAX_DAYS else good(**facts)


def _journal(view: View) -> tuple[Path, Finding] | tuple[None, Finding]:
    """Return where the journal is; or None, and the finding that it cannot be looked at."""
    if view.state_folder is None:
        return None, unknown("no_configuration")
    path = view.state_folder / "journal.db"
    if not _is_readable(path):
        return None, unknown("may_not_read", what=str(path))
    if not path.exists():
        return None, unknown("no_journal", folder=str(view.state_folder))
    return path, good()


def _is_readable(path: Path) -> bool:
    """Whether who asks may look at the file, or see that there is none."""
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return os.access(path, os.R_OK)

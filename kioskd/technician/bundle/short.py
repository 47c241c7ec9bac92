"""A bundle that is small enough for a handful of QR codes."""

from collections.abc import Mapping
from typing import Any, Final

from kioskd.config import Config
from kioskd.domain.diagnosis import Line
from kioskd.relay.clock import utc_now
from kioskd.technician.bundle.archive import Contents, packed
from kioskd.technician.bundle.gather import gather_short
from kioskd.technician.bundle.pages import PAGE_BYTES, split
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.view import View, view_from_inside
from kioskd.update.slots import software_version

BYTES_MAX: Final = 12 * PAGE_BYTES
"""Twelve pages: as many as somebody photographs without losing count."""
LOG: Final = "log.jsonl"


def short_bundle(view: View, lines: tuple[Line, ...], about: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pages; older lines of the log are left out until it is short enough."""
    contents = gather_short(view, lines, about)
    while len(data := packed(contents, about, view.machine.now())) > BYTES_MAX:
        if not _halved(contents):
            break
    return tuple(split(data))


def pages_from_inside(config: Config, lines: tuple[Line, ...]) -> tuple[str, ...]:
    """Return the pages as the running kiosk makes them, with its own log from memory."""
    about = {"kiosk": config.kiosk.id, "software": software_version(), "at": utc_now()}
    return short_bundle(view_from_inside(Machine(), config), lines, about)


def _halved(contents: Contents) -> bool:
    """Leave out the older half of the log; tell whether there was any to leave out."""
    lines = contents.files.get(LOG, b"").splitlines()
    contents.files[LOG] = b"\n".join(lines[(len(lines) + 1) // 2 :])
    return bool(lines)

"""The clock: certificates, receipts and day-ends hang on it, and a Pi has none of its own."""

import http.client
from pathlib import Path
from typing import Final

from kioskd.domain.diagnosis import Finding, good, unknown, wrong
from kioskd.relay.true_clock import ask_time, known_to_be_past
from kioskd.technician.doctor.view import View

SYNCHRONISED_FILE: Final = "/run/systemd/timesync/synchronized"
DIFFERENCE_MAX_S: Final = 60.0


def clock(view: View) -> Finding:
    """Whether it is behind what is known to be past, and how far it is from the centre's.

    The centre is asked without looking at dates, so that a kiosk in 1970 is told too.
    """
    now = view.machine.now()
    past = known_to_be_past(view.state_folder or Path("/"))
    ahead = _ahead_of_centre_s(view, now)
    synchronised = view.machine.at(SYNCHRONISED_FILE).exists()
    facts = {"ahead_s": ahead, "synchronised": synchronised, "behind_s": max(0, round(past - now))}
    if now < past:
        return wrong("clock_behind", **facts)
    if ahead is not None and abs(ahead) > DIFFERENCE_MAX_S:
        return wrong("clock_differs", **facts)
    if ahead is None and not synchronised:
        return unknown("clock_not_compared", **facts)
    return good(**facts)


def _ahead_of_centre_s(view: View, now: float) -> float | None:
    """How far this clock is ahead of the centre's; None if the centre cannot be asked."""
    if view.config is None:
        return None
    try:
        return round(now - ask_time(view.config.central), 1)
    except (OSError, ValueError, http.client.HTTPException):
        return None

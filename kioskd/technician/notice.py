"""``kioskd notice``: plain letters on the console first, then the picture over them.

The picture is a process of its own: whatever ends it, a panel that is missing or a graphics driver
that falls, the letters are still there, and then also say so.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from kioskd import log
from kioskd.domain.notice import Notice, WhichKiosk
from kioskd.technician.pauses import PAUSE_FILE, next_pause
from kioskd.technician.text_screen import text_screen
from kioskd.technician.this_machine import Places, this_kiosk
from kioskd.technician.why import FALLS, NOTICE_FILE, kiosk_in, why

LAST_WORDS = 200
"""Letters of what a picture that fell has said."""
USUAL_CONSOLE = (80, 25)


@dataclass(frozen=True, slots=True)
class NoticePlaces:
    """Where the reason is read and the pauses are kept; tests give their own."""

    notice: Path = NOTICE_FILE
    pause: Path = PAUSE_FILE
    machine: Places = field(default_factory=Places)


def show_until_tried_again(places: NoticePlaces, page: Iterable[str]) -> None:
    """Show the notice for this time's pause; the kiosk is tried again when this returns.

    ``page`` are the words that start the picture, to which the minutes are added.
    """
    notice = why(places.notice, places.machine.config, os.environ)
    pause = next_pause(places.pause, is_told=notice.code not in FALLS)
    log.warning("notice.pause", code=notice.code, in_a_row=pause.count, for_s=pause.length_s)
    if not pause.shown:
        time.sleep(pause.length_s)
        return
    began = time.monotonic()
    _write(notice, places)
    trouble = _run_page([*page, str(round(pause.length_s / 60))], pause.length_s)
    if trouble:
        log.warning("notice.no_picture", reason=trouble)
        _write(notice, places, trouble)
    time.sleep(max(0.0, began + pause.length_s - time.monotonic()))


def _run_page(words: list[str], length_s: float) -> str:
    """Run the picture until the time is over; return why it ended before, empty if it did not."""
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as page:  # noqa: S603
        try:
            _, said = page.communicate(timeout=length_s)
        except subprocess.TimeoutExpired:
            page.kill()
            return ""
    lines = said.decode(errors="replace").strip().splitlines()
    return (lines[-1] if lines else f"ended with {page.returncode}")[:LAST_WORDS]


def which_kiosk(places: NoticePlaces) -> WhichKiosk:
    """Return which kiosk says so; where it has no settings, by the number of kioskd.txt."""
    known = this_kiosk(places.machine)
    return known if known.kiosk else replace(known, kiosk=kiosk_in(places.notice))


def _write(notice: Notice, places: NoticePlaces, trouble: str = "") -> None:
    columns, rows = _console_size()
    sys.stdout.write(text_screen(notice, which_kiosk(places), columns, rows, trouble))
    sys.stdout.flush()


def _console_size() -> tuple[int, int]:
    """Return columns and rows; a console that does not know says 0."""
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return USUAL_CONSOLE
    return columns or USUAL_CONSOLE[0], rows or USUAL_CONSOLE[1]

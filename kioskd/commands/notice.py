"""``kioskd notice``: why the kiosk cannot show its screens, on the panel, for a while.

Started by systemd instead of the kiosk; when it returns, the kiosk is tried again. ``--picture`` is
the process that it starts for the picture.
"""

import argparse
import sys
from pathlib import Path

from kioskd import log
from kioskd.commands import add_config
from kioskd.errors import KioskError
from kioskd.technician.notice import NoticePlaces, show_until_tried_again
from kioskd.technician.notice_picture import show_picture
from kioskd.technician.pauses import PAUSE_FILE
from kioskd.technician.this_machine import Places
from kioskd.technician.why import NOTICE_FILE


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the places, and what is meant for the process with the picture."""
    add_config(parser)
    parser.add_argument("--notice", type=Path, default=NOTICE_FILE, help="what provisioning said")
    parser.add_argument("--pause", type=Path, default=PAUSE_FILE, help="how often in a row")
    parser.add_argument("--picture", type=int, metavar="MINUTES", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Show it; 0 when the kiosk shall be tried again, 1 if there is no picture."""
    log.set_up("info")
    places = NoticePlaces(options.notice, options.pause, Places(options.config))
    if options.picture is None:
        show_until_tried_again(places, _words_for_the_picture(options))
        return 0
    try:
        show_picture(places, options.picture)
    except KioskError as no_picture:
        print(no_picture, file=sys.stderr)
    return 1


def _words_for_the_picture(options: argparse.Namespace) -> list[str]:
    places = ("--config", options.config, "--notice", options.notice, "--pause", options.pause)
    return [sys.executable, "-m", "kioskd", "notice", *map(str, places), "--picture"]

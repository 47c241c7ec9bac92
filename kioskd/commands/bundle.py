"""``kioskd bundle``: one file for whoever helps from afar; nothing of a citizen is in it."""

import argparse
import sys
from pathlib import Path

from kioskd import __version__, log
from kioskd.commands import add_config
from kioskd.relay.clock import utc_now
from kioskd.relay.safe_file import write_safely
from kioskd.screens.qr_code import squares_of
from kioskd.technician.bundle.archive import packed
from kioskd.technician.bundle.gather import gather
from kioskd.technician.bundle.pages import PagesUnreadable
from kioskd.technician.bundle.png import png_of
from kioskd.technician.bundle.short import short_bundle
from kioskd.technician.bundle.stick import StickError, write_to_stick
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.view import View, view
from kioskd.technician.doctor.visit import visit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add where it goes."""
    add_config(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, help="the file; without it one in this folder")
    where.add_argument("--usb", action="store_true", help="to the stick that is plugged; as root")
    where.add_argument("--qr", type=Path, metavar="FOLDER", help="a short one, as QR pictures")


def run(options: argparse.Namespace) -> int:
    """Gather and write; 1 with a reason where it could not be written."""
    log.be_quiet()
    seen = view(Machine(), options.config)
    try:
        return _pages(seen, options.qr) if options.qr else _file(seen, options)
    except (StickError, PagesUnreadable) as why:
        print(f"bundle: {why}", file=sys.stderr)
    except OSError as refused:
        print(f"bundle: {refused.filename}: {refused.strerror}", file=sys.stderr)
    return 1


def _file(seen: View, options: argparse.Namespace) -> int:
    about = _about(seen)
    contents = gather(seen, visit(seen), about)
    data = packed(contents, about, seen.machine.now())
    name = f"kioskd-{about['kiosk'] or 'unknown'}-{about['at'][:19].replace(':', '')}.tar.gz"
    if options.usb:
        place = f"{write_to_stick(seen.machine, name, data).device}: {name}"
    else:
        path = options.out or Path(name)
        write_safely(path, data)
        place = str(path)
    for part, why in contents.missing.items():
        print(f"without {part}: {why}")
    print(f"{place}: {len(data)} bytes")
    return 0


def _pages(seen: View, folder: Path) -> int:
    about = _about(seen)
    pages = short_bundle(seen, visit(seen), about)
    folder.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pages, 1):
        write_safely(folder / f"page-{number:03d}.png", png_of(squares_of(page)))
    print(f"{folder}: {len(pages)} pages; photograph each, tools/read_qr_pages.py joins them")
    return 0


def _about(seen: View) -> dict[str, str]:
    kiosk = seen.config.kiosk.id if seen.config else ""
    return {"kiosk": kiosk, "software": __version__, "at": utc_now()}

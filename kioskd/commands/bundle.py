"""``kioskd bundle``: one file for whoever helps from afar; nothing of a citizen is in it."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from kioskd import log
from kioskd.commands import add_config
from kioskd.domain.stick import StickOutcome
from kioskd.relay.clock import utc_now
from kioskd.relay.safe_file import write_safely
from kioskd.screens.qr_code import squares_of
from kioskd.screens.words import Words
from kioskd.technician.bundle.archive import Contents, packed
from kioskd.technician.bundle.gather import gather
from kioskd.technician.bundle.order import answer, order_in
from kioskd.technician.bundle.pages import PagesUnreadable
from kioskd.technician.bundle.png import png_of
from kioskd.technician.bundle.short import short_bundle
from kioskd.technician.bundle.stick import Stick, StickError, write_to_stick
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.report import language
from kioskd.technician.doctor.view import View, view
from kioskd.technician.doctor.visit import visit
from kioskd.update.slots import software_version


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add where it goes."""
    add_config(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, help="the file; without it one in this folder")
    where.add_argument("--usb", action="store_true", help="to the stick that is plugged; as root")
    where.add_argument("--ordered", type=Path, metavar="FILE", help="as --usb, for the kiosk")
    where.add_argument("--qr", type=Path, metavar="FOLDER", help="a short one, as QR pictures")


def run(options: argparse.Namespace) -> int:
    """Gather and write; 1 with a reason where it could not be written."""
    log.be_quiet()
    seen = view(Machine(), options.config)
    try:
        if options.qr:
            return _pages(seen, options.qr)
        return _answer(seen, options.ordered) if options.ordered else _file(seen, options)
    except StickError as error:
        print(f"bundle: {Words(language())(f'stick.{error.fault.value}')}", file=sys.stderr)
    except PagesUnreadable as why:
        print(f"bundle: {why}", file=sys.stderr)
    except OSError as refused:
        print(f"bundle: {refused.filename}: {refused.strerror}", file=sys.stderr)
    return 1


def _file(seen: View, options: argparse.Namespace) -> int:
    name, data, contents = _packed(seen)
    if options.usb:
        place = f"{_to_stick(seen, name, data).device}: {name}"
    else:
        path = options.out or Path(name)
        write_safely(path, data)
        place = str(path)
    for part, why in contents.missing.items():
        print(f"without {part}: {why}")
    print(f"{place}: {len(data)} bytes")
    return 0


def _answer(seen: View, file: Path) -> int:
    """Write to the stick and tell the kiosk what became of it: 0 once it is told.

    Raises OSError.
    """
    order = order_in(file)
    try:
        name, data, _ = _packed(seen)
        _to_stick(seen, name, data)
    except StickError as error:
        answer(StickOutcome(order, error.fault))
    else:
        answer(StickOutcome(order, None, name))
    return 0


def _packed(seen: View) -> tuple[str, bytes, Contents]:
    about = _about(seen)
    contents = gather(seen, visit(seen), about)
    name = f"kioskd-{about['kiosk'] or 'unknown'}-{about['at'][:19].replace(':', '')}.tar.gz"
    return name, packed(contents, about, seen.machine.now()), contents


def _to_stick(seen: View, name: str, data: bytes) -> Stick:
    with TemporaryDirectory() as memory:
        return write_to_stick(seen.machine, name, data, Path(memory))


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
    return {"kiosk": kiosk, "software": software_version(), "at": utc_now()}

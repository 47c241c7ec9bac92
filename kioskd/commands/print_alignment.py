"""``kioskd print-alignment``: a page that shows where this printer puts its ink."""

import argparse
import sys

import trio

from kioskd.commands import add_config
from kioskd.config import load
from kioskd.domain.document import GenuinePages, PrintEnd, PrintProgress
from kioskd.domain.payment import Printed
from kioskd.drivers.alignment_page import alignment_page
from kioskd.drivers.document_printer import IppDocumentPrinter
from kioskd.drivers.print_book import DiskPrintBook
from kioskd.drivers.settings import DocumentPrinterSettings
from kioskd.errors import ConfigError
from kioskd.relay.clock import utc_now

arguments = add_config


def run(options: argparse.Namespace) -> int:
    """Print the page with the configured offset; 0 if the printer says that it is out."""
    settings = load(options.config).document_printer
    if not settings.uri:
        raise ConfigError(str(options.config), "document_printer.uri", "no A4 printer")
    end = trio.run(_print, settings)
    if end.printed is Printed.YES:
        print(
            f"printed with offset_x_mm10 = {settings.offset_x_mm10},"
            f" offset_y_mm10 = {settings.offset_y_mm10}; the page says how to correct them"
        )
        return 0
    why = f": {end.trouble.reason.value} ({end.trouble.code})" if end.trouble else ""
    print(f"printed: {end.printed.value}{why}", file=sys.stderr)
    return 1


async def _print(settings: DocumentPrinterSettings) -> PrintEnd:
    printer = IppDocumentPrinter(settings, DiskPrintBook(None, utc_now))
    pdf = alignment_page(settings.uri, settings.offset_x_mm10, settings.offset_y_mm10)
    return await printer.print(GenuinePages("alignment", 1, pdf), "kioskd-alignment", _tell)


def _tell(progress: PrintProgress) -> None:
    if progress.trouble is not None:
        print(f"waiting: {progress.trouble.reason.value}", file=sys.stderr)

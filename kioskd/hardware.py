"""Every device of this kiosk, made from its configuration: part of the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kioskd.config import Config
from kioskd.domain.trouble import Trouble
from kioskd.drivers.cabinet import GpioCabinet
from kioskd.drivers.document_printer import IppDocumentPrinter, NoDocumentPrinter
from kioskd.drivers.id_reader import SamVIdReader
from kioskd.drivers.pinpad import ZvtPinPad
from kioskd.drivers.print_book import DiskPrintBook
from kioskd.drivers.receipt_printer import EscposReceiptPrinter
from kioskd.drivers.seal_checker import PinnedSealChecker
from kioskd.drivers.social_card_reader import SocialCardReaderDriver
from kioskd.drivers.voice import SpokenVoice
from kioskd.flows.cabinet_guard import DOOR_OPEN
from kioskd.flows.reading_aloud import ReadingAloud
from kioskd.relay.clock import utc_now

Part = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Hardware:
    """What is screwed into the cabinet, and what it needs beside it."""

    cards: SocialCardReaderDriver
    id_reader: SamVIdReader
    pin_pad: ZvtPinPad
    receipt_printer: EscposReceiptPrinter
    a4_printer: IppDocumentPrinter | NoDocumentPrinter
    seals: PinnedSealChecker
    prints: DiskPrintBook
    cabinet: GpioCabinet
    voice: SpokenVoice
    reading: ReadingAloud

    def parts(self) -> dict[str, Part]:
        """Return what has to run for them, each under its name in the log."""
        return {
            "card_reader": self.cards.run,
            "id_reader": self.id_reader.run,
            "pin_pad": self.pin_pad.run,
            "receipt_printer": self.receipt_printer.run,
            "document_printer": self.a4_printer.run,
            "cabinet": self.cabinet.run,
            "voice": self.voice.run,
            "reading": self.reading.run,
        }

    def troubles(self) -> Mapping[str, Callable[[], Trouble | None]]:
        """Return what the health board asks, by role."""
        return {
            "card_reader": lambda: self.cards.trouble,
            "id_reader": lambda: self.id_reader.trouble,
            "pin_pad": lambda: self.pin_pad.trouble,
            "receipt_printer": lambda: self.receipt_printer.trouble,
            "document_printer": lambda: self.a4_printer.trouble,
            "seal": lambda: self.seals.trouble,
            "door": lambda: DOOR_OPEN if self.cabinet.door_open else None,
            "voice": lambda: self.voice.trouble,
        }


def fitted(config: Config, state: Path) -> Hardware:
    """Make the drivers; nothing is opened before their parts run."""
    prints = DiskPrintBook(state / "prints.log", utc_now)
    papers = config.document_printer
    cabinet, voice = GpioCabinet(config.cabinet), SpokenVoice(config.voice)
    return Hardware(
        cards=SocialCardReaderDriver(config.card_reader),
        id_reader=SamVIdReader(config.id_reader),
        pin_pad=ZvtPinPad(config.pin_pad),
        receipt_printer=EscposReceiptPrinter(config.receipt_printer),
        a4_printer=IppDocumentPrinter(papers, prints) if papers.uri else NoDocumentPrinter(),
        seals=PinnedSealChecker(papers.seal_ca),
        prints=prints,
        cabinet=cabinet,
        voice=voice,
        reading=ReadingAloud(voice, cabinet),
    )

"""The settings of the devices, as they stand in the configuration.

Apart from the drivers, so that a configuration is read without loading every driver's library.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PinPadSettings:
    """``[pin_pad]``: where it is, and what the bank gave for it."""

    port: str
    baud: int = 9600
    stop_bits: int = 2
    password: str = "000000"  # noqa: S105 - the maker's public default; the bank's is set in the file
    ack_timeout_s: int = 30
    """How long the PIN pad waits for an answer to its approval before it reverses (BMP 01)."""
    waits_max: int = 10
    """How often it asks again, 2 s after "wait", before it reverses (BMP 02)."""
    sequence_ids: bool = True
    """Ask for numbered messages (TLV 1F73); a PIN pad that knows them not goes on without."""
    command_limit_s: int = 180
    """T4: from one sign of progress to the next, with the visitor's card and PIN in it."""
    completion_limit_s: int = 30
    """From the commit to the completion, without which the charge stands all the same."""


@dataclass(frozen=True, slots=True)
class IdReaderSettings:
    """Where the reader is. Poll no faster than every 0.3 s: readers choke on more."""

    port: str
    baud: int = 115200
    poll_interval_s: float = 0.4


@dataclass(frozen=True, slots=True)
class ReceiptPrinterSettings:
    """Where the printer is; 58 mm paper has 32 columns and 384 dots, 80 mm 48 and 576."""

    port: str
    baud: int = 115200
    columns: int = 32
    dots_wide: int = 384


@dataclass(frozen=True, slots=True)
class SocialCardReaderSettings:
    """``reader``: part of the PC/SC reader's name; empty takes the first reader."""

    reader: str = ""


@dataclass(frozen=True, slots=True)
class CabinetSettings:
    """Pins by their BCM numbers; what has no pin is not there.

    ``lamps`` names slots (``card``, ``id``, ``pinpad``, ``receipt``, ``document``), lit by a high
    level. ``presence`` is high while somebody is seen. ``door`` and ``tamper`` are pulled up and
    low while closed, so that a cut wire reads as an open door; either open is the door open.
    """

    lamps: Mapping[str, int] = field(default_factory=dict)
    presence: int | None = None
    earphones: int | None = None
    """Of the switch in the earphone jack: pulled up, low while a plug is in."""
    door: int | None = None
    tamper: int | None = None


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """``[voice]``: the speech program, called as espeak-ng is, with the text on its input."""

    command: str = "espeak-ng"
    """Empty: no voice."""
    words_per_minute: int = 140
    """Slow: she is seventy, and the hall is loud."""
    pitch: int = 40
    """0 to 99; old ears hear low voices better."""
    voices: Mapping[str, str] = field(default_factory=lambda: {"zh_CN": "cmn", "en": "en"})
    """The program's name of the voice for each language."""
    volumes: tuple[int, ...] = (60, 100, 160)
    """What her button goes through, 0 to 200."""
    volume: int = 100
    """The one that every visit begins with; one of ``volumes``."""
    recordings: str = ""
    """Folder of better voices: ``<language>/<key>.wav`` is played instead of speaking that key."""
    player: str = "aplay"
    """What plays a recording, given its file."""


@dataclass(frozen=True, slots=True)
class DocumentPrinterSettings:
    """``[document_printer]``: the A4 printer, and the CA whose seal it may print."""

    uri: str = ""
    """``ipp://localhost:60000/ipp/print``; empty: this kiosk has none."""
    seal_ca: str = ""
    """A PEM file with the certificate of the centre's seal CA, pinned."""
    offset_x_mm10: int = 0
    """Moves the print to the right, in 0.1 mm; see docs/printing.md."""
    offset_y_mm10: int = 0
    """Moves the print down, in 0.1 mm."""
    stopped_limit_s: int = 240
    """How long a print waits for paper, a jam or an open cover before it is cancelled."""
    silence_limit_s: int = 30
    """How long a printer that was printing may be silent before its print is given up."""
    busy_limit_s: int = 30
    """How long a print waits for the printer to take it."""
    page_limit_s: int = 90
    """The longest a page may take with the printer saying nothing is wrong."""
    cancel_limit_s: int = 20
    """How long to wait for the printer's word after it was told to stop."""

"""``rig.toml``: which kiosk and which devices the rig is made of, and how each is moved.

A table that is missing is a device that the rig does not have. A command is a list of words, run on
the tester's machine; ``{name}`` in it is filled in. A deed without a command is the operator's.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from kiosk_bench.needs import Need

Words = tuple[str, ...]
SSH = ("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "{address}")
TUNNEL = (
    "ssh", "-N", "-o", "BatchMode=yes", "-o", "ExitOnForwardFailure=yes", "-o", "ConnectTimeout=5",
    "-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=2", "-o", "StreamLocalBindUnlink=yes",
    "-L", "{screen}:{console}", "-R", "{centre_port}:127.0.0.1:{line_port}", "{address}",
)  # fmt: skip
"""The kiosk's screen comes here, and the centre goes there: nothing listens on any network."""
WHERE = re.compile(r"(?P<said>.*?)(?: - at `\$\.?(?P<key>[^`]*)`)?$", re.DOTALL)


class RigFileWrong(Exception):
    """The rig file cannot be used; the text names file, key and reason."""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all tables share: a key that nobody knows is an error."""


class KioskTable(Table, frozen=True, kw_only=True):
    """The kiosk under test: no kiosk of any hall, but one whose settings the bench writes."""

    address: str
    """Where ``ssh`` goes, as a user who may do what the commands below do."""
    serial: str
    """The board's own serial number."""
    serial_file: str = "/sys/firmware/devicetree/base/serial-number"
    usb: str = "/sys/bus/usb/devices"
    folder: str = "/var/lib/kioskd/rig"
    """On the kiosk: everything the bench writes, the state too."""
    owner: str = "kioskd"
    program: str = "kioskd"
    console: str = "/run/kioskd/screen"
    start: str = "systemctl start kioskd"
    stop: str = "systemctl stop kioskd"
    log: str = "journalctl -b -u kioskd -o cat -f -n all"
    shell: Words = SSH
    """Gets a command line for the kiosk's shell as one more word."""
    tunnel: Words = TUNNEL
    boot_s: float = 120.0
    """From power to the first screen, at most."""
    width_px: int = 1280
    height_px: int = 800
    settings: dict[str, dict[str, Any]] = {}
    """More of the kiosk's configuration, by table."""


class PowerTable(Table, frozen=True, kw_only=True):
    """The relay in the kiosk's supply."""

    off: Words
    on: Words


class KeptTable(Table, frozen=True, kw_only=True):
    """Something that runs while a story is played; what it prints is kept as evidence."""

    keep: Words


class PictureTable(Table, frozen=True, kw_only=True):
    """Something that takes a picture of the panel's signal into ``{file}``."""

    picture: Words


class OperatorTable(Table, frozen=True, kw_only=True):
    """A person at the rig, who is asked on a terminal."""

    tty: str = "/dev/tty"
    answer_s: float = 120.0


class UsbTable(Table, frozen=True, kw_only=True):
    """A device that is known by its serial number."""

    usb: str
    """Where it is plugged in, as Linux names it: ``1-1.2``."""
    serial: str
    pull_cable: Words | None = None
    plug_cable: Words | None = None


class CardTable(UsbTable, frozen=True, kw_only=True):
    """The reader for social security cards. ``insert`` knows ``{card}``."""

    labels: dict[str, str]
    """What stands on the test card of each citizen: ``zhang``, ``zhang cloned``."""
    insert: Words | None = None
    pull: Words | None = None


class IdReaderTable(UsbTable, frozen=True, kw_only=True):
    """The reader for resident ID cards. ``put`` knows ``{card}``."""

    port: str
    labels: dict[str, str]
    put: Words | None = None
    take: Words | None = None


class PinPadTable(UsbTable, frozen=True, kw_only=True):
    """The PIN pad, a test bank card, and what may be charged to it."""

    port: str
    max_fen: int
    """At most so much is charged in one run."""
    accept_charges: bool = False
    """Whether the run begins without the typed consent."""
    label: str = "the test bank card"
    insert: Words | None = None
    pin: Words | None = None
    cancel: Words | None = None
    books: Words | None = None
    """Prints every charge, oldest first, as a JSON list: amount_fen, receipt, reversed."""


class ReceiptTable(UsbTable, frozen=True, kw_only=True):
    """The receipt printer."""

    port: str
    count: Words | None = None
    """Prints how many receipts it has cut since it was made; else the operator is asked."""


class A4Table(Table, frozen=True, kw_only=True):
    """The A4 printer."""

    uri: str


class CabinetTable(Table, frozen=True, kw_only=True):
    """The cabinet's contacts. Commands of pairs know ``{state}``: 1 there, 0 not."""

    lamps: dict[str, int]
    presence: int
    door: int
    earphones: int
    set_presence: Words | None = None
    set_door: Words | None = None
    set_earphones: Words | None = None


class CentreTable(Table, frozen=True, kw_only=True):
    """The centre on the tester's machine, reached by the kiosk through the tunnel."""

    port: int = 8443
    """On the kiosk's loopback."""


class Rig(Table, frozen=True, kw_only=True):
    """The whole file."""

    kiosk: KioskTable
    centre: CentreTable = CentreTable()
    operator: OperatorTable | None = None
    power: PowerTable | None = None
    uart: KeptTable | None = None
    hdmi: PictureTable | None = None
    card: CardTable | None = None
    id_reader: IdReaderTable | None = None
    pin_pad: PinPadTable | None = None
    receipt_printer: ReceiptTable | None = None
    a4: A4Table | None = None
    cabinet: CabinetTable | None = None

    def lacks(self, need: Need) -> str:
        """Return why the rig cannot serve this need; empty if it can."""
        name, table = TABLES[need]
        if getattr(self, table) is not None:
            return ""
        return f"the rig has no {name}: [{table}] is missing in rig.toml"


TABLES = {
    Need.CARD: ("card reader", "card"),
    Need.ID_READER: ("ID reader", "id_reader"),
    Need.PIN_PAD: ("PIN pad", "pin_pad"),
    Need.RECEIPT: ("receipt printer", "receipt_printer"),
    Need.A4: ("A4 printer", "a4"),
    Need.GPIO: ("cabinet contacts", "cabinet"),
    Need.POWER: ("power relay", "power"),
}
"""What people call it, and its table."""


def read_rig(path: Path) -> Rig:
    """Read a rig file. Raises RigFileWrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(content, type=Rig)
    except FileNotFoundError:
        raise RigFileWrong(f"{path}: there is no such file; docs/rig.toml is a sample") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as bad:
        raise RigFileWrong(f"{path}: {bad}") from None
    except msgspec.ValidationError as bad:
        raise RigFileWrong(f"{path}: {_by_key(str(bad))}") from None


def _by_key(error: str) -> str:
    """Say ``pin_pad.max_fen: expected `int`, got `str``` instead of a path at the end."""
    found = WHERE.match(error)
    assert found is not None, error
    said = found["said"].removeprefix("Object ")
    said = said[:1].lower() + said[1:]
    said = said.replace("contains unknown field", "there is no key")
    said = said.replace("missing required field", "this key is missing:")
    return f"{found['key'] or 'the file'}: {said}"

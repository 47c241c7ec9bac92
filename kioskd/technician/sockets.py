"""Which USB device is in which socket of this kiosk, as the kernel tells it below ``/sys``.

A socket is known by its port path, ``1.2``: port 2 of the hub at port 1. That is printed nowhere on
the cabinet, so ``kioskd identify --watch`` asks for one device after the other to be plugged in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

INTERFACE_DESCRIPTOR = 4
"""USB 2.0, table 9-5; its sixth byte is the class (table 9-12)."""
PORT_NAME = "usb-"
"""Before the port path in kioskd.txt and below /dev/kiosk."""


class Kind(Enum):
    """What a device is for the kiosk."""

    SERIAL = "serial"
    """A PIN pad, an ID reader, a receipt printer: which one, only its socket tells."""
    CARD_READER = "card_reader"
    PRINTER = "printer"
    TOUCH_OR_KEYS = "touch_or_keys"
    HUB = "hub"
    NETWORK = "network"
    STORAGE = "storage"
    OTHER = "other"


CLASSES = {
    0x03: Kind.TOUCH_OR_KEYS,
    0x07: Kind.PRINTER,
    0x08: Kind.STORAGE,
    0x09: Kind.HUB,
    0x0B: Kind.CARD_READER,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One serial line of a device."""

    device: str
    """``ttyUSB0``."""
    interface: int

    def port_name(self, port: str) -> str:
        """Return what kioskd.txt calls it: ``usb-1.2``, a second line ``usb-1.2-01``."""
        return f"{PORT_NAME}{port}" + (f"-{self.interface:02x}" if self.interface else "")


@dataclass(frozen=True, slots=True)
class Plugged:
    """One device in one socket."""

    port: str
    """Its path: ``1.2``."""
    usb_id: str
    """Vendor and product: ``0403:6001``."""
    name: str
    serial: str
    kind: Kind
    let_in: bool
    """Whether the kiosk's list of devices has it; no driver works on one that is refused."""
    lines: tuple[Line, ...] = ()
    roles: tuple[str, ...] = ()
    """What kioskd.txt has it as: ``pinpad``."""


def plugged_in(root: Path = Path("/")) -> tuple[Plugged, ...]:
    """Return what is plugged in, by port path: also the board's own hubs, and what is refused."""
    devices = sorted((root / "sys/bus/usb/devices").glob("*"))
    roles = dict(_roles(root / "dev/kiosk"))
    found = [_device(path, roles) for path in devices if _is_device(path)]
    return tuple(sorted(found, key=lambda one: [int(part) for part in one.port.split(".")]))


def refused(found: Sequence[Plugged]) -> tuple[Plugged, ...]:
    """Return those that the kiosk does not let in."""
    return tuple(one for one in found if not one.let_in)


def _is_device(path: Path) -> bool:
    """Tell a device from its interfaces (``1-1.2:1.0``) and from the board's controllers."""
    return ":" not in path.name and _text(path / "devpath") not in ("", "0")


def _device(path: Path, roles: dict[str, str]) -> Plugged:
    lines = tuple(_lines(path))
    return Plugged(
        port=_text(path / "devpath"),
        usb_id=f"{_text(path / 'idVendor')}:{_text(path / 'idProduct')}",
        name=" ".join(filter(None, (_text(path / "manufacturer"), _text(path / "product")))),
        serial=_text(path / "serial"),
        kind=_kind(path, has_lines=bool(lines)),
        let_in=_text(path / "authorized") != "0",
        lines=lines,
        roles=tuple(roles[line.device] for line in lines if line.device in roles),
    )


def _lines(path: Path) -> Iterator[Line]:
    """Yield the serial lines, as usb-serial (``ttyUSB0/tty/ttyUSB0``) and CDC-ACM hang them up."""
    for interface in sorted(path.glob("*:*.*")):
        number = int(_text(interface / "bInterfaceNumber") or "0", 16)
        for name in sorted({found.name for found in interface.glob("**/tty/tty*")}):
            yield Line(name, number)


def _kind(path: Path, *, has_lines: bool) -> Kind:
    if has_lines:
        return Kind.SERIAL
    classes = set(interface_classes(_bytes(path / "descriptors")))
    if any(path.glob("*:*.*/net/*")):
        return Kind.NETWORK
    return next((kind for number, kind in CLASSES.items() if number in classes), Kind.OTHER)


def interface_classes(descriptors: bytes) -> Iterator[int]:
    """Yield the class of each interface; the kernel keeps them even of a device it refuses."""
    at = 0
    while at + 2 <= len(descriptors):
        length, kind = descriptors[at], descriptors[at + 1]
        if length < 2:  # not descriptors
            return
        if kind == INTERFACE_DESCRIPTOR and at + 6 <= len(descriptors):
            yield descriptors[at + 5]
        at += length


def _roles(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield serial lines and the role that udev's links give them."""
    for link in sorted(folder.glob("*")):
        if link.is_symlink() and not link.name.startswith(PORT_NAME):
            yield link.readlink().name, link.name


def _text(path: Path) -> str:
    return _bytes(path).decode("utf-8", "replace").strip("\0 \n")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

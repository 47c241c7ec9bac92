"""Which machine this is, from what the kernel says; what it does not say is empty."""

import fcntl
import socket
import struct
import tomllib
from dataclasses import dataclass
from pathlib import Path

from kioskd.domain.notice import WhichKiosk
from kioskd.update.slots import software_version

SIOCGIFADDR = 0x8915
"""``linux/sockios.h``: an interface's IPv4 address."""
SLOT_WORD = "kioskd.slot="


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look; tests look elsewhere."""

    config: Path = Path("/etc/kioskd/kioskd.toml")
    root: Path = Path("/")
    """Of ``proc`` and ``sys``."""


def this_kiosk(places: Places) -> WhichKiosk:
    """Return what is known of this machine. Never raises: it is asked when all else failed."""
    slot = slot_of(_text(places.root / "proc/cmdline"))
    software = f"{software_version()} {slot}".strip()
    return WhichKiosk(
        kiosk=_kiosk_id(places.config),
        serial=_text(places.root / "sys/firmware/devicetree/base/serial-number"),
        address=address_of_this_machine(),
        software=software,
    )


def slot_of(command_line: str) -> str:
    """Return the root file system that runs: ``a`` or ``b``; empty where there are none."""
    words = command_line.split()
    return next((w.removeprefix(SLOT_WORD) for w in words if w.startswith(SLOT_WORD)), "")


def address_of_this_machine() -> str:
    """Return the first IPv4 address that is not the machine's own loop; empty without a network."""
    for _, name in socket.if_nameindex():
        address = _address_of(name)
        if address and not address.startswith("127."):
            return address
    return ""


def _address_of(interface: str) -> str:
    wanted = struct.pack("256s", interface.encode()[:15])
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            answer = fcntl.ioctl(asked, SIOCGIFADDR, wanted)
    except OSError:  # it has none, or nobody here may ask
        return ""
    return socket.inet_ntoa(answer[20:24])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0 \n")
    except OSError:
        return ""


def _kiosk_id(config: Path) -> str:
    try:
        table = tomllib.loads(_text(config))
    except tomllib.TOMLDecodeError:
        return ""
    kiosk = table.get("kiosk")
    return str(kiosk.get("id", "")) if isinstance(kiosk, dict) else ""

"""Which socket is which device: names under /dev/kiosk that stay when something is plugged anew.

The image's own rules give every serial device ``KIOSK_PORT=usb-<port path>`` and a link of that
name; these rules, made from kioskd.txt, add the role's.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

ROLES: Final[Mapping[str, str]] = {
    "pin_pad": "pinpad",
    "id_reader": "id-reader",
    "receipt_printer": "receipt-printer",
}
FOLDER: Final = "/dev/kiosk"
RULES_FILE: Final = "71-kioskd-site.rules"


def path_of(role: str, port: str) -> str:
    """Return the path by which the kiosk opens a device; one that was written is taken as it is."""
    return f"{FOLDER}/{ROLES[role]}" if port.startswith("usb-") else port


def rules(ports: Mapping[str, str]) -> str:
    """Return the udev rules for the sockets of these roles."""
    lines = ["# Made from kioskd.txt at every boot.\n"]
    for role, port in ports.items():
        where = _is_port(port)
        if where:
            lines.append(f'SUBSYSTEM=="tty", {where}, SYMLINK+="kiosk/{ROLES[role]}"\n')
    return "".join(lines)


def _is_port(port: str) -> str:
    """Return how udev knows a socket; a device of the board goes by the kernel's name."""
    if port.startswith("usb-"):
        return f'ENV{{KIOSK_PORT}}=="{port}"'
    path = PurePosixPath(port)
    return f'KERNEL=="{path.name}"' if path.parent == PurePosixPath("/dev") else ""

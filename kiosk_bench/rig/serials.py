"""The allow-list: a rig whose parts are not those of its file is not driven, nor charged."""

from collections.abc import Iterator

from kiosk_bench.needs import Need
from kiosk_bench.rig.commands import KioskShell
from kiosk_bench.rig.file import TABLES, Rig


class WrongRig(Exception):
    """Something else is plugged in than rig.toml allows; the text names both, a line each."""


async def check_serials(rig: Rig, shell: KioskShell) -> None:
    """Compare board and devices with the file. Raises WrongRig, CommandFailed."""
    wrong = []
    for what, file, allowed in _listed(rig):
        there = await shell.read(file)
        if there != allowed:
            told = f"there is {there!r}" if there else "nothing is there that has one"
            wrong.append(f"{what}: rig.toml allows serial number {allowed!r}, {told}")
    if wrong:
        raise WrongRig("\n".join(wrong))


def _listed(rig: Rig) -> Iterator[tuple[str, str, str]]:
    """Yield name, file of the serial number on the kiosk, and what it must hold."""
    yield f"the kiosk at {rig.kiosk.address}", rig.kiosk.serial_file, rig.kiosk.serial
    devices = {
        Need.CARD: rig.card,
        Need.ID_READER: rig.id_reader,
        Need.PIN_PAD: rig.pin_pad,
        Need.RECEIPT: rig.receipt_printer,
    }
    for need, table in devices.items():
        if table is not None:
            name = f"the {TABLES[need][0]} at USB port {table.usb}"
            yield name, f"{rig.kiosk.usb}/{table.usb}/serial", table.serial

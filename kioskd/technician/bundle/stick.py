"""A USB stick: let in for the time of one file, written without mounting it, read back, shut out.

The kiosk refuses storage; only this command, as root, lets in one stick that is plugged. Its FAT is
written by mtools, in the command's own process: no file system of a stranger reaches the kernel.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kioskd.domain.stick import StickFault
from kioskd.errors import KioskError
from kioskd.technician.doctor.machine import Machine

STORAGE: Final = 0x08
_INTERFACE: Final = 4
"""USB 2.0, table 9-5: the type of an interface's descriptor; its class is the sixth byte."""
FOUND_WITHIN_S: Final = 15.0
LOOK_S: Final = 0.2
DEVICES: Final = "/sys/bus/usb/devices"


class StickError(KioskError):
    """No stick could be written; ``fault`` says why."""

    def __init__(self, fault: StickFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Stick:
    """A stick's file system: ``/dev/sda1``."""

    device: str


def write_to_stick(machine: Machine, name: str, data: bytes, memory: Path) -> Stick:
    """Write one file to the stick that is plugged and read it back, by way of ``memory``.

    Raises StickError, and OSError where memory is full.
    """
    port = _plugged(machine)
    was_refused = machine.read(f"{port}/authorized") == "0"
    if was_refused:
        machine.run("modprobe", "usb-storage")  # in its unit systemd has done it before
        _allow(machine, port, "1")
    try:
        stick = _file_system(machine, port)
        put_file(stick, name, data, memory)
    finally:
        if was_refused:
            _allow(machine, port, "0")
            machine.run("modprobe", "--remove", "usb-storage")
    return stick


def put_file(stick: Stick, name: str, data: bytes, memory: Path) -> None:
    """Write by mtools and compare what is there then. ``memory`` is a folder in memory.

    Raises StickError.
    """
    given, back = memory / f"{name}.out", memory / f"{name}.in"
    given.touch(mode=0o600)
    given.write_bytes(data)
    try:
        _mtools("mcopy", "-o", "-i", stick.device, str(given), f"::{name}")
        os.sync()
        _mtools("mcopy", "-n", "-i", stick.device, f"::{name}", str(back))
        if back.read_bytes() != data:
            raise StickError(StickFault.DIFFERS)
    finally:
        given.unlink()
        back.unlink(missing_ok=True)


def _plugged(machine: Machine) -> str:
    """Return the port of the only stick. Raises StickError."""
    found = [
        device
        for device in (
            name.removesuffix("/descriptors") for name in machine.found(f"{DEVICES}/*/descriptors")
        )
        if is_storage(machine.at(f"{device}/descriptors"))
    ]
    if not found:
        raise StickError(StickFault.NONE_PLUGGED)
    if len(found) > 1:
        raise StickError(StickFault.SEVERAL_PLUGGED)
    return found[0]


def is_storage(descriptors: Path) -> bool:
    """Tell whether a device has an interface of mass storage, by its raw descriptors."""
    try:
        data = descriptors.read_bytes()
    except OSError:
        return False
    at = 0
    while at + 1 < len(data) and data[at] >= 2:
        length, kind = data[at], data[at + 1]
        if kind == _INTERFACE and at + 5 < len(data) and data[at + 5] == STORAGE:
            return True
        at += length
    return False


def _allow(machine: Machine, port: str, answer: str) -> None:
    try:
        machine.at(f"{port}/authorized").write_text(answer, encoding="ascii")
    except PermissionError:
        raise StickError(StickFault.NOT_ROOT) from None
    except OSError:
        raise StickError(StickFault.PULLED) from None


def _file_system(machine: Machine, port: str) -> Stick:
    """Wait for the stick's disk; return its first partition, or the whole disk without any."""
    until = time.monotonic() + FOUND_WITHIN_S
    while True:
        for disk in machine.found(f"{port}/*/host*/target*/*/block/*"):
            parts = machine.found(f"{disk}/{disk.rsplit('/', 1)[1]}[0-9]*")
            return Stick(f"/dev/{(parts or [disk])[0].rsplit('/', 1)[1]}")
        if time.monotonic() > until:
            raise StickError(StickFault.NO_DISK)
        time.sleep(LOOK_S)


def _mtools(*words: str) -> None:
    if Machine().run(*words) is None:
        raise StickError(StickFault.NOT_WRITTEN)

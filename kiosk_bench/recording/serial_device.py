"""A real device on a serial line, opened as kioskd opens it: pyserial sets it, trio waits on it.

8 data bits, no flow control, exclusive. Unlike kioskd's, this end comes back: the cable may be
pulled and put back while a recording runs.
"""

import os
import termios
from contextlib import suppress
from dataclasses import dataclass

import serial
import trio
from serial.tools.list_ports import comports

from kiosk_bench.devices.pty_port import read_some, write_all

LOOK_AGAIN_S = 0.25
PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
_CONTROL_CHARACTERS = 6
"""Where termios' attribute list keeps them."""


@dataclass(frozen=True, slots=True)
class SerialLine:
    """Where the device is and how its line is set."""

    path: str
    baud: int
    parity: str = "none"
    """One of ``PARITIES``."""
    stop_bits: int = 1


class NoDevice(Exception):
    """The line cannot be opened; the text says why."""


class SerialDevice:
    """An open line. Both calls raise ``pty_port.Unplugged`` when it is gone."""

    def __init__(self, line: serial.Serial) -> None:
        self._line = line
        self._descriptor: int = line.fileno()
        os.set_blocking(self._descriptor, False)

    async def receive_some(self) -> bytes:
        """Return the device's next bytes."""
        return await read_some(self._descriptor)

    async def send_all(self, data: bytes) -> None:
        """Send to the device."""
        await trio.lowlevel.checkpoint()
        await write_all(self._descriptor, data)

    def close(self) -> None:
        """Let the line go, throwing unsent bytes away."""
        trio.lowlevel.notify_closing(self._descriptor)
        with suppress(OSError, termios.error):
            self._line.reset_output_buffer()
        self._line.close()


def open_device(wanted: SerialLine) -> SerialDevice:
    """Open the line, throwing away what had come before. Raises NoDevice."""
    try:
        line = serial.Serial(
            port=wanted.path,
            baudrate=wanted.baud,
            parity=PARITIES[wanted.parity],
            stopbits=wanted.stop_bits,
            timeout=0,
            write_timeout=0,
            exclusive=True,
        )
    except (OSError, termios.error, ValueError) as fault:
        raise NoDevice(f"{wanted.path}: {fault}") from fault
    try:
        # pyserial sets VMIN=0, where "nothing yet" and "unplugged" both read as no bytes.
        attributes = termios.tcgetattr(line.fileno())
        attributes[_CONTROL_CHARACTERS][termios.VMIN] = 1
        termios.tcsetattr(line.fileno(), termios.TCSANOW, attributes)
        line.reset_input_buffer()
    except (OSError, termios.error) as fault:
        line.close()
        raise NoDevice(f"{wanted.path}: {fault}") from fault
    return SerialDevice(line)


async def wait_device(wanted: SerialLine) -> SerialDevice:
    """Open the line as soon as it is there."""
    while True:
        try:
            return open_device(wanted)
        except NoDevice:
            await trio.sleep(LOOK_AGAIN_S)


def described_port(path: str) -> dict[str, str]:
    """Return what the system knows of the adapter behind a port, for a recording's header."""
    real = os.path.realpath(path)
    for port in comports(include_links=True):
        if port.device in (path, real) and port.hwid not in ("", "n/a"):
            return {"port": path, "adapter": f"{port.description}, {port.hwid}"}
    return {"port": path}

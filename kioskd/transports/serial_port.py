"""A serial line: pyserial opens and configures it, trio waits on its descriptor.

The only home of pyserial. Always 8 data bits, no parity, no flow control, and exclusive: two
readers on one line steal each other's bytes. pyserial itself tolerates a line without RTS and DTR
(a pseudo-terminal answers ENOTTY), and this module never touches them afterwards.
"""

import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import serial
import trio

from kioskd import log
from kioskd.errors import DeviceUnavailable

_CHUNK_BYTES = 4096
_CONTROL_CHARACTERS = 6
"""Where termios' attribute list keeps them."""


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Where the line is and how it is set; ``device`` is the role named in errors."""

    path: str
    baud: int
    stop_bits: int = 1
    device: str = "serial"


async def open_serial(settings: SerialSettings) -> "SerialPort":
    """Open the line and throw away what had arrived before. Raises DeviceUnavailable."""
    await trio.lowlevel.checkpoint()
    with _faults_of(settings.device):
        line = serial.Serial(
            port=settings.path,
            baudrate=settings.baud,
            stopbits=settings.stop_bits,
            timeout=0,
            write_timeout=0,
            exclusive=True,
        )
        try:
            _make_silence_distinct_from_end(line.fileno())
            line.reset_input_buffer()
        except (OSError, termios.error):
            line.close()
            raise
    return SerialPort(line, settings.device)


class SerialPort:
    """An open serial line; fulfils ``contract.ByteStream``; ``async with`` closes it."""

    def __init__(self, line: serial.Serial, device: str) -> None:
        self._line = line
        self._device = device
        self._descriptor: int = line.fileno()
        self._closed = False

    async def receive_some(self) -> bytes:
        """Return the next bytes, at least one. Raises DeviceUnavailable when the line is gone."""
        with _faults_of(self._device):
            while True:
                await trio.lowlevel.wait_readable(self._open_descriptor())
                try:
                    data = os.read(self._open_descriptor(), _CHUNK_BYTES)
                except BlockingIOError:
                    continue
                break
        if not data:
            raise DeviceUnavailable(self._device, "the line has ended")
        log.traffic(f"{self._device}.received", data)
        return data

    async def send_all(self, data: bytes) -> None:
        """Return when the system has taken every byte. Raises DeviceUnavailable."""
        await trio.lowlevel.checkpoint()
        log.traffic(f"{self._device}.sent", data)
        rest = memoryview(data)
        with _faults_of(self._device):
            while rest:
                try:
                    rest = rest[os.write(self._open_descriptor(), rest) :]
                except BlockingIOError:
                    await trio.lowlevel.wait_writable(self._open_descriptor())

    async def aclose(self) -> None:
        """Close the line, throwing unsent bytes away; harmless when repeated."""
        self._close()
        await trio.lowlevel.checkpoint()

    def _close(self) -> None:
        if self._closed:
            return
        self._closed = True
        trio.lowlevel.notify_closing(self._descriptor)
        with suppress(OSError, termios.error):
            # Closing waits up to 30 s for unsent bytes to leave an adapter that is stuck.
            self._line.reset_output_buffer()
        self._line.close()

    def _open_descriptor(self) -> int:
        if self._closed:
            raise DeviceUnavailable(self._device, "closed")
        return self._descriptor

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()


def _make_silence_distinct_from_end(descriptor: int) -> None:
    # pyserial sets VMIN=0, where "nothing yet" and "unplugged" both read as no bytes.
    attributes = termios.tcgetattr(descriptor)
    attributes[_CONTROL_CHARACTERS][termios.VMIN] = 1
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)


@contextmanager
def _faults_of(device: str) -> Iterator[None]:
    # SerialException is an OSError; an unplugged line raises either, a closed one trio's error.
    try:
        yield
    except (OSError, termios.error) as fault:
        raise DeviceUnavailable(device, _reason(fault)) from fault
    except trio.ClosedResourceError as fault:
        raise DeviceUnavailable(device, "closed") from fault


def _reason(fault: BaseException) -> str:
    number = getattr(fault, "errno", None) or (fault.args[0] if fault.args else None)
    return os.strerror(number) if isinstance(number, int) else type(fault).__name__

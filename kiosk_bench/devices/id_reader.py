"""A simulated resident ID reader: a SAM_V module on a serial line, with its own framing.

Faults, while their name is in ``faults``: ``id_reader.silent`` answers nothing, ``id_reader.noise``
puts rubbish before each answer, ``id_reader.torn_frame`` loses the second half of each reading,
``id_reader.wrong_checksum`` spoils each reading's last byte.
"""

import struct
from collections.abc import Container
from enum import Enum

import trio

from kiosk_bench.devices.id_card_layouts import IdCardPersona, text_block
from kiosk_bench.devices.port import ServedPort
from kiosk_bench.wirelog import WireLog

FAULTS = (
    "id_reader.silent",
    "id_reader.noise",
    "id_reader.torn_frame",
    "id_reader.wrong_checksum",
)
_START = b"\xaa\xaa\xaa\x96\x69"
_NOISE = b"\x00\xff\xaa\xaa" + _START + b"\xff\xff" + b"\xaa\x96"
"""A lone preamble with an impossible length, and pieces of another."""
_SAM_ID = struct.pack("<HHIII", 5, 1, 20200101, 12345, 67890)
_PHOTO = bytes(1024)

_OK, _FOUND, _NO_CARD, _NOT_SELECTED, _NOT_READ = 0x90, 0x9F, 0x80, 0x81, 0x41
_BAD_CHECKSUM, _BAD_COMMAND, _ABSENT = 0x10, 0x21, 0x91


class _Progress(Enum):
    LYING = 0
    FOUND = 1
    SELECTED = 2
    READ = 3


class IdReaderPeer:
    """The reader on ``port``. ``found_again``: whether a card that was read is found once more."""

    def __init__(
        self,
        port: ServedPort,
        log: WireLog,
        faults: Container[str] = (),
        found_again: bool = True,
    ) -> None:
        self.port = port
        self._log = log
        self._faults = faults
        self._card: IdCardPersona | None = None
        self._progress = _Progress.LYING
        self._received = b""
        self.found_again = found_again
        self._seen_empty = trio.Event()
        self._seen_empty.set()

    @property
    def card(self) -> IdCardPersona | None:
        """The card that lies on the reader."""
        return self._card

    def put_card(self, persona: IdCardPersona) -> None:
        """Put a card down, in place of one that lies there."""
        self._card, self._progress = persona, _Progress.LYING
        self._log.write("!", f"card put down {persona.masked}")

    def take_card(self) -> None:
        """Take the card away."""
        self._card, self._seen_empty = None, trio.Event()
        self._log.write("!", "card taken away")

    async def seen_empty(self) -> None:
        """Return once the kiosk has seen that the last card was taken away.

        It lets nobody in by a card that may still lie there from the visit before.
        """
        await self._seen_empty.wait()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Plug in and answer for ever."""
        self.port.plug()
        task_status.started()
        await self.port.serve(self._converse)

    async def _converse(self) -> None:
        self._received = b""
        while True:
            self._received += await self.port.receive_some()
            while (body := self._next_request()) is not None:
                await self._answer(body)

    def _next_request(self) -> bytes | None:
        start = self._received.find(_START)
        if start < 0:
            self._received = self._received[-4:]
            return None
        frame = self._received[start:]
        whole = 7 + int.from_bytes(frame[5:7], "big") if len(frame) >= 7 else 7
        if len(frame) < max(whole, 8):
            return None
        self._received = frame[whole:]
        return frame[5:whole]

    async def _answer(self, counted: bytes) -> None:
        self._log.write(">", counted[2:-1].hex(" "))
        if "id_reader.silent" in self._faults:
            return
        status, data = self._act(counted)
        self._log.write("<", f"{status:02x} and {len(data)} bytes")
        frame = _framed(status, data)
        if len(data) > len(_SAM_ID):
            frame = self._spoiled(frame)
        if "id_reader.noise" in self._faults:
            frame = _NOISE + frame
        await self.port.send_all(frame)

    def _spoiled(self, frame: bytes) -> bytes:
        if "id_reader.torn_frame" in self._faults:
            return frame[: len(frame) // 2]
        if "id_reader.wrong_checksum" in self._faults:
            return frame[:-1] + bytes([frame[-1] ^ 0xFF])
        return frame

    def _act(self, counted: bytes) -> tuple[int, bytes]:
        check = 0
        for byte in counted:
            check ^= byte
        if check:
            return _BAD_CHECKSUM, b""
        match counted[2:-1]:
            case b"\x10\xff" | b"\x11\xff":
                return _OK, b""
            case b"\x12\xff":
                return _OK, _SAM_ID
            case b"\x20\x01":
                return self._find()
            case b"\x20\x02":
                return self._select()
            case b"\x30\x01":
                return self._read()
            case b"\x30\x03":
                return _ABSENT, b""
            case _:
                return _BAD_COMMAND, b""

    def _find(self) -> tuple[int, bytes]:
        if self._card is None:
            self._seen_empty.set()
        used_up = self._progress is _Progress.READ and not self.found_again
        if self._card is None or used_up:
            return _NO_CARD, b""
        self._progress = _Progress.FOUND
        return _FOUND, bytes(4)

    def _select(self) -> tuple[int, bytes]:
        if self._card is None or self._progress is not _Progress.FOUND:
            return _NOT_SELECTED, b""
        self._progress = _Progress.SELECTED
        return _OK, bytes(8)

    def _read(self) -> tuple[int, bytes]:
        if self._card is None or self._progress is not _Progress.SELECTED:
            return _NOT_READ, b""
        self._progress = _Progress.READ
        text = text_block(self._card)
        return _OK, struct.pack(">HH", len(text), len(_PHOTO)) + text + _PHOTO


def _framed(status: int, data: bytes) -> bytes:
    counted = struct.pack(">H", len(data) + 4) + bytes([0, 0, status]) + data
    check = 0
    for byte in counted:
        check ^= byte
    return _START + counted + bytes([check])

"""The social security card in an emulated USB reader: the guest's own pcscd and driver read it.

QEMU's reader (``usb-ccid`` with ``ccid-card-passthru``) hands each command to a client, by the
VSCard protocol: a header of three big-endian words (type, reader, length) and the body. Source:
libcacard's ``vscard_common.h``, version 0.0.2.
"""

import struct
from pathlib import Path

import trio

from kiosk_bench.devices.card_os import CardOs
from kiosk_bench.devices.social_card import VirtualSocialCard
from kiosk_bench.wirelog import WireLog

HEADER = struct.Struct(">III")
INIT, ERROR, READER_ADD, ATR, CARD_REMOVE, APDU = 1, 2, 3, 5, 6, 7
NO_READER, FIRST_READER = 0xFFFFFFFF, 0
HELLO = b"VSCD" + struct.pack(">II", 2, 0)
"""Magic, version 0.0.2, no capabilities."""
LOOK_S = 0.1
HAND_S = 0.02


class CcidSocialCard(VirtualSocialCard):
    """The slot as the citizen sees it; the reader behind it is USB, and may go with its machine."""

    def __init__(self, path: Path, log: WireLog, faults: set[str]) -> None:
        super().__init__(0, log, faults)
        self._path = path
        self._plugged = False

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Be plugged into whatever machine there is, until cancelled."""
        task_status.started()
        while True:
            try:
                stream = await trio.open_unix_socket(str(self._path))
            except OSError:
                await trio.sleep(LOOK_S)
                continue
            self._plugged = True
            try:
                await self._be_plugged_in(stream)
            except* (trio.BrokenResourceError, trio.ClosedResourceError):
                self.log.write("!", "the reader's machine is gone")
            self._plugged = False
            self._part_without_reader()
            await trio.aclose_forcefully(stream)

    async def _be_plugged_in(self, stream: trio.SocketStream) -> None:
        await stream.send_all(_message(INIT, NO_READER, HELLO))
        await stream.send_all(_message(READER_ADD, NO_READER, b"social security card\x00"))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._follow_hand, stream)
            nursery.start_soon(self._answer_all, stream)

    async def _follow_hand(self, stream: trio.SocketStream) -> None:
        """Tell the reader when a card comes and goes."""
        told: CardOs | None = None
        while True:
            chip = self._chip
            if chip is not told and told is not None:
                await stream.send_all(_message(CARD_REMOVE, FIRST_READER))
                self._out.set()
            if chip is not told and chip is not None:
                await stream.send_all(_message(ATR, FIRST_READER, chip.persona.atr))
                self._seen.set()
            told = chip
            await trio.sleep(HAND_S)

    def _take_out(self, how: str) -> None:
        super()._take_out(how)
        self._part_without_reader()

    def _part_without_reader(self) -> None:
        """A card that lies in no reader is out as soon as it is taken."""
        if not self._plugged and self._chip is None:
            self._out.set()

    async def _answer_all(self, stream: trio.SocketStream) -> None:
        while True:
            kind, reader, length = HEADER.unpack(await _exactly(stream, HEADER.size))
            body = await _exactly(stream, length)
            if kind != APDU or self._chip is None:
                continue  # its greeting, and its answers to what we told
            answer = self._answer_command(self._chip, body)
            if answer is not None:
                await stream.send_all(_message(APDU, reader, answer))


def _message(kind: int, reader: int, body: bytes = b"") -> bytes:
    return HEADER.pack(kind, reader, len(body)) + body


async def _exactly(stream: trio.SocketStream, count: int) -> bytes:
    """Return ``count`` bytes. Raises BrokenResourceError when the machine is gone."""
    data = b""
    while len(data) < count:
        part = await stream.receive_some(count - len(data))
        if not part:
            raise trio.BrokenResourceError
        data += part
    return data

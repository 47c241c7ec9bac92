"""The simulated PIN pad's end of the line: kiosk's commands and answers come apart here."""

import trio

from kiosk_bench.devices.pinpad_numbers import Numbers
from kiosk_bench.devices.port import Port
from kiosk_bench.devices.pty_port import Unplugged
from kiosk_bench.wirelog import WireLog
from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import Authorisation
from kioskd.protocols.zvt_frames import Block, Deframer
from kioskd.protocols.zvt_link import ApduReceived, LinkLimits, TransmissionFailed, ZvtLink
from kioskd.protocols.zvt_messages import Answer, parse_apdu

NOISE = b"\x00\xa5\x06\x10\x02\x33\x10\x44\x10"
"""A false acknowledgement and a block that never ends, right before a true one."""
LIMITS = LinkLimits(acknowledge_s=2.0)
ANSWER_WITHIN_S = 5.0
"""T3."""
WRITE_LIMIT_S = 2.0
_QUEUE = 32


class KioskGone(Exception):
    """The kiosk does not take what it is sent: cable pulled, or its program has died."""


class PinPadWire:
    """One plugging-in of the cable. ``run`` must run beside the calls and ends with it."""

    def __init__(self, port: Port, faults: set[str], log: WireLog) -> None:
        self._port, self._faults, self._log = port, faults, log
        self._link = ZvtLink(LIMITS)
        self._numbers = Numbers()
        self._eavesdrop = Deframer()
        self._nak_given = False
        self._tell_command, self.commands = trio.open_memory_channel[bytes](_QUEUE)
        self._tell_answer, self._answers = trio.open_memory_channel[Answer](_QUEUE)
        self._moved = trio.Event()
        self._gone = trio.Event()
        self._undelivered = False
        self._sent_last = b""

    async def run(self) -> None:
        """Keep bytes and time flowing until the cable is pulled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen)
            nursery.start_soon(self._keep_time)
            await self._gone.wait()
            nursery.cancel_scope.cancel()

    async def wait_gone(self) -> None:
        """Return when the cable was pulled."""
        await self._gone.wait()

    def number(self) -> None:
        """Number the messages from the next command on (TLV 1F73)."""
        self._numbers.begin()

    async def send(self, apdu: bytes) -> None:
        """Send a message once the one before was acknowledged. Raises KioskGone."""
        answer = apdu[0] in (0x80, 0x84)
        while self._link.busy and not answer:
            await self._wait_moved()
        self._check()
        apdu = self._numbers.outgoing(apdu)
        self._log.write("<", apdu.hex(" "))
        self._sent_last = apdu
        self._link.send(apdu, trio.current_time())
        await self._flush()

    async def answer(self, within_s: float) -> Answer:
        """Return the kiosk's answer to what was sent last. Raises KioskGone after ``within_s``."""
        with trio.move_on_after(within_s):
            while True:
                try:
                    return self._answers.receive_nowait()
                except trio.WouldBlock:
                    self._check()
                    await self._wait_moved()
        raise KioskGone

    async def ask(self, apdu: bytes, within_s: float = ANSWER_WITHIN_S) -> Answer:
        """Send a message and return the kiosk's answer to it. Raises KioskGone."""
        self.forget_answers()
        await self.send(apdu)
        return await self.answer(within_s)

    def forget_answers(self) -> None:
        """Throw away late answers to something else: what comes next is asked for anew."""
        while True:
            try:
                self._answers.receive_nowait()
            except trio.WouldBlock:
                return

    def _check(self) -> None:
        undelivered, self._undelivered = self._undelivered, False
        if self._gone.is_set() or undelivered:
            raise KioskGone

    async def _wait_moved(self) -> None:
        await self._moved.wait()

    async def _listen(self) -> None:
        try:
            while True:
                data = self._spoil(await self._port.receive_some())
                if "pinpad.silent" in self._faults:
                    continue
                self._link.receive(data, trio.current_time())
                await self._advance()
        except Unplugged:
            self._lose()

    def _spoil(self, data: bytes) -> bytes:
        """Damage the first authorisation so that the link refuses it with 15."""
        blocks = [it for it in self._eavesdrop.receive(data) if isinstance(it, Block)]
        charges = any(it.apdu[:2] == Authorisation.control for it in blocks)
        if charges and "pinpad.nak_first" in self._faults and not self._nak_given:
            self._nak_given = True
            return data[:-1] + bytes([data[-1] ^ 0xFF])
        return data

    async def _keep_time(self) -> None:
        while True:
            moved, due = self._moved, self._link.deadline()
            with trio.move_on_at(float("inf") if due is None else due):
                await moved.wait()
            self._link.tick(trio.current_time())
            await self._advance()

    async def _advance(self) -> None:
        while (event := self._link.next_event()) is not None:
            if isinstance(event, ApduReceived):
                self._sort(event.apdu)
            elif isinstance(event, TransmissionFailed) and event.apdu == self._sent_last:
                self._undelivered = True
        await self._flush()

    def _sort(self, apdu: bytes) -> None:
        self._log.write(">", apdu.hex(" "))
        try:
            message = parse_apdu(apdu) if apdu[:1] in (b"\x80", b"\x84") else None
            if isinstance(message, Answer):
                if self._numbers.is_ours(apdu):
                    self._tell_answer.send_nowait(message)
            elif (again := self._numbers.repeated(apdu)) is None:
                self._undelivered = False
                self._tell_command.send_nowait(apdu)
            elif again:
                self._link.send(again, trio.current_time())
        except (ProtocolViolation, trio.WouldBlock):
            self._log.write("!", "dropped")

    async def _flush(self) -> None:
        data = self._link.bytes_to_send()
        self._move()
        if not data:
            return
        if "pinpad.noise" in self._faults and len(data) > 1:
            data = NOISE + data
        try:
            # What is cancelled (a command that ended) must not tear what it was just saying.
            with trio.move_on_after(WRITE_LIMIT_S, shield=True):
                await self._port.send_all(data)
        except Unplugged:
            self._lose()

    def _lose(self) -> None:
        self._gone.set()
        self._move()

    def _move(self) -> None:
        self._moved.set()
        self._moved = trio.Event()

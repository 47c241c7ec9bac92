"""A ZVT PIN pad as a peer on a serial line, with a person, a bank and books of its own.

It behaves as PA00P015 rev 13.08 says. Its faults and its lies are the names beginning with
``pinpad.`` in ``kiosk_bench.faults``; they may change while it runs. When its books are new they
hold one committed charge of one fen, the technician's. All cards are made up; numbers go over the
wire masked.
"""

import trio

from kiosk_bench.devices.pinpad_base import TERMINAL_ID
from kiosk_bench.devices.pinpad_bookkeeping import BookKeeping
from kiosk_bench.devices.pinpad_charging import ASKING_HOST, Charging
from kiosk_bench.devices.pinpad_wire import KioskGone, PinPadWire
from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import (
    CNY,
    Abort,
    Authorisation,
    Command,
    Diagnosis,
    DisplayText,
    EndOfDay,
    LogOff,
    Registration,
    RepeatReceipt,
    Reversal,
    StatusEnquiry,
    TurnoverTotals,
    parse_command,
)
from kioskd.protocols.zvt_fields import apdu
from kioskd.protocols.zvt_messages import (
    ACCEPTED,
    NOT_SUPPORTED,
    NOT_YET,
    Answer,
    Completion,
    StatusReport,
)
from kioskd.protocols.zvt_sequence import ASKING, sequence_of, tagged
from kioskd.protocols.zvt_words import NOT_REGISTERED, PLEASE_WAIT, WRONG_CURRENCY

AUTOMATIC_DAY_END = 0x0F
HOUSEKEEPING_STEP_S = 2.0
ABOUT_TO_BE_FREE_S = 0.02


class PinPadPeer(Charging, BookKeeping):
    """The device; ``run`` is its power supply, the rest is for whoever tells a story."""

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Be plugged in and serve for ever. What an earlier run left uncommitted is reversed."""
        if self.books.new:
            self.books.commission(*self.now())
        for charge in self.books.uncommitted():
            self.give_back(charge)
        self.port.plug()
        task_status.started()
        async with trio.open_nursery() as self._background:
            while True:
                await self.port.wait_plugged()
                self._wire = PinPadWire(self.port, self._faults, self._log)
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._work)
                    await self._wire.run()
                    nursery.cancel_scope.cancel()

    async def _work(self) -> None:
        self._early: bytes | None = None
        async for first in self._wire.commands:
            raw: bytes | None = first
            while raw is not None:
                self._jobs += 1
                try:
                    await self._obey(raw)
                except KioskGone:
                    self._log.write("!", "kiosk gone")
                finally:
                    self._jobs -= 1
                raw, self._early = self._early, None

    async def _obey(self, raw: bytes) -> None:
        try:
            command = parse_command(raw)
        except ProtocolViolation:
            await self._wire.send(NOT_SUPPORTED.to_apdu())
            return
        if self._is_stranger(command):
            await self._wire.send(Answer(NOT_REGISTERED).to_apdu())
            return
        self._abort = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._refuse_others)
            gone = False
            try:
                await self._serve(command, raw)
            except KioskGone:
                gone = True
            nursery.cancel_scope.cancel()
        if gone:
            raise KioskGone

    def _is_stranger(self, command: Command) -> bool:
        """Tell whether who asks has to log on first; with ``not_registered`` it is forgotten."""
        if isinstance(command, Authorisation) and self.has("not_registered"):
            self._faults.discard("pinpad.not_registered")
            self._registered = False
        open_to_all = isinstance(command, Registration | StatusEnquiry | LogOff | Abort)
        return not (self._registered or open_to_all)

    async def _refuse_others(self) -> None:
        """Answer what comes while a command is running: an abort is noted, the rest must wait."""
        async for raw in self._wire.commands:
            aborting = raw[:2] == Abort.control
            if aborting:
                self._abort.set()
            else:
                self._early = raw  # it was just about to be free: then this is the next command
                await trio.sleep(ABOUT_TO_BE_FREE_S)
                self._early = None
            await self._wire.send((ACCEPTED if aborting else NOT_YET).to_apdu())

    async def _serve(self, command: Command, raw: bytes) -> None:
        match command:
            case Authorisation():
                await self.authorise(command)
            case Reversal():
                await self.reverse(command)
            case Registration():
                await self._register(command, raw)
            case StatusEnquiry():
                await self._tell_status()
            case RepeatReceipt():
                await self.repeat_receipt()
            case TurnoverTotals():
                await self.tell_totals()
            case EndOfDay():
                await self.end_of_day()
            case Diagnosis():
                await self.accept()
                await self.step(ASKING_HOST)
                await self._wire.ask(Completion().to_apdu())
            case LogOff():
                await self.accept()
                self._registered = False
                self._log.write("!", "logged off")
            case Abort():
                await self.accept()
            case DisplayText(lines):
                await self.accept()
                self.display.end(" ".join(lines))
                self._log.write("!", f"shows {' / '.join(lines)}")

    async def _register(self, command: Registration, raw: bytes) -> None:
        foreign = self.has("wrong_currency_at_registration") or command.currency != CNY
        if foreign:
            await self._wire.send(apdu(b"\x84\x1e", bytes([WRONG_CURRENCY])))
            return
        completion = Completion(0, TERMINAL_ID, command.currency).to_apdu()
        numbered = self.has("sequence_ids") and sequence_of(raw) == ASKING
        await self.done(tagged(completion, ASKING) if numbered else completion)
        self._registered = True
        if numbered:
            self._wire.number()

    async def _tell_status(self) -> None:
        await self.accept()
        while self.has("housekeeping"):
            await self.step(AUTOMATIC_DAY_END)
            await trio.sleep(HOUSEKEEPING_STEP_S)
        status = PLEASE_WAIT if self.has("busy") else self.terminal_status
        await self._wire.ask(StatusReport(status).to_apdu())

"""A ZVT PIN pad as a peer on a serial line, with a person, a bank and books of its own.

It behaves as PA00P015 rev 13.08 says: an approval waits for the kiosk's answer; "wait" is asked
again every 2 s; any other refusal, or silence longer than field 01, reverses the charge
(``auto_reverse``; a PIN pad that relies on TLV 1F1F would let it stand).

Faults, by name in the shared set, may change while it runs:
``pinpad.silent_after_approval`` charges and never reports it; ``pinpad.cable_pulled`` pulls the
cable at ``cable_pulled_at`` (``after_command``, ``before_decision`` or ``after_approval``);
``pinpad.lost_completion``; ``pinpad.nak_first`` refuses the first authorisation block;
``pinpad.doubled_approval``; ``pinpad.noise``; ``pinpad.no_repeat_receipt``; ``pinpad.busy``;
``pinpad.wrong_currency``. All cards are made up; numbers go over the wire masked.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import trio

from kiosk_bench.devices.pinpad_books import Charge, PinPadBooks
from kiosk_bench.devices.pinpad_people import Customer, Host, Key
from kiosk_bench.devices.pinpad_wire import KioskGone, PinPadWire
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.wirelog import WireLog
from kioskd.domain.money import Money
from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import (
    CNY,
    Abort,
    Authorisation,
    Command,
    Diagnosis,
    EndOfDay,
    LogOff,
    Registration,
    RepeatReceipt,
    Reversal,
    StatusEnquiry,
    TurnoverTotals,
    parse_command,
)
from kioskd.protocols.zvt_fields import apdu, bitmap
from kioskd.protocols.zvt_messages import (
    ACCEPTED,
    GROUPS,
    NOT_SUPPORTED,
    NOT_YET,
    AbortByTerminal,
    Answer,
    Completion,
    IntermediateStatus,
    StatusInformation,
    StatusReport,
    Totals,
)

TERMINAL_ID = "29001006"
UNIONPAY = 0xC6
MASKED_CARD = bytes.fromhex("622848EEEEEE1234")
"""Field 22 as a careful PIN pad sends it: E for each hidden digit."""
PIN_TRIES = 3
CARD_WITHIN_S = 60.0
ASK_AGAIN_S = 2.0
ACK_TIMEOUT_S = 30
WAITS_MAX = 3
INSERT_CARD, LOOK_AT_PIN_PAD, ASKING_HOST, WRONG_PIN = 0x0A, 0x01, 0x04, 0x15
TRIES_EXCEEDED, SAY_APPROVED, REVERSING = 0x18, 0x1C, 0x05
CANCELLED, HOST_WRONG_PIN = 0x6C, 0x37


class PinPadPeer:
    """The device; ``run`` is its power supply, the rest is for whoever tells a story."""

    def __init__(self, path: Path, books: Path, faults: set[str], log: WireLog) -> None:
        self.port = PtyPort(path)
        self.books = PinPadBooks(books)
        self.customer = Customer()
        self.host = Host()
        self.auto_reverse = True
        self.cable_pulled_at = "after_approval"
        self._faults, self._log = faults, log
        self._hooks: dict[str, Callable[[], Awaitable[None]]] = {}
        self._abort = trio.Event()
        self._wire: PinPadWire

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Be plugged in and serve for ever. What an earlier run left uncommitted is reversed."""
        for charge in self.books.uncommitted():
            self._give_back(charge)
        self.port.plug()
        task_status.started()
        while True:
            await self.port.wait_plugged()
            self._wire = PinPadWire(self.port, self._faults, self._log)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._work)
                await self._wire.run()
                nursery.cancel_scope.cancel()

    def at(self, point: str, act: Callable[[], Awaitable[None]]) -> None:
        """Await ``act`` the next time ``point`` is reached, before anything else happens.

        Points: authorisation_received, approval_sent, approval_acknowledged, completion_sent.
        """
        self._hooks[point] = act

    async def plug_in(self) -> None:
        """Put the cable back."""
        await trio.lowlevel.checkpoint()
        self.port.plug()

    async def pull_cable(self) -> None:
        """Pull the cable."""
        await trio.lowlevel.checkpoint()
        self._log.write("!", "cable pulled")
        self.port.unplug()

    async def _work(self) -> None:
        async for raw in self._wire.commands:
            try:
                await self._obey(raw)
            except KioskGone:
                self._log.write("!", "kiosk gone")

    async def _obey(self, raw: bytes) -> None:
        try:
            command = parse_command(raw)
        except ProtocolViolation:
            await self._wire.send(NOT_SUPPORTED.to_apdu())
            return
        self._abort = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._refuse_others)
            gone = False
            try:
                await self._serve(command)
            except KioskGone:
                gone = True
            nursery.cancel_scope.cancel()
        if gone:
            raise KioskGone

    async def _refuse_others(self) -> None:
        """Answer what comes while a command is running: an abort is noted, the rest must wait."""
        async for raw in self._wire.commands:
            aborting = raw[:2] == Abort.control
            if aborting:
                self._abort.set()
            await self._wire.send((ACCEPTED if aborting else NOT_YET).to_apdu())

    async def _serve(self, command: Command) -> None:
        match command:
            case Authorisation():
                await self._authorise(command)
            case Reversal():
                await self._reverse(command)
            case Registration():
                await self._done(Completion(0, TERMINAL_ID, command.currency).to_apdu())
            case StatusEnquiry():
                status = 0x9C if "pinpad.busy" in self._faults else 0
                await self._done(StatusReport(status).to_apdu())
            case RepeatReceipt():
                await self._repeat_receipt()
            case TurnoverTotals():
                await self._tell_totals()
            case EndOfDay():
                await self._tell_totals()
                self.books.close_batch()
            case Diagnosis():
                await self._accept()
                await self._step(ASKING_HOST)
                await self._wire.ask(Completion().to_apdu())
            case LogOff() | Abort():
                await self._accept()

    async def _accept(self) -> None:
        await self._wire.send(ACCEPTED.to_apdu())

    async def _done(self, *messages: bytes) -> None:
        await self._accept()
        for message in messages:
            await self._wire.ask(message)

    async def _repeat_receipt(self) -> None:
        charge = self.books.last()
        if charge is None or "pinpad.no_repeat_receipt" in self._faults:
            await self._done(Completion().to_apdu())
        else:
            await self._done(_information(charge), Completion().to_apdu())

    async def _tell_totals(self) -> None:
        batch = self.books.batch()
        money = Money(sum(charge.amount_fen for charge in batch))
        others = (*((0, Money(0)),) * (GROUPS - 1), (len(batch), money))
        ends = (batch[0].receipt, batch[-1].receipt) if batch else (0, 0)
        told = StatusInformation(0, money, CNY, totals=Totals(*ends, others))
        await self._done(told.to_apdu(), Completion().to_apdu())

    async def _reverse(self, command: Reversal) -> None:
        await self._accept()
        charge = self.books.find(command.receipt)
        wanted = None if command.amount is None else command.amount.fen
        if charge is None or wanted not in (None, charge.amount_fen):
            await self._refuse(0xB5)
        elif charge.reversed:
            await self._refuse(0xB4)
        else:
            await self._step(ASKING_HOST)
            self.books.reverse(charge)
            self.books.number()
            await self._wire.ask(_information(charge))
            await self._wire.ask(Completion().to_apdu())

    async def _authorise(self, command: Authorisation) -> None:
        await self._reach("authorisation_received")
        if "pinpad.busy" in self._faults:
            await self._wire.send(NOT_YET.to_apdu())
            return
        await self._accept()
        await self._pull_if("after_command")
        if "pinpad.wrong_currency" in self._faults or command.currency != CNY:
            await self._refuse(0x6F)
            return
        refusal = await self._identify() or await self._ask_host()
        if refusal:
            await self._wire.ask(StatusInformation(refusal, terminal_id=TERMINAL_ID).to_apdu())
            await self._refuse(refusal)
            return
        await self._charge(command)

    async def _identify(self) -> int:
        """Let the customer put in card and PIN; return 0, or the code that ends it."""
        if await self._key(Key.CARD, INSERT_CARD) is not Key.CARD:
            return CANCELLED
        say = LOOK_AT_PIN_PAD
        for _ in range(PIN_TRIES):
            key = await self._key(Key.PIN, say)
            if key is Key.PIN:
                return 0
            if key is not Key.WRONG_PIN:
                return CANCELLED
            say = WRONG_PIN
        await self._step(TRIES_EXCEEDED)
        return HOST_WRONG_PIN

    async def _key(self, asked: Key, say: int) -> Key | None:
        """Return what the customer does; None if the kiosk aborts or nobody does anything."""
        pressed: list[Key] = []
        heeding, waiting = trio.CancelScope(), trio.move_on_after(CARD_WITHIN_S)

        async def heed_abort() -> None:
            with heeding:
                await self._abort.wait()
                waiting.cancel()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._step_or_abort, say)
            nursery.start_soon(heed_abort)
            with waiting:
                pressed.append(await self.customer.answer(asked))
            heeding.cancel()
        return pressed[0] if pressed else None

    async def _step_or_abort(self, say: int) -> None:
        try:
            await self._step(say)
        except KioskGone:
            self._abort.set()

    async def _ask_host(self) -> int:
        await self._step(ASKING_HOST)
        return await self.host.decide()

    async def _charge(self, command: Authorisation) -> None:
        now = datetime.now(UTC)
        charge = self.books.charge(command.amount.fen, f"{now:%m%d}", f"{now:%H%M%S}")
        self._log.write("!", f"charged {command.amount} receipt {charge.receipt:04d}")
        if "pinpad.silent_after_approval" in self._faults:
            self.books.commit(charge)
            return
        try:
            accepted = await self._ask_for_commit(command, charge)
        except KioskGone:
            self._give_back(charge)
            raise
        if accepted:
            await self._complete(charge)

    async def _ask_for_commit(self, command: Authorisation, charge: Charge) -> bool:
        """Report the approval until the kiosk decides; commit or reverse."""
        within_s = command.ack_timeout_s or ACK_TIMEOUT_S
        waits_max = WAITS_MAX if command.waits_max is None else command.waits_max
        for _ in range(waits_max + 1):
            await self._wire.send(_information(charge))
            await self._reach("approval_sent")
            await self._pull_if("before_decision")
            answer = await self._wire.answer(within_s)
            if answer.positive:
                self.books.commit(charge)
                await self._reach("approval_acknowledged")
                return True
            if answer != NOT_YET:
                break
            await trio.sleep(ASK_AGAIN_S)
        self.books.reverse(charge)
        self._log.write("!", f"reversed receipt {charge.receipt:04d}")
        await self._step(REVERSING)
        await self._refuse(CANCELLED)
        return False

    async def _complete(self, charge: Charge) -> None:
        if "pinpad.doubled_approval" in self._faults:
            await self._wire.ask(_information(charge))
        await self._pull_if("after_approval")
        if "pinpad.lost_completion" in self._faults:
            return
        await self._step(SAY_APPROVED)
        await self._wire.ask(Completion().to_apdu())
        await self._reach("completion_sent")

    def _give_back(self, charge: Charge) -> None:
        if self.auto_reverse and not charge.committed:
            self.books.reverse(charge)
            self._log.write("!", f"reversed receipt {charge.receipt:04d} by itself")

    async def _step(self, status: int) -> Answer:
        return await self._wire.ask(IntermediateStatus(status).to_apdu())

    async def _refuse(self, code: int) -> None:
        await self._wire.ask(AbortByTerminal(code).to_apdu())

    async def _reach(self, point: str) -> None:
        self._log.write("!", point)
        act = self._hooks.pop(point, None)
        if act is not None:
            await act()

    async def _pull_if(self, moment: str) -> None:
        if "pinpad.cable_pulled" in self._faults and self.cable_pulled_at == moment:
            await self.pull_cable()
            await self._wire.wait_gone()
            raise KioskGone


def _information(charge: Charge) -> bytes:
    """Return 04 0F as the PIN pad sends it, with the masked card number that nobody may keep."""
    told = StatusInformation(
        result=0,
        amount=Money(charge.amount_fen),
        currency=CNY,
        receipt=charge.receipt,
        trace=charge.trace,
        time=charge.time,
        date=charge.date,
        terminal_id=TERMINAL_ID,
        card_type=UNIONPAY,
        payment_type=0x70,
    )
    return apdu(StatusInformation.control, told.to_fields() + bitmap(0x22, MASKED_CARD))

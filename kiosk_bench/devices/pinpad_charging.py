"""The simulated PIN pad charges: card and PIN, the bank, the approval, the kiosk's word on it.

As PA00P015 rev 13.08 says in 2.2.6 to 2.2.9: "wait" is asked again every 2 s as often as field 02
allows; any other refusal, or silence longer than field 01, reverses the charge. A PIN pad that
synchronises by TLV 1F1F (4.2) lets it stand on silence and settles with the next authorisation.
"""

import trio

from kiosk_bench.devices.pinpad_base import CANCELLED, TERMINAL_ID, PadBase
from kiosk_bench.devices.pinpad_books import Charge
from kiosk_bench.devices.pinpad_display import CANCELLED as SAY_CANCELLED
from kiosk_bench.devices.pinpad_display import DECLINED as SAY_DECLINED
from kiosk_bench.devices.pinpad_people import Key
from kiosk_bench.devices.pinpad_wire import KioskGone
from kioskd.protocols.zvt_commands import CNY, Authorisation
from kioskd.protocols.zvt_messages import NOT_YET, Answer, Completion, StatusInformation
from kioskd.protocols.zvt_words import WRONG_CURRENCY

PIN_TRIES = 3
CARD_WITHIN_S = 60.0
ASK_AGAIN_S = 2.0
ACK_TIMEOUT_S = 30
WAITS_MAX = 3
INSERT_CARD, LOOK_AT_PIN_PAD, ASKING_HOST, WRONG_PIN = 0x0A, 0x01, 0x04, 0x15
TRIES_EXCEEDED, SAY_APPROVED, REVERSING = 0x18, 0x1C, 0x05
HOST_WRONG_PIN = 0x37


class Charging(PadBase):
    """06 01."""

    async def authorise(self, command: Authorisation) -> None:
        """Take money from the customer's card, if she, the bank and the kiosk agree."""
        await self.reach("authorisation_received")
        if self.has("busy") or self.terminal_status:
            await self._wire.send(Answer(self.terminal_status or NOT_YET.code).to_apdu())
            return
        await self.accept()
        await self.pull_if("after_command")
        if self.has("wrong_currency") or command.currency != CNY:
            await self.refuse(WRONG_CURRENCY)
            return
        self._synchronise(command.transaction_id)
        self.display.ask_for(command.amount)
        try:
            await self._take_money(command)
        finally:
            self.display.end()

    async def _take_money(self, command: Authorisation) -> None:
        refusal = await self._identify() or await self._ask_host()
        if not refusal:
            await self._charge(command)
            return
        self.display.say(SAY_CANCELLED if refusal == CANCELLED else SAY_DECLINED)
        await self._wire.ask(StatusInformation(refusal, terminal_id=TERMINAL_ID).to_apdu())
        await self.refuse(refusal)
        if self.has("success_after_abort"):
            await self._charge(command)

    def _synchronise(self, mirrored: bytes | None) -> None:
        """Undo what the kiosk did not hear of: its id is exactly one less than ours (4.2)."""
        last = self.books.last(standing=False)
        if not self.has("sync_ids") or not mirrored or last is None or last.reversed:
            return
        newest = last.receipt == self.books.last_receipt
        if newest and int(mirrored.hex()) == last.receipt - 1:
            self.books.take_back_number(last)
            self._log.write("!", f"reversed receipt {last.receipt:04d} by its successor")

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
        await self.step(TRIES_EXCEEDED)
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
            await self.step(say)
        except KioskGone:
            self._abort.set()

    async def _ask_host(self) -> int:
        await self.step(ASKING_HOST)
        return await self.host.decide()

    async def _charge(self, command: Authorisation) -> None:
        charge = self.books.charge(command.amount.fen, *self.now())
        self._log.write("!", f"charged {command.amount} receipt {charge.receipt:04d}")
        if self.has("silent_after_approval"):
            self._commit(charge)
            return
        try:
            accepted = await self._ask_for_commit(command, charge)
        except KioskGone:
            self.give_back(charge)
            raise
        if accepted:
            await self._complete(charge)

    async def _ask_for_commit(self, command: Authorisation, charge: Charge) -> bool:
        """Report the approval until the kiosk decides; commit or reverse."""
        within_s = command.ack_timeout_s or ACK_TIMEOUT_S
        wanted = WAITS_MAX if command.waits_max is None else command.waits_max
        waits_max = wanted if self.waits_at_most is None else self.waits_at_most
        answer = NOT_YET
        for asked in range(waits_max + 1):
            if asked:
                await trio.sleep(ASK_AGAIN_S)
            self._wire.forget_answers()
            await self._wire.send(self.information(charge))
            await self.reach("approval_sent")
            await self.pull_if("before_decision")
            answer = await self._wire.answer(within_s)
            if answer.positive:
                self._commit(charge)
                await self.reach("approval_acknowledged")
                return True
            if answer != NOT_YET:
                break
        self.books.reverse(charge)
        self._log.write("!", f"reversed receipt {charge.receipt:04d}")
        await self.step(REVERSING)
        if answer == NOT_YET:
            await self._wire.ask(StatusInformation(CANCELLED).to_apdu())
        await self.refuse(CANCELLED)
        return False

    def _commit(self, charge: Charge) -> None:
        self.books.commit(charge)
        if self.has("closes_batch_by_itself"):
            self.close_batch_by_itself()
        if self.has("reverses_late"):
            self._jobs += 1
            self._background.start_soon(self._undo_later)

    async def _undo_later(self) -> None:
        await trio.sleep(self.late_s)
        self.undo_last()
        self._jobs -= 1

    async def _complete(self, charge: Charge) -> None:
        if self.has("doubled_approval"):
            await self._wire.ask(self.information(charge))
        await self.pull_if("after_approval")
        if self.has("lost_completion"):
            return
        await self.step(SAY_APPROVED)
        await self._wire.ask(Completion().to_apdu())
        await self.reach("completion_sent")
        if self.has("doubled_completion"):
            await self._wire.ask(Completion().to_apdu())

    def give_back(self, charge: Charge) -> None:
        """Reverse by itself what nobody has answered for, unless the next command settles it."""
        if self.auto_reverse and not self.has("sync_ids") and not charge.committed:
            self.books.reverse(charge)
            self._log.write("!", f"reversed receipt {charge.receipt:04d} by itself")

"""A simulated social security card in a virtual reader (vpcd), behind a real PC/SC daemon.

What is said between reader and card: ``vpcd``.
"""

import math

import trio

from kiosk_bench.devices.card_os import (
    CHANGE_PIN,
    INTERNAL_AUTHENTICATE,
    READ_RECORD,
    VERIFY,
    CardOs,
)
from kiosk_bench.devices.card_persona import CardPersona
from kiosk_bench.devices.vpcd import (
    CONTROLS,
    FIRST_POLL_S,
    RETRY_S,
    TELL_ATR,
    receive_message,
    send_message,
)
from kiosk_bench.wirelog import WireLog

PULL_MID_APDU = "card.pull_mid_apdu"
DAMAGED_RECORD = "card.damaged_record"
PRIVATE = (READ_RECORD, INTERNAL_AUTHENTICATE, VERIFY, CHANGE_PIN)


class VirtualSocialCard:
    """The slot as seen from the citizen's side: cards are inserted and pulled.

    Faults, by name, in ``faults`` (looked at when they matter):
    ``card.pull_mid_apdu``: the card is pulled while it reads its first record; happens once.
    ``card.damaged_record``: the record of the name has a wrong length as long as the fault is set.
    """

    def __init__(self, port: int, log: WireLog, faults: set[str]) -> None:
        self.faults = faults
        self._port, self.log = port, log
        self._chips: dict[CardPersona, CardOs] = {}
        self._chip: CardOs | None = None
        self._contact = trio.CancelScope()
        self._inserted, self._seen, self._out = trio.Event(), trio.Event(), trio.Event()
        self._out.set()

    def chip_of(self, persona: CardPersona) -> CardOs:
        """Return the chip of a card that has been in the slot."""
        return self._chips[persona]

    @property
    def is_inserted(self) -> bool:
        return self._chip is not None

    @property
    def persona(self) -> CardPersona | None:
        """The card that is in the slot."""
        return self._chip.persona if self._chip is not None else None

    async def insert(self, persona: CardPersona) -> None:
        """Put a card in; return when the reader has asked it for its ATR.

        The chip of a persona remembers the tries left for its PIN from one visit to the next.
        """
        assert self._chip is None, "a card is in the slot"
        await self._out.wait()
        self._chip = self._chips.setdefault(persona, CardOs(persona))
        self._chip.reset()
        self._contact, self._seen, self._out = trio.CancelScope(), trio.Event(), trio.Event()
        self.log.write("!", "inserted")
        self._inserted.set()
        await self._seen.wait()

    async def pull(self) -> None:
        """Take the card out (no effect on an empty slot); return when the contact is broken."""
        self._take_out("pulled")
        await self._out.wait()

    async def wait_out(self) -> None:
        """Return when no card is in the slot."""
        await self._out.wait()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve whatever card is in the slot, until cancelled."""
        task_status.started()
        while True:
            await self._inserted.wait()
            self._inserted = trio.Event()
            with self._contact:
                await self._keep_contact()
            self._out.set()

    async def _keep_contact(self) -> None:
        while self._chip is not None:
            with trio.socket.socket() as reader:
                try:
                    await reader.connect(("127.0.0.1", self._port))
                    await self._serve(reader)
                except OSError:
                    self.log.write("!", "no reader")
            await trio.sleep(RETRY_S)

    async def _serve(self, reader: trio.socket.SocketType) -> None:
        """Answer the reader until it hangs up or overlooks us."""
        with trio.move_on_after(FIRST_POLL_S) as noticed:
            while (message := await receive_message(reader)) is not None:
                if message == TELL_ATR:
                    noticed.deadline = math.inf
                answer = self._answer(message)
                if answer is not None:
                    await send_message(reader, answer)
                if message == TELL_ATR:
                    self._seen.set()

    def _answer(self, message: bytes) -> bytes | None:
        chip = self._chip
        if chip is None:
            return None
        if message == TELL_ATR:
            return chip.persona.atr
        if len(message) == 1:
            chip.reset()
            self.log.write("!", CONTROLS.get(message, "unknown control"))
            return None
        return self._answer_command(chip, message)

    def _answer_command(self, chip: CardOs, apdu: bytes) -> bytes | None:
        self.log.write(">", _masked_command(apdu))
        if PULL_MID_APDU in self.faults and apdu[1:2] == bytes([READ_RECORD]):
            self.faults.discard(PULL_MID_APDU)
            self._take_out("pulled in the middle of a command")
            return None
        chip.damaged_record = chip.persona.name_is_damaged or DAMAGED_RECORD in self.faults
        answer = chip.answer(apdu)
        self.log.write("<", f"[{len(answer) - 2} bytes] {answer[-2:].hex(' ')}")
        return answer

    def _take_out(self, how: str) -> None:
        if self._chip is not None:
            self._chip = None
            self.log.write("!", how)
            self._contact.cancel()


def _masked_command(apdu: bytes) -> str:
    """Return header and data for the log; of what tells about a person only the length."""
    if len(apdu) > 1 and apdu[1] in PRIVATE:
        return f"{apdu[:4].hex(' ')} [{max(0, len(apdu) - 5)} bytes]"
    return apdu.hex(" ")

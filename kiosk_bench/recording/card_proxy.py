"""Presents the card in a real reader to kioskd in a virtual one, and records each APDU."""

from dataclasses import dataclass

import trio

from kiosk_bench.recording.card import masked_atr
from kiosk_bench.recording.codec import TO_DEVICE, TO_KIOSK
from kiosk_bench.recording.file import Recorder
from kiosk_bench.recording.pcsc_card import PcscCard, PcscSlot
from kiosk_bench.recording.vpcd_slot import CardGone, present

INSERTED, PULLED = "inserted", "pulled"
DOUBT_S = 0.5
"""Longer than the 400 ms between two looks of pcscd at its reader, which may still see the card."""
BROKEN_OFF = "the card went in the middle of a command"


class CardProxy:
    """``run`` it; ``port`` is where kioskd's virtual reader listens."""

    def __init__(self, slot: PcscSlot, port: int, recorder: Recorder) -> None:
        self._slot, self._port, self._recorder = slot, port, recorder

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Present one card after the other, for ever."""
        task_status.started()
        while True:
            card = await self._slot.wait_card()
            self._recorder.event(INSERTED, masked_atr(card.atr))
            try:
                await self._while_there(card)
            finally:
                self._recorder.event(PULLED)
                await card.close()
            await trio.sleep(DOUBT_S)

    async def _while_there(self, card: PcscCard) -> None:
        async with trio.open_nursery() as nursery:

            async def until_pulled() -> None:
                await self._slot.wait_empty()
                card.lose()
                nursery.cancel_scope.cancel()

            nursery.start_soon(until_pulled)
            await present(self._port, _Recorded(card, self._recorder))
            nursery.cancel_scope.cancel()


@dataclass(frozen=True, slots=True)
class _Recorded:
    """The card, with everything it is asked and answers recorded."""

    card: PcscCard
    recorder: Recorder

    @property
    def atr(self) -> bytes:
        return self.card.atr

    async def exchange(self, apdu: bytes) -> bytes:
        self.recorder.took(TO_DEVICE, apdu)
        try:
            answer = await self.card.exchange(apdu)
        except CardGone:
            self.recorder.event(BROKEN_OFF)
            raise
        self.recorder.took(TO_KIOSK, answer)
        return answer

    async def control(self, name: str) -> None:
        self.recorder.event(name)
        await self.card.control(name)

"""Questions and answers on the line of a SAM_V module, one at a time."""

import trio

from kioskd import log
from kioskd.errors import DeviceError, DeviceTimeout, DeviceUnavailable, ProtocolViolation
from kioskd.protocols.sam_v import DEVICE, Answer, AnswerReader, Command, request
from kioskd.transports.contract import ByteStream

TIMEOUT_S = {
    Command.RESET_SAM: 5.0,
    Command.SAM_STATUS: 5.0,
    Command.SAM_ID: 5.0,
    Command.FIND_CARD: 1.0,
    Command.SELECT_CARD: 1.0,
    Command.READ_TEXT_AND_PHOTO: 3.0,
    Command.READ_NEWEST_ADDRESS: 1.5,
    Command.READ_WITH_FINGERPRINT: 3.0,
}
"""The longest waits seen in use."""
FAULTS_IN_A_ROW = 3
"""So many unanswered or ruined questions, and the line is taken for dead."""
_AFTERMATH_S = 0.1
_ANSWERS_AT_MOST = 8


class SamVLine:
    """The questions of one connection; ``receive`` must run beside them."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._reader = AnswerReader()
        self._one_at_a_time = trio.Lock()
        self._heard, self._answers = trio.open_memory_channel[Answer | ProtocolViolation](
            _ANSWERS_AT_MOST
        )
        self._late_until: float | None = None
        self._faults = 0
        self._failed = trio.Event()

    async def receive(self) -> None:
        """Take answers off the line for ever. Raises DeviceUnavailable when it is gone."""
        async with self._heard:
            while True:
                self._reader.receive(await self._stream.receive_some())
                self._pass_on()

    def _pass_on(self) -> None:
        while True:
            try:
                heard: Answer | ProtocolViolation | None = self._reader.next_answer()
            except ProtocolViolation as fault:
                heard = fault
            if heard is None:
                return
            try:
                self._heard.send_nowait(heard)
            except trio.WouldBlock:
                log.warning("id_reader.unasked_answer")

    async def ask(self, command: Command) -> Answer:
        """Send a question and return its answer; reading a card changes nothing, so repeat at will.

        Raises DeviceTimeout, ProtocolViolation, DeviceUnavailable. After a cancelled or failed
        question the next one first lets the old answer arrive and throws it away.
        """
        async with self._one_at_a_time:
            await self._let_late_answer_pass()
            self._late_until = trio.current_time() + TIMEOUT_S[command]
            try:
                answer = await self._exchange(command)
            except ProtocolViolation:
                # Its answer has come, if spoilt: only a little more can follow.
                self._late_until = trio.current_time() + _AFTERMATH_S
                self._count_fault()
                raise
            except DeviceTimeout:
                self._count_fault()
                raise
            self._late_until = None
            self._faults = 0
            return answer

    async def _exchange(self, command: Command) -> Answer:
        await self._stream.send_all(request(command))
        with trio.move_on_after(TIMEOUT_S[command]):
            heard = await self._next()
            if isinstance(heard, ProtocolViolation):
                raise heard
            return heard
        raise DeviceTimeout(DEVICE, command.name)

    async def _let_late_answer_pass(self) -> None:
        if self._late_until is not None:
            with trio.move_on_at(self._late_until):
                await self._next()
            self._late_until = None
        self._forget_what_came()

    async def _next(self) -> Answer | ProtocolViolation:
        try:
            return await self._answers.receive()
        except trio.EndOfChannel:
            raise DeviceUnavailable(DEVICE, "the line has ended") from None

    def _forget_what_came(self) -> None:
        self._reader.clear()
        while True:
            try:
                self._answers.receive_nowait()
            except (trio.WouldBlock, trio.EndOfChannel):
                return

    def _count_fault(self) -> None:
        self._faults += 1
        if self._faults >= FAULTS_IN_A_ROW:
            self._failed.set()

    def raise_if_failed(self, fault: DeviceError) -> None:
        """Raise ``fault`` if it was one too many."""
        if self._failed.is_set():
            raise fault

    async def wait_failed(self, time_limit_s: float) -> None:
        """Return after ``time_limit_s``. Raises DeviceUnavailable once the line has failed."""
        with trio.move_on_after(time_limit_s):
            await self._failed.wait()
        if self._failed.is_set():
            raise DeviceUnavailable(DEVICE, "no sensible answers")

"""What a SAM_V ID reader says of itself."""

import trio

from kiosk_bench.probe.findings import Finding, Silent, Verdict, verdict
from kiosk_bench.probe.tapped import TappedLine
from kioskd.errors import ProtocolViolation
from kioskd.protocols.sam_v import Answer, AnswerReader, Command, Status, request, sam_id

ANSWER_S = 5.0
FOUND = (Status.CARD_FOUND, Status.OK)


class IdReaderProbe:
    """Asks status, number and whether a card lies on it. Reads no card."""

    def __init__(self, line: TappedLine) -> None:
        self._line = line

    async def ask_all(self) -> list[Finding]:
        """Return the table. Raises Silent."""
        status = await self._ask(Command.SAM_STATUS)
        if not self._line.spoke:
            raise Silent(self._line.why_silent())
        well = status is not None and status.status == Status.OK
        findings = [self._found("its module is well (11 FF)", verdict(well), status)]
        findings.append(await self._number())
        card = await self._ask(Command.FIND_CARD)
        known = card is not None and card.status in (*FOUND, Status.NO_CARD)
        lies = card is not None and card.status in FOUND
        question = "looks for a card (20 01)"
        findings.append(self._found(question, verdict(known), card, "a card lies on it" * lies))
        return findings

    async def _number(self) -> Finding:
        answer = await self._ask(Command.SAM_ID)
        try:
            number = sam_id(answer) if answer else ""
        except ProtocolViolation:
            number = ""
        return self._found("tells its number (12 FF)", verdict(bool(number)), answer, number)

    async def _ask(self, command: Command) -> Answer | None:
        """Return the answer; None for none that can be read."""
        reader, until = AnswerReader(), trio.current_time() + ANSWER_S
        await self._line.send(request(command))
        while data := await self._line.receive(until):
            reader.receive(data)
            try:
                answer = reader.next_answer()
            except ProtocolViolation:
                return None
            if answer is not None:
                return answer
        return None

    def _found(
        self, question: str, told: Verdict, answer: Answer | None, detail: str = ""
    ) -> Finding:
        if answer is None:
            told, detail = Verdict.UNKNOWN, "no answer that can be read"
        elif not detail:
            detail = f"status {answer.status:02X}"
        return Finding(question, told, detail, self._line.shown())

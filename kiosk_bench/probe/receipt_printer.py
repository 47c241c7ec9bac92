"""What an ESC/POS receipt printer says of itself."""

from kiosk_bench.probe.findings import Finding, Silent, Verdict, verdict
from kiosk_bench.probe.tapped import TappedLine
from kioskd.domain.document import PaperState
from kioskd.errors import ProtocolViolation
from kioskd.protocols.escpos_status import (
    PAPER_IN_TURN,
    Query,
    ask_at_once,
    is_answer_at_once,
    is_answer_in_turn,
    paper_state,
)

ANSWER_S = 3.0
FIRMWARE = b"\x1dIA"
"""GS I 65: the answer is 5F, a text, 00. Printers that do not know it may print an A."""
QUERIES = {
    Query.PRINTER: "tells whether it is on line (DLE EOT 1)",
    Query.OFFLINE_CAUSE: "tells why it is off line (DLE EOT 2)",
    Query.ERROR_CAUSE: "tells its errors (DLE EOT 3)",
    Query.PAPER: "tells its paper sensors (DLE EOT 4)",
}


class ReceiptPrinterProbe:
    """Asks the status bytes; prints nothing."""

    def __init__(self, line: TappedLine) -> None:
        self._line = line
        self._bytes: dict[Query, int] = {}

    async def ask_all(self) -> list[Finding]:
        """Return the table. Raises Silent."""
        findings = [await self._status(query) for query in QUERIES]
        if not self._bytes:
            raise Silent(self._line.why_silent())
        return [*findings, self._paper(), await self._in_turn(), await self._firmware()]

    async def _status(self, query: Query) -> Finding:
        await self._line.send(ask_at_once(query))
        heard = await self._line.receive_until(bool, ANSWER_S)
        right = heard[:1] != b"" and is_answer_at_once(heard[0])
        if right:
            self._bytes[query] = heard[0]
        return self._found(QUERIES[query], verdict(right), _byte(heard))

    def _paper(self) -> Finding:
        question = "has paper"
        try:
            state = paper_state(self._bytes[Query.OFFLINE_CAUSE], self._bytes[Query.PAPER])
        except (KeyError, ProtocolViolation):
            return Finding(question, Verdict.UNKNOWN, "it does not say")
        has = state in (PaperState.ADEQUATE, PaperState.NEAR_END)
        return Finding(question, verdict(has), state.name.lower().replace("_", " "))

    async def _in_turn(self) -> Finding:
        """A printer that is stopped keeps this answer back: then it is no proof of anything."""
        await self._line.send(PAPER_IN_TURN)
        heard = await self._line.receive_until(bool, ANSWER_S)
        right = heard[:1] != b"" and is_answer_in_turn(heard[0])
        question = "answers when its turn comes (GS r 1)"
        told = verdict(right) if heard else Verdict.UNKNOWN
        return self._found(question, told, _byte(heard))

    async def _firmware(self) -> Finding:
        await self._line.send(FIRMWARE)
        heard = await self._line.receive_until(lambda told: told.endswith(b"\0"), ANSWER_S)
        text = heard[1:-1].decode("ascii", "replace") if heard[:1] == b"_" else ""
        return self._found("tells its firmware (GS I 65)", verdict(bool(text)), text)

    def _found(self, question: str, told: Verdict, detail: str) -> Finding:
        return Finding(question, told, detail, self._line.shown())


def _byte(heard: bytes) -> str:
    return f"{heard[0]:08b}" if heard else "no answer"

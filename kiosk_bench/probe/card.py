"""What does a card in a PC/SC reader support of what kioskd asks? Sends no PIN, ever."""

import secrets
from collections.abc import Awaitable, Callable

from kiosk_bench.probe.findings import Finding, Verdict, verdict
from kiosk_bench.recording.card import masked_atr
from kiosk_bench.recording.codec import TO_DEVICE, TO_KIOSK, Codec, Message
from kioskd.errors import CardUnreadable
from kioskd.protocols.iso7816 import Command, Exchange, Response, Status, parse_atr
from kioskd.protocols.social_card import (
    CHALLENGE_LENGTH,
    EF05,
    EF06,
    Item,
    internal_authenticate,
    read_by_number,
    read_by_tag,
    select_application,
    select_file,
)

Transmit = Callable[[bytes], Awaitable[bytes]]
FIRST = {EF05: Item.CODE, EF06: Item.ID_NUMBER}


class CardProbe:
    """``transmit`` sends an APDU; what it raises when the card is pulled goes through."""

    def __init__(self, transmit: Transmit, atr: bytes, codec: Codec) -> None:
        self._transmit, self._atr, self._codec = transmit, atr, codec
        self._shown: list[Message] = []

    async def ask_all(self) -> list[Finding]:
        """Return the table."""
        findings = [self._reset()]
        answer = await self._ask(select_application())
        known = answer.status is Status.OK
        question = "has the social security application (SELECT)"
        findings.append(self._found(question, verdict(known), answer))
        if not known:
            return findings
        for file in (EF05, EF06):
            findings += await self._file(file)
        answer = await self._ask(internal_authenticate(secrets.token_bytes(CHALLENGE_LENGTH)))
        proves = answer.status is Status.OK
        question = "answers the centre's challenge (INTERNAL AUTHENTICATE)"
        return [*findings, self._found(question, verdict(proves), answer)]

    def _reset(self) -> Finding:
        masked = masked_atr(self._atr)
        shown = (Message(TO_KIOSK, masked, "ATR"),)
        try:
            protocols = parse_atr(self._atr).protocols
        except CardUnreadable:
            return Finding("answers to reset", Verdict.NO, "its answer cannot be read", shown)
        names = " and ".join(f"T={protocol}" for protocol in protocols)
        return Finding("answers to reset", Verdict.YES, names, shown)

    async def _file(self, file: int) -> list[Finding]:
        name, item = f"EF{file & 0xFF:02X}", FIRST[file]
        answer = await self._ask(select_file(file))
        if answer.status is not Status.OK:
            answer = await self._ask(select_file(file, p1=0))
        there = answer.status is Status.OK
        findings = [self._found(f"has {name} (SELECT)", verdict(there), answer)]
        for how, command in (("tag", read_by_tag(item)), ("number", read_by_number(item))):
            answer = await self._ask(command) if there else Response(b"", 0)
            told = verdict(answer.status is Status.OK) if there else Verdict.UNKNOWN
            findings.append(self._found(f"reads {name} by {how} (READ RECORD)", told, answer))
        return findings

    async def _ask(self, command: Command) -> Response:
        """Return the answer; one that breaks the rules counts as status 0000."""
        exchange = Exchange(command)
        try:
            while exchange.response is None:
                apdu = exchange.next_command()
                self._shown += self._codec.feed(TO_DEVICE, apdu)
                answer = await self._transmit(apdu)
                self._shown += self._codec.feed(TO_KIOSK, answer)
                exchange.receive(answer)
        except CardUnreadable:
            return Response(b"", 0)
        return exchange.response

    def _found(self, question: str, told: Verdict, answer: Response) -> Finding:
        shown, self._shown = tuple(self._shown), []
        return Finding(question, told, f"status {answer.sw:04X}", shown)

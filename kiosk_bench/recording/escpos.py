"""A receipt printer's line on its way to a recording: commands stay, what is printed does not.

Of a receipt its layout is kept: each character becomes another of the same width, pictures and
QR codes become zeros. What the printer answers are status bytes, which say nothing of anybody.
"""

from dataclasses import dataclass

from kiosk_bench.devices.escpos_parser import Command, EscposParser, Text, Token
from kiosk_bench.recording.codec import (
    NO_MESSAGE,
    SYNTHETIC_NAME,
    TO_DEVICE,
    TO_KIOSK,
    Message,
    blank_text,
    is_noise,
)
from kioskd.protocols.escpos_status import is_answer_at_once

AT_ONCE = b"\x10\x04"
WIDE = SYNTHETIC_NAME.encode("gb18030")
CONTENT_AT = {"GS ( k": 3, "GS v 0": 5}
"""Where the content of a symbol or a picture begins among its parameters."""
ENDS_LINE = ("LF", "GS V")
MAKER_ANSWERS = 0x80
ANSWERS = (b"\x1dr", AT_ONCE)


class EscposCodec:
    """Both directions of a receipt printer's line. A message is a line of print or a question."""

    def __init__(self) -> None:
        self.identity: dict[str, str] = {}
        self._paper = _Paper()
        self._rest = b""

    def feed(self, direction: str, data: bytes) -> list[Message]:
        """Take bytes of one direction."""
        if direction == TO_KIOSK:
            return [_status(byte) for byte in data]
        messages = []
        self._rest += data
        while AT_ONCE in self._rest[:-1]:
            before, self._rest = self._rest.split(AT_ONCE, 1)
            query, self._rest = self._rest[:1], self._rest[1:]
            messages += self._paper.take(before)
            # Asked at once, in the middle of anything: it is a message wherever it comes.
            messages.append(Message(TO_DEVICE, AT_ONCE + query, f"DLE EOT {query[0]}"))
        keep = 2 if self._rest.endswith(AT_ONCE) else int(self._rest.endswith(AT_ONCE[:1]))
        body, self._rest = self._rest[: len(self._rest) - keep], self._rest[-keep:] if keep else b""
        return messages + self._paper.take(body)

    def flush(self) -> list[Message]:
        """Tell of a line of print without an end, and of a command that is cut."""
        messages = self._paper.flush()
        rest, self._rest = self._rest, b""
        if rest:
            messages.append(Message(TO_DEVICE, bytes(len(rest)), f"{NO_MESSAGE}: a question cut"))
        return messages

    def same(self, recorded: Message, now: Message) -> bool:
        """What is printed differs by nature, in length too; questions do not."""
        if recorded.data[:2] in ANSWERS or now.data[:2] in ANSWERS:
            return recorded.data == now.data
        return True

    def may_repeat(self, request: Message) -> bool:
        """The kiosk asks for the paper, and prints, as often as it likes."""
        return True

    def is_hint(self, request: Message) -> bool:
        """What asks for no answer needs none: print, and noise."""
        return is_noise(request) or request.data[:2] not in ANSWERS


def _status(byte: int) -> Message:
    told = bytes([byte])
    kind = "status" if is_answer_at_once(byte) else "paper sensors"
    if byte & MAKER_ANSWERS:
        return Message(TO_KIOSK, bytes(1), f"{NO_MESSAGE}: no status byte")
    return Message(TO_KIOSK, told, f"{kind} {byte:08b}")


@dataclass(slots=True)
class _Line:
    data: bytes = b""
    characters: int = 0
    names: tuple[str, ...] = ()

    def add(self, token: Token, raw: bytes) -> None:
        self.data += raw
        if isinstance(token, Text):
            self.characters += 1
        elif isinstance(token, Command):
            self.names = (*self.names, token.name)

    def told(self) -> list[Message]:
        words = [f"{self.characters} characters"] * bool(self.characters) + list(self.names)
        return [Message(TO_DEVICE, self.data, ", ".join(words))] if self.data else []


class _Paper:
    """What is printed, cut into lines, masked token by token."""

    def __init__(self) -> None:
        self._parser, self._line = EscposParser(), _Line()

    def take(self, data: bytes) -> list[Message]:
        messages: list[Message] = []
        self._parser.receive(data)
        for token in self._parser.tokens():
            raw = self._parser.raw
            if raw[:2] == ANSWERS[0]:
                messages += [*self._end(), Message(TO_DEVICE, raw, "GS r")]
                continue
            self._line.add(token, _masked(token, raw))
            if isinstance(token, Command) and token.name in ENDS_LINE:
                messages += self._end()
        return messages

    def flush(self) -> list[Message]:
        messages = self._end()
        if self._parser.held:
            cut = Message(TO_DEVICE, bytes(self._parser.held), f"{NO_MESSAGE}: a command cut")
            messages.append(cut)
            self._parser = EscposParser()
        return messages

    def _end(self) -> list[Message]:
        line, self._line = self._line, _Line()
        return line.told()


def _masked(token: Token, raw: bytes) -> bytes:
    if isinstance(token, Text):
        return WIDE if len(token.code) == 2 else blank_text(token.code)
    if not isinstance(token, Command):
        return bytes(len(raw))
    # Of the commands with a length only those of symbols are known to begin with settings.
    settings = 0 if " ( " in token.name else len(token.parameters)
    start = len(raw) - len(token.parameters) + CONTENT_AT.get(token.name, settings)
    return raw[:start] + bytes(len(raw[start:]))

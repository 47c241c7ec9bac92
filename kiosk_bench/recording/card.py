"""APDUs of a social security card on their way to a recording: status words stay, data does not.

Records keep tag, length and filler; what they hold becomes that of one synthetic card. PINs, the
centre's challenge and the card's answer to it become zeros, so a recorded card reads and takes a
PIN, and no centre believes it. Data of commands that are not known becomes zeros.
"""

from kiosk_bench.recording.codec import (
    SYNTHETIC_ID,
    SYNTHETIC_NAME,
    TO_DEVICE,
    TO_KIOSK,
    Message,
    blank_text,
)
from kioskd.errors import CardUnreadable
from kioskd.protocols.iso7816 import Response, parse_atr, parse_record

SELECT, READ_RECORD, GET_RESPONSE = 0xA4, 0xB2, 0xC0
NAMES = {
    SELECT: "SELECT", READ_RECORD: "READ RECORD", GET_RESPONSE: "GET RESPONSE",
    0x84: "GET CHALLENGE", 0x88: "INTERNAL AUTHENTICATE", 0x20: "VERIFY", 0x5E: "CHANGE PIN",
}  # fmt: skip
HEAD_BYTES = 4
SERIAL_BYTES = 6
"""The last of the 13 historical bytes are the card's own serial."""
CODE, VERSION, ISSUED, EXPIRES, NUMBER, ID_NUMBER, NAME, NAME_EXTENSION = (
    0x01, 0x03, 0x05, 0x06, 0x07, 0x08, 0x09, 0x4E,
)  # fmt: skip
HARMLESS_TAGS = (VERSION, ISSUED, EXPIRES)
FILLER = b"\x00\xff "


class CardCodec:
    """Both directions between reader and card; each ``feed`` is one whole APDU."""

    def __init__(self) -> None:
        self.identity: dict[str, str] = {}
        self._asked = 0
        """The instruction whose data is under way: 61xx has it fetched by GET RESPONSE."""

    def feed(self, direction: str, data: bytes) -> list[Message]:
        """Take one APDU."""
        return [self._command(data) if direction == TO_DEVICE else self._answer(data)]

    def flush(self) -> list[Message]:
        """An APDU has no end that could be missing."""
        return []

    def same(self, recorded: Message, now: Message) -> bool:
        """Compare masked: PIN and challenge are zeros in both."""
        return recorded.data == now.data

    def may_repeat(self, request: Message) -> bool:
        """A card remembers what it was asked."""
        return False

    def is_hint(self, request: Message) -> bool:
        """Each command is answered."""
        return False

    def _command(self, apdu: bytes) -> Message:
        ins = apdu[1] if len(apdu) > 1 else 0
        if ins != GET_RESPONSE:
            self._asked = ins
        name = NAMES.get(ins, f"command {apdu[:HEAD_BYTES].hex(' ')}")
        return Message(TO_DEVICE, masked_command(apdu), name)

    def _answer(self, answer: bytes) -> Message:
        try:
            response = Response.parse(answer)
        except CardUnreadable:
            return Message(TO_KIOSK, bytes(len(answer)), f"{len(answer)} bytes, no answer")
        data = response.data
        masked = masked_record(data) if self._asked == READ_RECORD else bytes(len(data))
        note = f"{len(data)} bytes, {response.sw:04X}"
        return Message(TO_KIOSK, masked + answer[-2:], note)


def masked_command(apdu: bytes) -> bytes:
    """Return a command with its data blanked, but for what is selected."""
    if len(apdu) <= HEAD_BYTES + 1 or apdu[1] == SELECT:
        return apdu
    length = apdu[HEAD_BYTES]
    start = HEAD_BYTES + 1
    return apdu[:start] + bytes(len(apdu[start : start + length])) + apdu[start + length :]


def masked_record(data: bytes) -> bytes:
    """Return a record with the synthetic card's value; zeros where it is no record."""
    try:
        record = parse_record(data, "record")
    except CardUnreadable:
        return bytes(len(data))
    masked = _masked_value(record.tag, record.value)
    return data[:2] + masked + data[2 + len(masked) :]


def _masked_value(tag: int, value: bytes) -> bytes:
    body = value.rstrip(FILLER)
    fill = value[len(body) :]
    if tag in HARMLESS_TAGS or not value.strip(FILLER):
        return value
    match tag:
        case _ if tag == CODE:
            return b"\x11" * len(value)
        case _ if tag == NUMBER:
            return blank_text(value)
        case _ if tag == ID_NUMBER and len(body) == len(SYNTHETIC_ID):
            return SYNTHETIC_ID.encode("ascii") + fill
        case _ if tag in (NAME, NAME_EXTENSION):
            return _name(len(body)) + fill
    return bytes(len(value))


def _name(length: int) -> bytes:
    wide = SYNTHETIC_NAME.encode("gb18030")
    return (wide * length)[: length // 2 * 2] + b"x" * (length % 2)


def masked_atr(atr: bytes) -> bytes:
    """Return an answer to reset without the card's serial, its check byte mended.

    One that cannot be read becomes zeros.
    """
    try:
        history = parse_atr(atr).history
    except CardUnreadable:
        return bytes(len(atr))
    end = atr.rindex(history) + len(history) if history else len(atr)
    hidden = min(SERIAL_BYTES, len(history))
    masked = atr[: end - hidden] + bytes(hidden) + atr[end:]
    if end == len(atr):
        return masked
    check = 0
    for byte in masked[1:-1]:
        check ^= byte
    return masked[:-1] + bytes([check])

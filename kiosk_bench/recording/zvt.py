"""ZVT on its way to a recording: blocks and acknowledgements, fields masked, checksum mended.

Only fields that tell of the transaction or of the PIN pad are kept. Card number, tracks, expiry,
texts to print or to show, and every TLV object that is not listed are blanked; so is the
password. Source of the fields: PA00P015 rev 13.08, chapter 9.
"""

from kiosk_bench.recording.codec import TO_DEVICE, TO_KIOSK, Message, Noise
from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import parse_command
from kioskd.protocols.zvt_fields import (
    TLV_ID,
    apdu,
    bitmap,
    counted_extent,
    parse_bitmaps,
    parse_tlv,
    split_apdu,
    tlv,
)
from kioskd.protocols.zvt_frames import Block, Damaged, Deframer, Signal, encode_block
from kioskd.protocols.zvt_messages import Completion, StatusInformation, parse_apdu

HARMLESS = {
    0x01, 0x02, 0x03, 0x04, 0x05, 0x0B, 0x0C, 0x0D, 0x19, 0x27, 0x29, 0x2A, 0x37, 0x49, 0x60,
    0x87, 0x88, 0x8A, 0x8C, 0xA0, 0xAA, 0xD0, 0xD2, 0xD3, 0xF0,
}  # fmt: skip
HARMLESS_TAGS = {0x1F1F, 0x1F2B, 0x1F6A, 0x1F73}
"""Transaction id, long trace, signed amount, sequence number."""
NUMBERS = {0x0B, 0x0C, 0x0D, 0x0E, 0x87, 0x88, TLV_ID}
"""They differ from one day to the next: trace, time, date, receipt, ids."""
STATUS_ENQUIRY = b"\x05\x01"
HIDDEN_DIGITS, HIDDEN_TEXT = 0xEE, 0x78
TEXTS = {0x3C, 0x8B, 0xF1, 0xF2, 0xF3, 0xF4}
PASSWORD_BYTES = 3
WITH_PASSWORD = {b"\x06\x00", b"\x06\x10", b"\x06\x20", b"\x06\x30", b"\x06\x50", b"\x05\x01"}
ENQUIRIES = (b"\x05\x01", b"\x06\x20", b"\x06\x10")
"""They change nothing."""
PLAIN_BYTES = {b"\x06\x00": 6, b"\x04\xff": 2, b"\x06\x1e": 1}
"""What stands before the fields, where it is more than a password."""


class ZvtCodec:
    """Both directions of a PIN pad's line."""

    def __init__(self) -> None:
        self.identity: dict[str, str] = {}
        self._ways = {way: _Way(way) for way in (TO_DEVICE, TO_KIOSK)}

    def feed(self, direction: str, data: bytes) -> list[Message]:
        """Take bytes of one direction."""
        messages = self._ways[direction].take(data)
        for message in messages:
            if direction == TO_KIOSK:
                self._learn(message)
        return messages

    def flush(self) -> list[Message]:
        """Tell of blocks without an end."""
        return [message for way in self._ways.values() for message in way.flush()]

    def same(self, recorded: Message, now: Message) -> bool:
        """Compare what is asked; amounts count, dates, receipts and ids do not."""
        return shape(recorded.data) == shape(now.data)

    def may_repeat(self, request: Message) -> bool:
        """Status, last transaction and totals are asked for whenever kioskd is in doubt."""
        return (apdu_of(request.data) or b"")[:2] in ENQUIRIES

    def is_hint(self, request: Message) -> bool:
        """06, 15 and 80 00 only say that something has come; 84 is a decision."""
        raw = apdu_of(request.data)
        return raw is None or raw[:1] == b"\x80"

    def _learn(self, message: Message) -> None:
        raw = apdu_of(message.data)
        if raw is None:
            return
        try:
            told = parse_apdu(raw)
        except ProtocolViolation:
            return
        if isinstance(told, Completion | StatusInformation) and told.terminal_id:
            self.identity["terminal"] = told.terminal_id


class _Way:
    """One direction. Bytes go in one at a time, so that each message knows how many are its own."""

    def __init__(self, direction: str) -> None:
        self._direction = direction
        self._deframer = Deframer()
        self._noise = Noise(direction)

    def take(self, data: bytes) -> list[Message]:
        messages = []
        for byte in data:
            told = self._noise.add(1)
            events = self._deframer.receive(bytes([byte]))
            if isinstance(events[0] if events else None, Block | Signal):
                messages += self._whole(events[0])
            else:
                messages += self._noise.told() if events else told
        return messages

    def flush(self) -> list[Message]:
        self._deframer.give_up()
        return self._noise.told()

    def _whole(self, event: Block | Signal | Damaged) -> list[Message]:
        if isinstance(event, Signal):
            own, data = 1, bytes([event.value])
            note = "acknowledged" if event is Signal.ACKNOWLEDGED else "refused"
        else:
            assert isinstance(event, Block)
            own, masked = len(encode_block(event.apdu)), masked_apdu(event.apdu)
            data, note = encode_block(masked), described(masked, self._direction)
        self._noise.count = max(0, self._noise.count - own)
        return [*self._noise.told(), Message(self._direction, data, note)]


def apdu_of(block: bytes) -> bytes | None:
    """Return what is in a block, None for anything else."""
    found = [one for one in Deframer().receive(block) if isinstance(one, Block)]
    return found[0].apdu if found else None


def masked_apdu(raw: bytes) -> bytes:
    """Return a message of the same length with nothing in it that may be a person's."""
    try:
        control, data = split_apdu(raw)
        plain = _plain(control, data)
    except ProtocolViolation:
        return raw[:2] + bytes(max(0, len(raw) - 2))
    kept = bytes(PASSWORD_BYTES) + plain[PASSWORD_BYTES:] if control in WITH_PASSWORD else plain
    rest = data[len(plain) :]
    if control in (b"\x06\xd1", b"\x06\xd3"):
        return apdu(control, _blanked_print(control, rest))
    return apdu(control, kept[: len(plain)] + _masked_fields(rest))


def _plain(control: bytes, data: bytes) -> bytes:
    """Return what stands before the fields and has no id."""
    if control[0] in (0x80, 0x84) or len(data) == 1:
        return data[:1]
    if control == b"\x06\x0f" and len(data) > 3 and all(byte >> 4 == 0xF for byte in data[:3]):
        _, size = counted_extent(data, 0, 3)
        return data[: 3 + size + 1]  # software version and status
    default = PASSWORD_BYTES if control in WITH_PASSWORD else 0
    return data[: PLAIN_BYTES.get(control, default)]


def _masked_fields(data: bytes) -> bytes:
    """Mask a field list; what cannot be read is zeros."""
    masked, at = b"", 0
    try:
        for identity, value in parse_bitmaps(data).items():
            masked += bitmap(identity, _masked_value(identity, value))
            at += len(bitmap(identity, value))
    except ProtocolViolation:
        return bytes(len(data))
    # A twin field or an unknown one ends the list: its id stays, so that it ends there again.
    rest = data[at:]
    return masked + rest[:1] + bytes(max(0, len(rest) - 1))


def _masked_value(identity: int, value: bytes) -> bytes:
    if identity == TLV_ID:
        return _masked_container(value)
    if identity in HARMLESS:
        return value
    return bytes([HIDDEN_TEXT if identity in TEXTS else HIDDEN_DIGITS]) * len(value)


def _masked_container(value: bytes) -> bytes:
    try:
        objects = parse_tlv(value)
    except ProtocolViolation:
        return bytes(len(value))
    masked = b"".join(
        tlv(tag, held if tag in HARMLESS_TAGS else bytes(len(held)))
        for tag, held in objects.items()
    )
    return masked + bytes(len(value) - len(masked))


def _blanked_print(control: bytes, data: bytes) -> bytes:
    """Blank what is to be printed: a receipt may name the card and who holds it."""
    if control == b"\x06\xd1":
        return data[:1] + bytes([HIDDEN_TEXT]) * (len(data) - 1)
    return _masked_fields(data)


def described(raw: bytes, direction: str) -> str:
    """Say in a few words what a masked message is."""
    try:
        message = parse_command(raw) if direction == TO_DEVICE and raw[0] < 0x80 else None
        return repr(message or parse_apdu(raw, STATUS_ENQUIRY if _is_report(raw) else b""))
    except ProtocolViolation as fault:
        return f"{raw[:2].hex(' ')}: {fault.detail}"


def _is_report(raw: bytes) -> bool:
    """Tell whether this ends a status enquiry: no completion of another command begins so."""
    return raw[:2] == b"\x06\x0f" and len(raw) > 6 and all(byte >> 4 == 0xF for byte in raw[3:6])


def shape(block: bytes) -> tuple[object, ...]:
    """Return what makes a request this request: all but dates, receipts, ids."""
    raw = apdu_of(block)
    if raw is None:
        return (block,)
    try:
        control, data = split_apdu(raw)
        plain = _plain(control, data)
        fields = parse_bitmaps(data[len(plain) :])
    except ProtocolViolation:
        return (raw,)
    told = sorted((key, value) for key, value in fields.items() if key not in NUMBERS)
    return control, plain, tuple(told)

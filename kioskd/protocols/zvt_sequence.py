"""ZVT's message sequence ids (TLV 1F73): which message is new, which a repeat, which one late.

The link has no numbers of its own. A kiosk that asks for ids at registration (value 000000) and a
PIN pad that echoes the tag in its completion number every message from then on: 000001 up, after
999999 comes 000001 again; an answer carries the number of what it answers, a repeat the number it
had. ``tagged`` puts a number into any message, ``sequence_of`` finds it.

Source: PA00P015 rev 13.08, chapter 5; facts/pin-pad-and-payments.md 1.10 item 5.
"""

from enum import Enum

from kioskd.protocols.zvt_fields import (
    TLV_ID,
    apdu,
    bitmap,
    counted_extent,
    packed,
    parse_bitmaps,
    parse_tlv,
    split_apdu,
    tlv,
    unpacked,
)

TAG_SEQUENCE = 0x1F73
ASKING = 0
"""At registration: let us use them."""
LAST = 999_999
_STATUS_ENQUIRY = b"\x05\x01"
_COMPLETION = b"\x06\x0f"
_FIELDS_AT = {
    b"\x04\x01": 0, b"\x04\x0f": 0, b"\x06\x00": 6, b"\x06\x01": 0, b"\x06\x02": 0,
    b"\x06\x0f": 0, b"\x06\x10": 3, b"\x06\x1e": 1, b"\x06\x20": 3, b"\x06\x30": 3,
    b"\x06\x50": 3, b"\x06\x70": 0, b"\x06\xb0": 0, b"\x06\xd3": 0, b"\x05\x01": 3,
}  # fmt: skip
"""How many bytes without an id stand before the fields."""


class Place(Enum):
    """Where a numbered message of the PIN pad belongs."""

    NEW = "new"
    REPEATED = "the one before, once more"
    LATE = "older than what was heard since"


def sequence_object(number: int) -> bytes:
    """Return the TLV object."""
    return tlv(TAG_SEQUENCE, packed(number, 3))


def following(number: int) -> int:
    """Return the number after this one."""
    return number % LAST + 1


def sequence_of(raw: bytes, answering: bytes = b"") -> int | None:
    """Return a message's number, None where it has none. Raises ProtocolViolation.

    ``answering``: the control field of the command that is running, as in ``parse_apdu``.
    """
    control, data = split_apdu(raw)
    at = _fields_at(control, data, answering)
    if at is None:
        return None
    value = parse_tlv(parse_bitmaps(data[at:]).get(TLV_ID, b"")).get(TAG_SEQUENCE)
    return None if value is None else unpacked(value)


def tagged(raw: bytes, number: int, answering: bytes = b"") -> bytes:
    """Return the message with this number; one that has no place for it comes back as it was."""
    control, data = split_apdu(raw)
    at = _fields_at(control, data, answering)
    if at is None:
        return raw
    fields = parse_bitmaps(data[at:])
    container = fields.pop(TLV_ID, b"") + sequence_object(number)
    rest = [bitmap(identity, value) for identity, value in fields.items()]
    return apdu(control, [data[:at], *rest, bitmap(TLV_ID, container)])


def _fields_at(control: bytes, data: bytes, answering: bytes) -> int | None:
    if control[0] in (0x80, 0x84):
        # 84 1E carries its reason first, as 06 1E does.
        return 1 if control == b"\x84\x1e" and data and data[0] != TLV_ID else 0
    if control == b"\x04\xff":
        return intermediate_fields_at(data) if data else None
    if control == _COMPLETION and (answering == _STATUS_ENQUIRY or _is_status_report(data)):
        return _after_status(data)
    at = _FIELDS_AT.get(control)
    return None if at is None or at > len(data) else at


def intermediate_fields_at(data: bytes) -> int:
    """Return where the TLV container of 04 FF begins: after the status, or after its minutes too.

    06 may be minutes or begin the container; it is what makes the lengths come out.
    """
    for at in (1, 2):
        if data[at : at + 1] == b"\x06" and _is_container(data[at:]):
            return at
    return min(2, len(data))


def _is_container(data: bytes) -> bool:
    sizes = {1: data[1:2], 2: data[2:3] if data[1:2] == b"\x81" else b""}
    return any(len(data) == 1 + head + size[0] for head, size in sizes.items() if size)


def _is_status_report(data: bytes) -> bool:
    """Tell a late answer to a status enquiry: no completion of another command begins so."""
    return len(data) > 3 and all(byte >> 4 == 0xF for byte in data[:3])


def _after_status(data: bytes) -> int | None:
    at = 0
    if _is_status_report(data):
        start, size = counted_extent(data, 0, 3)
        at = start + size
    return at + 1 if len(data) > at else None


class SequenceIds:
    """The kiosk's side of the numbering, one a connection; does nothing until ``begin``."""

    def __init__(self) -> None:
        self.active = False
        self.alone = False
        """Whether the PIN pad has numbered a message while we number none."""
        self._top = 0
        self._heard: int | None = None
        self._asked = 0

    def begin(self) -> None:
        """The PIN pad has echoed the tag: number from here on."""
        self.active, self.alone, self._top, self._heard = True, False, 0, None

    def stop(self) -> None:
        """A registration begins: nothing is numbered until the PIN pad echoes the tag."""
        self.active = self.alone = False

    def command(self) -> int:
        """Return the number for a command of ours."""
        self._top = self._asked = following(self._top)
        return self._asked

    def answers(self, number: int | None) -> bool:
        """Tell whether an answer with this number is to our last command.

        One without a number is: an 84 xx need not carry it.
        """
        self._listen(number)
        return not self.active or number is None or number == self._asked

    def place(self, number: int | None) -> Place:
        """Tell where a message of the PIN pad belongs, and remember it if it is new.

        One without a number is taken as new; the session decides what it lets such a one do.
        """
        self._listen(number)
        if not self.active or number is None:
            return Place.NEW
        if number == self._heard:
            return Place.REPEATED
        since = self._asked if self._heard is None else self._heard
        if (number - since) % LAST > LAST // 2 or number == ASKING:
            return Place.LATE
        self._heard = self._top = number
        return Place.NEW

    def _listen(self, number: int | None) -> None:
        self.alone |= not self.active and number not in (None, ASKING)

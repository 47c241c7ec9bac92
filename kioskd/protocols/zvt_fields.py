"""The fields inside ZVT messages: packed decimals, bitmaps, TLV. Sans-IO, no meaning attached.

A field list is ``<bitmap id> <value>`` repeated in any order; the id alone tells how long the value
is, so after an unknown id nothing more can be read. What was read before it still counts.
Values are never part of an error's text: they may hold a card number.

Source: PA00P015 rev 13.08, chapter 9; facts/pin-pad-and-payments.md 1.5 and 1.8.
"""

from collections.abc import Iterable, Mapping

from kioskd.errors import ProtocolViolation

DEVICE = "pinpad"

TLV_ID = 0x06
_FIXED_BYTES: Mapping[int, int] = {
    0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2, 0x17: 2,
    0x19: 1, 0x27: 1, 0x29: 4, 0x2A: 15, 0x37: 3, 0x3A: 2, 0x3B: 8, 0x3D: 3, 0x49: 2, 0x87: 2,
    0x88: 3, 0x8A: 1, 0x8C: 1, 0xA0: 1, 0xAA: 3, 0xBA: 5, 0xD0: 1, 0xD2: 1, 0xD3: 1,
    0xF0: 1,
}  # fmt: skip
_COUNTED_DIGITS: Mapping[int, int] = {
    0x22: 2, 0x23: 2, 0x24: 3, 0x2D: 2, 0x2E: 3, 0x3C: 3, 0x60: 3, 0x8B: 2, 0x92: 3, 0x9A: 3,
    0xA7: 2, 0xAF: 3, 0xD1: 2, 0xF1: 2, 0xF2: 2, 0xF3: 2, 0xF4: 2,
}  # fmt: skip
"""LLVAR and LLLVAR: so many bytes ``Fx``, each one decimal digit of the length."""


def violation(detail: str) -> ProtocolViolation:
    """Return the error for bytes that the specification forbids; ``detail`` names no value."""
    return ProtocolViolation(DEVICE, detail)


def packed(number: int, length: int) -> bytes:
    """Return ``number`` as ``length`` bytes of packed decimal (BCD), two digits a byte."""
    assert 0 <= number < 100**length, "fits its field"
    digits = str(number).zfill(length * 2)
    return bytes.fromhex(digits)


def unpacked(data: bytes) -> int:
    """Read packed decimal. Raises ProtocolViolation where a half byte is no digit."""
    return int(unpacked_digits(data) or "0")


def unpacked_digits(data: bytes) -> str:
    """Read packed decimal as a text of digits. Raises ProtocolViolation."""
    digits = data.hex()
    if digits and not (digits.isascii() and digits.isdigit()):
        raise violation("packed decimal holds a letter")
    return digits


def bitmap(identity: int, value: bytes) -> bytes:
    """Return one field with its id and, where the id wants one, its length."""
    if identity == TLV_ID:
        return bytes([identity]) + tlv_length(len(value)) + value
    digits = _COUNTED_DIGITS.get(identity)
    if digits is None:
        assert _FIXED_BYTES[identity] == len(value), "the id fixes the length"
        return bytes([identity]) + value
    count = str(len(value)).zfill(digits)
    assert len(count) == digits, "fits its length"
    return bytes([identity]) + bytes(0xF0 | int(digit) for digit in count) + value


def parse_bitmaps(data: bytes) -> dict[int, bytes]:
    """Read a field list up to its end or to the first unknown id; a later twin wins.

    Raises ProtocolViolation where a known field is cut or its length is nonsense.
    """
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        identity = data[at]
        start_and_size = _extent(identity, data, at + 1)
        if start_and_size is None:
            break
        start, size = start_and_size
        at = start + size
        if at > len(data):
            raise violation(f"field {identity:02X} is cut")
        fields[identity] = data[start:at]
    return fields


def _extent(identity: int, data: bytes, at: int) -> tuple[int, int] | None:
    if identity == TLV_ID:
        return _tlv_extent(data, at)
    if identity in _FIXED_BYTES:
        return at, _FIXED_BYTES[identity]
    if identity in _COUNTED_DIGITS:
        return counted_extent(data, at, _COUNTED_DIGITS[identity])
    return None


def counted_extent(data: bytes, at: int, digits: int) -> tuple[int, int]:
    """Read an ``Fx Fy`` or ``Fx Fy Fz`` length; return where the value starts and its size."""
    counts = data[at : at + digits]
    if len(counts) < digits or any(c >> 4 != 0xF or c & 0x0F > 9 for c in counts):
        raise violation("length of a field is not decimal")
    return at + digits, int("".join(str(c & 0x0F) for c in counts))


def tlv_length(size: int) -> bytes:
    """Return a TLV length: one byte to 7F, ``81 nn``, or ``82 hi lo`` (big-endian)."""
    if size < 0x80:
        return bytes([size])
    if size < 0x100:
        return bytes([0x81, size])
    return b"\x82" + size.to_bytes(2, "big")


def tlv(tag: int, value: bytes) -> bytes:
    """Return one TLV object; ``tag`` is one byte, or two as in 0x1F1F."""
    return tag.to_bytes(2 if tag > 0xFF else 1, "big") + tlv_length(len(value)) + value


def parse_tlv(data: bytes) -> dict[int, bytes]:
    """Read the objects of one container, not what is inside them. Raises ProtocolViolation."""
    objects: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        tag, at = _tlv_tag(data, at)
        start, size = _tlv_extent(data, at)
        at = start + size
        if at > len(data):
            raise violation("TLV object is cut")
        objects[tag] = data[start:at]
    return objects


def _tlv_tag(data: bytes, at: int) -> tuple[int, int]:
    if data[at] & 0x1F != 0x1F:
        return data[at], at + 1
    if at + 1 >= len(data):
        raise violation("TLV tag is cut")
    if data[at + 1] & 0x80:
        raise violation("TLV tag is too long")
    return data[at] << 8 | data[at + 1], at + 2


def _tlv_extent(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise violation("TLV length is missing")
    first = data[at]
    if first < 0x80:
        return at + 1, first
    width = {0x81: 1, 0x82: 2}.get(first)
    if width is None or at + 1 + width > len(data):
        raise violation("TLV length is nonsense")
    return at + 1 + width, int.from_bytes(data[at + 1 : at + 1 + width], "big")


def apdu(control: bytes, data: bytes | Iterable[bytes] = b"") -> bytes:
    """Return an APDU: control field, length (one byte, or ``FF lo hi`` from 255 on), data."""
    body = data if isinstance(data, bytes) else b"".join(data)
    if len(body) < 0xFF:
        return control + bytes([len(body)]) + body
    return control + b"\xff" + len(body).to_bytes(2, "little") + body


def split_apdu(raw: bytes) -> tuple[bytes, bytes]:
    """Return control field and data. Raises ProtocolViolation unless the length is exact."""
    if len(raw) < 3:
        raise violation("message is shorter than its head")
    start, size = 3, raw[2]
    if size == 0xFF:
        if len(raw) < 5:
            raise violation("long length is cut")
        start, size = 5, int.from_bytes(raw[3:5], "little")
    if len(raw) - start != size:
        raise violation("message is not as long as it says")
    return raw[:2], raw[start:]

"""Is an IPP answer well formed? Asked before a parser that trusts its lengths (RFC 8010, 3.1).

pyipp reads lengths as signed numbers and walks by them: a bad printer could send its parser round
in circles for ever. It also takes what follows a group's tag for an attribute, though a group may
be empty.
"""

HEAD_BYTES = 8
END = 0x03
LAST_DELIMITER = 0x0F
INTEGER, BOOLEAN, ENUM = 0x21, 0x22, 0x23
WITH_LANGUAGE = (0x35, 0x36)
FIXED = {INTEGER: 4, BOOLEAN: 1, ENUM: 4}
LENGTH_MAX = 0x7FFF


class Malformed(ValueError):
    """The bytes are no IPP message; the text says where."""


def well_formed(data: bytes) -> bytes:
    """Return the message without its empty groups. Raises Malformed."""
    kept, at = bytearray(data[:HEAD_BYTES]), HEAD_BYTES
    group = -1
    while at < len(data):
        tag = data[at]
        if tag <= LAST_DELIMITER:
            if group == len(kept) - 1:
                del kept[group:]
            if tag == END:
                return bytes(kept) + bytes([END]) + data[at + 1 :]
            group = len(kept)
            kept.append(tag)
            at += 1
            continue
        after = _attribute_end(data, at)
        kept += data[at:after]
        at = after
    raise Malformed("no end")


def _attribute_end(data: bytes, at: int) -> int:
    """Return where the attribute at ``at`` ends."""
    tag = data[at]
    value_at = at + 3 + _length(data, at + 1)
    length = _length(data, value_at)
    end = value_at + 2 + length
    if end > len(data):
        raise Malformed(f"cut at {at}")
    if length != FIXED.get(tag, length):
        raise Malformed(f"a value of {length} bytes at {at}")
    if tag in WITH_LANGUAGE:
        text_at = value_at + 4 + _length(data, value_at + 2)
        if text_at + 2 + _length(data, text_at) != end:
            raise Malformed(f"a text with language at {at}")
    return end


def _length(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise Malformed(f"cut at {at}")
    length = int.from_bytes(data[at : at + 2], "big")
    if length > LENGTH_MAX:
        raise Malformed(f"a negative length at {at}")
    return length
